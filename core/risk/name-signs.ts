// What words in a tool's name say of its risk. Data: reference tables of common servers' tools are in the tests.
import type { RiskClass } from '../schema/risk-class.ts'

/**
 * `always`: a verb nobody uses as a noun, or a noun that is sensitive even to read.
 * `unless-read`: also a common noun (`get_merge_request`), so it counts only where no reading verb governs it.
 * `reading`: a verb that governs the nouns after it, and as the last word those before it.
 * `hint`: counts only if nothing else was found.
 */
export type SignKind = 'always' | 'unless-read' | 'reading' | 'hint'
export type NameSign = { readonly kind: SignKind; readonly class: RiskClass }

const table: readonly (readonly [RiskClass, SignKind, string])[] = [
  [
    'read',
    'reading',
    `get list ls read search find describe show view count lookup look check verify validate inspect explain explore
     retrieve whoami ping echo stat tail head cat grep wait convert calculate compare summarize summarise analyze
     analyse preview parse think resolve peek aggregate scan detect poll help recall`,
  ],
  [
    'read',
    'hint',
    `status diff log logs info history stats schema indexes size messages requests tree snapshot screenshot docs details
     metadata output version usage metrics health sequentialthinking`,
  ],
  [
    'write',
    'always',
    `create write add edit put insert append upsert save modify mkdir copy cp replace mark draft generate click press
     hover drag configure`,
  ],
  [
    'write',
    'unless-read',
    `update patch comment commit branch fork new close open reopen assign label tag star like react type fill select set
     toggle enable start stop pause resume schedule scale rollout import export sync link attach register init approve
     transition stage stash mock emulate resize handle manage management build make store remember record complete
     dismiss touch`,
  ],
  [
    'network',
    'always',
    `fetch scrape crawl browse navigate goto send upload publish broadcast notify download http https curl wget forward
     connect tunnel tweet reply web internet sms firecrawl tavily exa brave duckduckgo perplexity serpapi`,
  ],
  ['network', 'unless-read', 'go push post email mail message share webhook notification'],
  [
    'destructive',
    'always',
    `delete del remove rm rmdir drop purge truncate overwrite destroy wipe erase uninstall reset revert rollback force
     move mv rename kill terminate cleanup clear prune unlink discard revoke cancel disable shutdown restore rebase
     checkout trash unpublish drain evict detach deactivate abort`,
  ],
  ['destructive', 'unless-read', 'merge archive'],
  [
    'execute',
    'always',
    `exec execute eval evaluate shell bash powershell cmd spawn sudo deploy install upgrade migrate apply trigger
     dispatch invoke terminal repl unsafe rerun`,
  ],
  ['execute', 'unless-read', 'run process script query command sql call'],
  [
    'credentials',
    'always',
    `secret password passwd passphrase credential token env dotenv printenv getenv keychain keyring vault dsn jwt otp
     totp cookie kubeconfig apikey login signin authenticate oauth impersonate api+key access+key private+key secret+key
     ssh+key signing+key encryption+key publishable+key anon+key service+key deploy+key environment+variable
     network+request`,
  ],
  // Who may do what: giving access away weighs as much as giving a password away.
  ['credentials', 'unless-read', 'grant permission role invite invitation collaborator acl member'],
  ['money', 'always', 'pay purchase buy donate withdraw checkout+session'],
  [
    'money',
    'unless-read',
    'payment refund charge invoice transfer order payout subscription billing deposit trade wallet',
  ],
]

/** By word, or by two words joined with `+`. */
export const nameSigns: ReadonlyMap<string, NameSign> = new Map(
  table.flatMap(([riskClass, kind, words]) =>
    words.split(/\s+/).map((word) => [word, { kind, class: riskClass }] as const),
  ),
)

/** Names whose words mislead, as published by well-known servers. */
export const knownNames: ReadonlyMap<string, RiskClass> = new Map([
  ['git_branch', 'read'],
  ['open_nodes', 'read'],
  ['kubectl_generic', 'execute'],
])
