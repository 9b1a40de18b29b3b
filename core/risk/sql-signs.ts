// What a statement in SQL may do, by its words. A sign for people and defaults, not a parser: databases differ, so every
// reading that one of them may take is looked at, and a doubt raises.
import type { RiskClass } from '../schema/risk-class.ts'

export type SqlSign = { readonly class: RiskClass; readonly evidence: string }

/** Longer statements are not read; that nothing is known of them is itself a sign. */
const longestRead = 16_384

const evidenceOf: Partial<Record<RiskClass, string>> = {
  unknown: 'Its SQL is too long to look at',
  write: 'Its SQL can change data',
  destructive: 'Its SQL can delete data or change its structure',
  execute: 'Its SQL can reach files or programs',
  credentials: 'Its SQL can change who has access, or read passwords',
}

const object =
  '(?:temp |temporary |external |foreign |materialized |virtual |unique |global |local )*(?:table|database|schema|view|index|column|user|role|function|procedure|trigger|sequence|extension|type|policy|server|keyspace|constraint|tablespace|partition|event|login|default privileges|system|session)'
const likeAccess = String.raw`\b(?:create|alter|drop) (?:user|role|login)\b`

/** Telling even where a text may be plain language, as in the `query` of a search. */
const phrases: readonly (readonly [RiskClass, RegExp])[] = [
  [
    'execute',
    new RegExp(
      [
        String.raw`\b(?:xp_\w+|sp_oacreate|sp_executesql|sp_configure|lo_import|lo_export|load_file|load_extension|readfile|writefile|pg_read_file|pg_read_binary_file|pg_ls_dir|pg_file_write|dblink\w*|openrowset|opendatasource|query_to_xml|sys_exec|sys_eval|fts3_tokenizer|utl_http|utl_file)\b`,
        String.raw`\binto (?:out|dump)file\b`,
        String.raw`\b(?:to|from) program\b`,
        String.raw`\bload data (?:low_priority |concurrent )?(?:local )?infile\b`,
        String.raw`\bcopy [^;]{1,500}? (?:to|from) ?(?:'|e'|\$)`,
        String.raw`(?:^|[;(] ?)attach (?:database )?\S+ (?:as|\()`,
        String.raw`\bvacuum (?:\w+ )?into\b`,
        String.raw`\bexec(?:ute)? (?:immediate|sp_|xp_|\()`,
        String.raw`(?:^|; ?)do (?:language \w+ )?\$`,
        String.raw`^\.(?:shell|system|import|output|once|read|open|load|save|backup)\b`,
        String.raw`\bcreate (?:or replace )?(?:function|procedure|extension|trigger|(?:trusted )?language|server|event|library)\b`,
      ].join('|'),
    ),
  ],
  [
    'credentials',
    new RegExp(
      String.raw`\b(?:grant|revoke) [^;]{1,500}? (?:on|to|from)\b|${likeAccess}|\b(?:pg_shadow|pg_authid|mysql ?\. ?user|sql_logins|syslogins|pg_user_mapping)\b|\bset (?:session |local )?(?:role|session authorization|password)\b`,
    ),
  ],
  [
    'destructive',
    new RegExp(
      String.raw`\b(?:drop|alter) ${object}\b|\btruncate (?:table )?["\`[\w.]+(?: ?[\]"\`])?(?: ?[;,)]| ?$| cascade| restart| continue| restrict| select\b)|\btruncate table\b|\bdelete from\b|\bmatched [^;]{0,300}?then delete\b|\bpg_(?:terminate|cancel)_backend\b`,
    ),
  ],
  [
    'write',
    new RegExp(
      String.raw`\b(?:insert|replace|merge) (?:\w+ )?into\b|\bcreate (?:or replace )?${object}\b|\bupdate [^;]{1,300}? set\b|\b(?:setval|nextval|set_config|lo_unlink|lo_create|lo_put) ?\(`,
    ),
  ],
]

/** Telling only in what is certainly SQL, outside of quoted texts. */
const words: readonly (readonly [RiskClass, RegExp])[] = [
  ['execute', /(?<!\.)\b(?:exec|execute|prepare|call|copy|attach|load|install|handler|import)\b(?! ?[,.=)])/],
  ['credentials', /\b(?:grant|revoke)\b/],
  ['destructive', /(?<!\.)\b(?:delete|drop|truncate|alter|detach)\b(?! ?[,.=)])/],
  [
    'write',
    /(?<!\.)\b(?:insert|upsert|merge|replace(?! ?\()|create|into|reindex|vacuum|analyze (?!select)\w+ ?;?$|refresh|comment on|lock)\b(?! ?[,.=)])/,
  ],
  ['write', /(?:^|; ?|\) ?|as \( ?|explain |analyze )update\b/],
]

/** `certain`: the argument's name says that it is SQL; otherwise its own first words may. */
export function sqlSigns(text: string, certain: boolean): SqlSign[] {
  if (text.length > longestRead) return certain || startsLikeSql(text.slice(0, 1000)) ? [sign('unknown')] : []
  const found = new Set<RiskClass>()
  const readings = readingsOf(text)
  for (const reading of readings) {
    for (const [riskClass, pattern] of phrases) if (pattern.test(reading)) found.add(riskClass)
    if (setsPragma(reading)) found.add('write')
  }
  if (certain || readings.some(startsLikeSql)) {
    for (const reading of readings.flatMap(withoutTexts)) {
      for (const [riskClass, pattern] of words) if (pattern.test(reading)) found.add(riskClass)
    }
  }
  return [...found].map(sign)
}

/** In SQLite a pragma with `=` or `(` sets something, but for a few that only tell. */
function setsPragma(reading: string): boolean {
  return [...reading.matchAll(/\bpragma (?:["\w]+ ?\. ?)?(\w+) ?([=(])/g)].some(
    ([, name = '', sets]) => sets === '=' || !tellingPragmas.has(name),
  )
}

const tellingPragmas = new Set(
  'table_info table_xinfo index_list index_info index_xinfo foreign_key_list foreign_key_check integrity_check quick_check'.split(
    ' ',
  ),
)

const sign = (riskClass: RiskClass): SqlSign => ({ class: riskClass, evidence: evidenceOf[riskClass] ?? '' })

/**
 * In lower case with single spaces: with comments as they are, as spaces, as nothing (`DEL/**\/ETE`), and with the
 * commands that MySQL runs out of comments. Each comment may also be a text to some database.
 */
function readingsOf(text: string): string[] {
  const run = text.replace(/\/\*[!+]\d*|\*\//g, ' ')
  const block = /\/\*[\s\S]*?(?:\*\/|$)/g
  const line = /(?:--|#)[^\n]*/g
  const all = [text, run, text.replace(block, ' '), text.replace(block, ''), text.replace(line, ' ')]
  all.push(text.replace(block, ' ').replace(line, ' '), text.replace(/\/\*|\*\/|--/g, ' '))
  return [
    ...new Set(
      all.map((one) =>
        one
          .toLowerCase()
          .replace(/[\s\0]+/g, ' ')
          .trim(),
      ),
    ),
  ]
}

function startsLikeSql(reading: string): boolean {
  return /^[(;\s]*(?:select|explain|pragma|with (?:recursive )?["\w]+ ?(?:\([^)]{0,300}\) ?)?as (?:not )?(?:materialized )?\()/i.test(
    reading,
  )
}

/** Once with `''` and once with `\'` as the quote within a text: what is code to either counts. */
function withoutTexts(reading: string): string[] {
  const names = /"[^"]*"|`[^`]*`|\[[^\]]{0,128}\]/g
  const doubled = reading.replace(/'(?:[^']|'')*'/g, "''").replace(names, 'x')
  const escaped = reading.replace(/'(?:[^'\\]|\\.|'')*'/g, "''").replace(names, 'x')
  return doubled === escaped ? [doubled] : [doubled, escaped]
}
