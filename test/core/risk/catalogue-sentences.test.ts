// What the catalogue says that its tools do: one sentence each, of arguments that the tools have, in few words of ours.
import { describe, expect, test } from 'vitest'
import { saysOf } from '../../../core/risk/catalogue-sentences.ts'
import { sentenceOf } from '../../../core/risk/sentence.ts'
import { parseTemplate, type TemplatePiece } from '../../../core/risk/sentence-template.ts'
import { listed, written } from './catalogue-files.ts'

type Piece = Exclude<TemplatePiece, { kind: 'words' }> & { optional: boolean }

const tools = [...written].flatMap(([id, server]) =>
  Object.entries(server.tools).map(([tool, entry]) => {
    const parts = parseTemplate(entry.says) ?? []
    const pieces = parts.flatMap(({ optional, pieces }) =>
      pieces.flatMap((piece): Piece[] => (piece.kind === 'words' ? [] : [{ ...piece, optional }])),
    )
    const listing = listed.find((one) => one.id === id)?.list.tools.find(({ name }) => name === tool)
    return { id, tool, place: `${id} ${tool}`, entry, pieces, listing }
  }),
)

const failing = <T extends { place: string }>(of: readonly T[], holds: (one: T) => boolean): string[] =>
  of.filter((one) => !holds(one)).map(({ place }) => place)

test('every tool has a sentence that can be read', () => {
  expect(failing(tools, ({ id, tool, entry }) => saysOf(id, tool) === entry.says)).toEqual([])
  expect(failing(tools, ({ entry }) => parseTemplate(entry.says) !== undefined)).toEqual([])
  expect(tools.length).toBeGreaterThan(800)
})

test('it names only arguments that the tool has', () => {
  const named = tools.flatMap(({ place, entry, pieces }) =>
    pieces.map(({ name }) => ({ place: `${place} ${name}`, known: entry.arguments?.includes(name) === true })),
  )
  expect(failing(named, ({ known }) => known)).toEqual([])
})

describe('where the tool is listed by its server', () => {
  const pieces = tools.flatMap(({ place, pieces, listing }) =>
    listing ? pieces.map((piece) => ({ place: `${place} ${piece.name}`, piece, listing })) : [],
  )

  test('it waits only for arguments that must be there', () => {
    const needed = pieces.filter(({ piece }) => !piece.optional)
    expect(failing(needed, ({ piece, listing }) => listing.required.includes(piece.name))).toEqual([])
  })

  test('it shows no argument that cannot be said, and counts only lists', () => {
    const shown = pieces.filter(({ piece }) => piece.kind === 'value')
    expect(failing(shown, ({ piece, listing }) => !listing.objects.includes(piece.name))).toEqual([])
    const counted = pieces.filter(({ piece }) => piece.kind === 'count')
    expect(failing(counted, ({ piece, listing }) => listing.lists.includes(piece.name))).toEqual([])
  })
})

test('it never shows long texts, code or secrets: the card has them below', () => {
  const long =
    /^(content|body|htmlBody|description|message|text|comment|sql|code|script|function|manifest|patch|prompt|input|insight|thought|old_string|new_string|connectionString|value|command|instructions)$/
  const short = [
    'azure: the name of a command of Azure',
    'chrome-devtools wait_for text',
    'desktop-commander set_config_value value',
    'kubernetes kubectl_generic command',
    'playwright browser_find text',
    'playwright browser_wait_for text',
    'puppeteer puppeteer_select value',
  ]
  const shown = tools.flatMap(({ id, place, pieces }) =>
    pieces
      .filter(({ kind, name }) => kind === 'value' && long.test(name))
      .map(({ name }) => (id === 'azure' && name === 'command' ? short[0] : `${place} ${name}`)),
  )
  expect([...new Set(shown)].sort()).toEqual(short)
})

/** Arguments that change what a call is about, or whom it reaches, however they are called. */
const decisive =
  /^(force|dry_?run|allNamespaces|allTabs|to|cc|bcc|urls?|webhook(Url)?|amount|amount_off|percent_off|private|public|visibility|archived|in_trash|dropTarget|upsert|submit|allow_force_push|should_remove_source_branch|attendees|mode|method|action|operation|event|state_event|status|state|deleteLocalData|filePath|filename|savePath|local_path|localPath|outputDirPath|anyoneCanAddSelf|verify_jwt)$/i

test('arguments that change what a call is about are in it', () => {
  const aside = [
    'chrome-devtools lighthouse_audit mode', // how it measures
    'firecrawl firecrawl_feedback url', // what is rated
    'firecrawl firecrawl_agent mode', // how it answers
    'gmail create_filter action', // an object
  ]
  const unsaid = tools
    .filter(({ entry }) => entry.class !== 'read')
    .flatMap(({ place, entry, pieces }) =>
      (entry.arguments ?? [])
        .filter((name) => decisive.test(name) && !pieces.some((piece) => piece.name === name))
        .map((name) => `${place} ${name}`),
    )
  expect(unsaid).toEqual(aside)
})

test('of what destroys something, it begins with how', () => {
  const verbs =
    /^(Answer|Cancel|Change|Check out|Cordon|Delete|Discard|Drop|Kill|Merge|Move|Patch|Protect|Rebase|Remove|Rename|Replace|Reset|Restore|Scale|Stop|Terminate|Undo|Uninstall|Unstage|Archive)\b/
  const first = (says: string): string => says.replace(/^\[/, '').replace(/\{.*/, '')
  const destructive = tools.filter(({ entry }) => entry.class === 'destructive')
  expect(failing(destructive, ({ entry }) => verbs.test(first(entry.says)))).toEqual([])
  const named = tools.filter(({ tool }) => /delete|drop[-_]|remove/.test(tool) && !/conflict/.test(tool))
  expect(failing(named, ({ entry }) => /^(Delete|Drop|Remove)\b/.test(first(entry.says)))).toEqual([])
})

/** Every mix of arguments that the template looks at: there, not there, and each word it asks for. */
function* callsOf(pieces: readonly Piece[]): Generator<Record<string, unknown>> {
  const names = [...new Set(pieces.map(({ name }) => name))]
  const choices = names.map((name) => {
    const own = pieces.filter((piece) => piece.name === name)
    const words = own.flatMap((piece) => (piece.kind === 'condition' ? (piece.values ?? []) : []))
    const there = own.some(({ kind }) => kind === 'count') ? ['x', 'y'].map((one) => [one]) : ['x']
    return {
      name,
      values: [...(own.every(({ optional }) => optional) ? [undefined] : []), ...there.slice(0, 1), ...words],
    }
  })
  let mixes: Record<string, unknown>[] = [{}]
  for (const { name, values } of choices) {
    mixes = mixes.flatMap((mix) => values.map((value) => (value === undefined ? mix : { ...mix, [name]: value })))
  }
  yield* mixes
}

describe.each([...written.keys()])('%s: whatever arguments are there', (id) => {
  const own = tools.filter((one) => one.id === id)

  test('the sentences are few words of ours, well joined', () => {
    for (const { place, entry, pieces } of own) {
      let said = 0
      for (const call of callsOf(pieces)) {
        const sentence = sentenceOf(entry.says, call)
        if (!sentence) continue
        said++
        const ours = sentence.map((part) => ('text' in part ? part.text : '')).join('')
        expect([place, ours.length <= 90 ? 'few words' : ours]).toEqual([place, 'few words'])
        const whole = sentence.map((part) => ('text' in part ? part.text : 'x')).join('')
        expect([place, whole]).toEqual([place, expect.stringMatching(/^[A-Z](?!.*(?: {2}| ,|\w\())[^\n]*[^\s,.]$/)])
      }
      expect([place, said]).not.toEqual([place, 0])
    }
  })
})
