// The contract between a user interface and the broker. Implemented once, in broker/api/router.ts, and carried by two
// transports: Electron IPC and HTTP with server-sent events. This is the only door through which an approval can come.
import * as z from 'zod'
import { riskLevels } from '../approval/risk-level.ts'
import { argumentScope, argumentScopes, lifetimes } from '../schema/grant.ts'
import { actions, confirmations } from '../schema/policy-words.ts'
import { riskClasses } from '../schema/risk-class.ts'
import { callOutcomes, callSummary, logRequests, ruleRef, verifyProgress } from './log-contract.ts'

export { type CallDetail, type CallOutcome, type CallSummary, callOutcomes } from './log-contract.ts'

/** Milliseconds since the Unix epoch. */
const time = z.int().nonnegative()
const effect = z.enum(['allow', 'deny', 'require-approval'])

/** JSON Pointer (RFC 6901) into the card's `arguments`; into what else the message carries after `#beside`. */
const pointer = z.string()

/** What makes a call ask for more care than its class alone. */
export const raisedBy = ['characters', 'markup', 'own-files', 'unseen'] as const

/** A part of the arguments that deserves a look, and why. */
const argumentMark = z.strictObject({
  at: pointer,
  kind: z.enum([
    'outside-project',
    'own-files',
    'new-host',
    'shell-operator',
    'glob',
    'secret',
    'invisible',
    'lookalike',
  ]),
  /** The part itself where it is less than the whole value (an operator, a host, a path), as it stands there. */
  part: z.string().optional(),
})

/** Our own words (`text`), and values from outside between them. */
const sentence = z.array(z.union([z.strictObject({ text: z.string() }), z.strictObject({ value: z.string() })]))

/** How long the client is kept waiting at most, and how that is known. `task`: as long as the card is open. */
const budget = z.strictObject({
  ms: z.int().nonnegative(),
  source: z.enum(['default', 'table', 'learned', 'settings', 'flag', 'task']),
})

const answerCounts = z.strictObject({
  approved: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  expired: z.int().nonnegative(),
})

/** A held call as a person sees it. Every string from `tool` and `arguments` is hostile text. */
const approvalCard = z.strictObject({
  id: z.string(),
  /** Short code the model and the person can both quote. */
  ticket: z.string(),
  /** Hash of exactly what an approval would allow; an approve must name it (so nobody approves what was not shown). */
  binding: z.string(),
  openedAt: time,
  /** At this moment the card expires. The broker's clock decides; the UI only shows it. */
  expiresAt: time,
  /**
   * The caller: still waiting (until its budget ends), released with a ticket, or gone. Approving a waiting call runs it
   * now; otherwise it allows the next identical call, once.
   */
  caller: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('waiting'), until: time }),
    /** `asksAgain`: it comes back by itself within moments. */
    z.strictObject({ state: z.literal('released'), asksAgain: z.literal(true).optional() }),
    z.strictObject({ state: z.literal('gone') }),
  ]),
  /** How many identical calls wait on this card; one answer settles them all. 0 once released or gone. */
  waiting: z.int().nonnegative(),
  budget,
  /** Cards of one burst of similar calls share this; never one that is critical or asks for a confirmation. */
  group: z.string().optional(),
  who: z.strictObject({
    client: z.string(),
    /** What the client says of itself. */
    clientInfo: z.strictObject({ name: z.string(), version: z.string() }).optional(),
    process: z.string().optional(),
    pid: z.int(),
    folder: z.string(),
    session: z.string(),
    sessionStartedAt: time,
  }),
  where: z.strictObject({ server: z.string(), command: z.array(z.string()), pin: z.string() }),
  action: z.enum(actions),
  /** The tool, or what another action names (`Resource` in core/schema/access-request.ts). */
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  /** What else the message carries, and an approval would forward. */
  beside: z.record(z.string(), z.unknown()).optional(),
  argumentsHash: z.string(),
  risk: z.strictObject({ class: z.enum(riskClasses), evidence: z.array(z.string()) }),
  /** How much care it asks for: its class, more where something in it is a reason (`raised`). */
  level: z.enum(riskLevels),
  /**
   * Why it asks for more care than its class alone: characters that deceive, markup that would run or load where it is
   * shown, a file of Countersign or of a client's configuration, or more than was looked through.
   */
  raised: z.array(z.enum(raisedBy)).optional(),
  /** How many characters in it hide or pass for others. */
  deceptive: z.int().nonnegative(),
  /** What the call does, from our own templates; absent where there is none for this tool. */
  sentence: sentence.optional(),
  marks: z.array(argumentMark),
  /** The server's own words about the tool: hostile text. */
  definition: z
    .strictObject({
      hash: z.string(),
      title: z.string().optional(),
      description: z.string().optional(),
      annotations: z.record(z.string(), z.unknown()).optional(),
      inputSchema: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  /** The call writes this file: `approvals.file-diff` shows what would change. A path as the arguments have it. */
  file: z.string().optional(),
  rule: z.strictObject({
    source: z.enum(['rule', 'default']),
    rules: z.array(ruleRef),
    reason: z.string(),
    /** The rule author's own words, if any. */
    note: z.string().optional(),
    revision: z.string(),
  }),
  /**
   * What approving takes. `type-name`: `approvals.approve` must carry what the person typed (core/approval/confirmation.ts).
   * `os-auth`: the host asks the system who sits there.
   */
  confirm: z.enum(confirmations),
  /** The last decisions on calls of the same tool by the same client, newest first. */
  before: z.array(z.strictObject({ at: time, outcome: z.string(), sameArguments: z.boolean() })),
  /** All answers to such calls in the last 30 days. */
  answered: answerCounts,
  /** The same answer was given this often in a row, or the tool asks this often an hour: a rule may spare the next one. */
  suggestion: z
    .strictObject({
      why: z.enum(['same-answers', 'asks-often']),
      answer: z.enum(['approved', 'refused']),
      times: z.int().positive(),
      /** The narrowest that would have covered those calls. */
      scopes: argumentScopes,
    })
    .optional(),
})

/** A permission left behind by an approval, as a person sees it. */
const grant = z.strictObject({
  id: z.string(),
  /** `once`: the next identical call of a caller that could not wait. */
  kind: z.enum(['once', 'remembered']),
  approval: z.string(),
  ticket: z.string(),
  by: z.string(),
  madeAt: time,
  client: z.string(),
  server: z.string(),
  action: z.enum(actions),
  tool: z.string(),
  /** The one session it holds for; absent where it holds for every session of the client. */
  session: z.string().optional(),
  scopes: argumentScopes,
  /** What it matches, one sentence a line; values from outside are marked. */
  words: z.array(sentence),
  lifetime: z.enum([...lifetimes, 'once']),
  /** It is over at this moment at the latest. */
  expiresAt: time,
  /** It is over earlier when it was not used for this long, in milliseconds. */
  idleMs: z.int().positive().optional(),
  lastUsedAt: time.optional(),
  uses: z.int().nonnegative(),
  /** The last calls it let through, newest first. */
  calls: z.array(z.strictObject({ call: z.string(), at: time })),
})

/** What is to be remembered of an answer. */
const remember = z.strictObject({ lifetime: z.enum(lifetimes), scopes: argumentScopes })

/** One card as it was shown: an answer to more, or to something else, is not taken. */
const shown = z.strictObject({ id: z.string(), binding: z.string(), waiting: z.int().nonnegative() })

const schemaProblem = z.strictObject({ at: pointer, message: z.string() })

const diagnostic = z.strictObject({
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  message: z.string(),
  suggestion: z.string().optional(),
})

const policyFile = z.strictObject({
  file: z.string(),
  /** `removed`: it is not in the folder any more, and still counts until a person accepts that (`policies.accept-removal`). */
  status: z.enum(['ok', 'broken', 'removed']),
  name: z.string().optional(),
  servers: z.array(z.string()),
  /** The text as it is on disk; empty where there is none to be read. */
  text: z.string(),
  defaults: z.array(z.strictObject({ risk: z.string(), effect })),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      effect,
      tools: z.array(z.string()),
      /** The requests it is about, where these are no tool calls; `tools` says nothing then. */
      on: z.array(z.enum(actions)).optional(),
      /** It also takes the tools out of the list that clients see. */
      hide: z.literal(true).optional(),
      line: z.int().positive(),
      /** The conditions in words, one a line; empty where the rule has none. */
      conditions: z.array(z.string()),
      reason: z.string().optional(),
    }),
  ),
  diagnostics: z.array(diagnostic),
})

const status = z.strictObject({
  version: z.string(),
  host: z.enum(['desktop', 'headless']),
  home: z.string(),
  /** Where the install's signing key is kept. */
  keyStorage: z.enum(['keychain', 'file']),
  startedAt: time,
  policy: z.strictObject({ revision: z.string(), files: z.int(), problems: z.array(z.string()) }),
  sessions: z.array(
    z.strictObject({
      session: z.string(),
      client: z.string(),
      server: z.string(),
      startedAt: time,
      /** A person refuses everything of it. */
      refused: z.strictObject({ since: time, by: z.string() }).optional(),
    }),
  ),
  pending: z.int().nonnegative(),
  /** Calls were turned away in the last minute because too many waited; `client` and `server` of the last. */
  flood: z.strictObject({ turnedAway: z.int().positive(), client: z.string(), server: z.string() }).optional(),
  /** Everything is refused, in every proxy. */
  lockdown: z.strictObject({ since: time, by: z.string() }).optional(),
  /** What the system can ask for where a rule wants `os-auth`; absent where it offers nothing. */
  osAuth: z.enum(['touch-id', 'windows-hello']).optional(),
  /** Calls received since local midnight, by outcome. */
  today: z.partialRecord(z.enum(callOutcomes), z.int().nonnegative()),
  /** Alerts since the broker started, newest first. */
  alerts: z.array(z.strictObject({ at: time, kind: z.string(), detail: z.string() })),
  /** Hash of the newest event in the audit chain. */
  auditHead: z.string(),
})

/** Local time of day, 24 hours: `07:30`. */
const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)

/** What is known of how long a client waits, and what is made of it. */
const clientBudget = z.strictObject({
  client: z.string(),
  /** In force, in milliseconds. */
  ms: z.int().positive(),
  source: z.enum(['default', 'table', 'learned', 'settings']),
  /** Without the person's own number. */
  withoutSettingMs: z.int().positive(),
  /** It took calls back after this long, in milliseconds. */
  observedMs: z.int().positive().optional(),
  /** Where the number of the table comes from. */
  note: z.string().optional(),
})

const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** `undefined` where the host cannot do it (headless). */
  startAtLogin: z.boolean().optional(),
  notifications: z.boolean(),
  /** Notifications say what the call does. Else only that something waits, and where. */
  notificationDetails: z.boolean(),
  /** Calls of low risk can be approved on the notification itself, where the system has buttons on it. */
  approveFromNotification: z.boolean(),
  /** No notifications between these local times (`22:00`, `07:00`; may pass midnight). Calls wait in the queue all the same. */
  quietHours: z.strictObject({ from: clockTime, to: clockTime }).optional(),
  /** How much of the log is kept: what is older than `days`, or beyond `megabytes` in all, is given up. Absent: no bound. */
  retention: z.strictObject({
    days: z.int().min(1).max(36_500).optional(),
    megabytes: z.int().min(50).max(10_000_000).optional(),
  }),
  /** The collector (OTLP over HTTP) that gets a span a call and a record a decision; absent: none. */
  telemetry: z
    .strictObject({
      /**
       * Base address: `/v1/traces` and `/v1/logs` are appended. Without a name or password: settings are shown, and headers
       * come from OTEL_EXPORTER_OTLP_HEADERS.
       */
      endpoint: z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .refine((url) => !/^[^/]*\/\/[^/?#]*@/.test(url), 'a name or password does not belong into the address'),
      /** Also arguments and results, as recorded. */
      content: z.boolean(),
    })
    .optional(),
})

const none = z.strictObject({})

export const uiRequests = {
  /** Everything the first screen needs, with the sequence number from which events continue. */
  snapshot: {
    params: none,
    result: z.strictObject({
      seq: z.int(),
      approvals: z.array(approvalCard),
      grants: z.array(grant),
      status,
      settings,
    }),
  },
  /**
   * Approves exactly what `binding` names. `ran`: the waiting calls were released to run. `granted`: the next identical
   * call may run, once. `closed`: the card was no longer open; nothing was approved. `changed`: the card holds something
   * else than `binding`, or more calls than `waiting`; nothing was approved. `not-confirmed`: `typed` is not what the card's
   * `confirm` asks for, or the system did not confirm who it was; nothing was approved, and the card stays. `not-valid`:
   * the edited arguments, or what is to be remembered, cannot be: `problems` says why; the card stays.
   */
  'approvals.approve': {
    params: shown.extend({
      typed: z.string().max(1024).optional(),
      /** Runs these in the place of the card's arguments. Not together with `remember`. */
      edited: z.record(z.string(), z.unknown()).optional(),
      /** Also approves later calls like this one. Its `preview` is what the person saw (`approvals.preview`). */
      remember: remember.extend({ preview: z.string() }).optional(),
    }),
    result: z.strictObject({
      outcome: z.enum(['ran', 'granted', 'closed', 'changed', 'not-confirmed', 'not-valid']),
      problems: z.array(schemaProblem).optional(),
      /** Takes back what was remembered (`remembered.undo`), for a few seconds. */
      undo: z.string().optional(),
    }),
  },
  /**
   * Refuses; the reason goes to the model. `closed`: the card was no longer open. `block`: also writes a deny rule for calls
   * like this one, as its `preview` said.
   */
  'approvals.refuse': {
    params: shown.extend({
      reason: z.string().max(2000).optional(),
      block: z.strictObject({ scopes: argumentScopes, preview: z.string() }).optional(),
    }),
    result: z.strictObject({
      outcome: z.enum(['refused', 'closed', 'changed', 'not-valid']),
      problems: z.array(schemaProblem).optional(),
      undo: z.string().optional(),
    }),
  },
  /** Answers several cards of one group, each by itself; the group's other cards stay. The reason is for those refused. */
  'approvals.answer-group': {
    params: z.strictObject({
      group: z.string(),
      answer: z.enum(['approve', 'refuse']),
      cards: z.array(shown).min(1).max(100),
      reason: z.string().max(2000).optional(),
    }),
    result: z.strictObject({
      cards: z.array(
        z.strictObject({
          id: z.string(),
          outcome: z.enum(['ran', 'granted', 'refused', 'closed', 'changed', 'not-confirmed']),
        }),
      ),
    }),
  },
  /** What each argument of the card could be narrowed to, narrowest first, and how often the past had calls like that. */
  'approvals.scopes': {
    params: z.strictObject({ id: z.string() }),
    result: z.strictObject({
      /** Nothing where the card is closed, or its answer cannot be remembered: `problem` says why. */
      arguments: z.array(z.strictObject({ name: z.string(), options: z.array(argumentScope) })),
      problem: z.string().optional(),
    }),
  },
  /** What remembering would make, and which past calls it would have matched. Changes nothing. */
  'approvals.preview': {
    params: z.strictObject({
      id: z.string(),
      choice: z.discriminatedUnion('kind', [
        remember.extend({ kind: z.literal('remember') }),
        z.strictObject({ kind: z.literal('block'), scopes: argumentScopes }),
      ]),
    }),
    result: z.strictObject({
      /** Names exactly this: an answer that carries it makes nothing else. Nothing where it cannot be made. */
      preview: z.string().optional(),
      /** Why it cannot be made, or what else still asks or denies. */
      problems: z.array(z.string()),
      words: z.array(sentence),
      /** What the label of its lifetime means to the minute. */
      lifetimeWords: z.string().optional(),
      /** The policy files as they would be; `before` is absent for a new one. */
      files: z.array(z.strictObject({ file: z.string(), before: z.string().optional(), after: z.string() })),
      /** Of the `of` last calls of this tool by this client. `unknown`: too little of them is on record to tell. */
      past: z.strictObject({
        matched: z.int().nonnegative(),
        unknown: z.int().nonnegative(),
        of: z.int().nonnegative(),
        since: time.optional(),
      }),
    }),
  },
  /** Checks edited arguments against the tool's input schema. `unchecked`: the server gave none that can be used. */
  'approvals.check-edit': {
    params: z.strictObject({ id: z.string(), edited: z.record(z.string(), z.unknown()) }),
    result: z.strictObject({ problems: z.array(schemaProblem), unchecked: z.string().optional() }),
  },
  /** What the file of a card with `file` would become. Read now; the file may change before the call runs. */
  'approvals.file-diff': {
    params: z.strictObject({ id: z.string() }),
    result: z.discriminatedUnion('state', [
      z.strictObject({
        state: z.enum(['changed', 'created', 'same']),
        /** Absolute, as it was resolved. */
        path: z.string(),
        hunks: z.array(
          z.strictObject({
            oldStart: z.int().nonnegative(),
            newStart: z.int().nonnegative(),
            /** Each begins with ` `, `+` or `-`. */
            lines: z.array(z.string()),
          }),
        ),
      }),
      /** It cannot be shown: why, in a sentence. */
      z.strictObject({ state: z.literal('unknown'), problem: z.string() }),
    ]),
  },
  /** Refuses what waits of this session, and everything it calls from now on, until it is over or this is taken back. */
  'sessions.refuse': {
    params: z.strictObject({ session: z.string(), reason: z.string().max(2000).optional() }),
    result: z.strictObject({ outcome: z.enum(['refused', 'gone']), cards: z.int().nonnegative() }),
  },
  'sessions.resume': {
    params: z.strictObject({ session: z.string() }),
    result: z.strictObject({ outcome: z.enum(['resumed', 'not-refused']) }),
  },
  /** Refuses everything in every proxy, what waits included; survives a restart. `on: false` lifts it. */
  'lockdown.set': { params: z.strictObject({ on: z.boolean() }), result: z.strictObject({ on: z.boolean() }) },
  'grants.revoke': {
    params: z.strictObject({ id: z.string() }),
    result: z.strictObject({ outcome: z.enum(['revoked', 'gone']) }),
  },
  'grants.revoke-all': { params: none, result: z.strictObject({ revoked: z.int().nonnegative() }) },
  /** `too-late`: the seconds for it are over. `changed`: the policy file was edited since; nothing was undone. */
  'remembered.undo': {
    params: z.strictObject({ undo: z.string() }),
    result: z.strictObject({ outcome: z.enum(['undone', 'too-late', 'changed']) }),
  },
  'budgets.list': { params: none, result: z.strictObject({ clients: z.array(clientBudget) }) },
  /** `ms: null` takes the person's own number away; `forget` what was learned as well. */
  'budgets.set': {
    params: z.strictObject({
      client: z.string().min(1).max(200),
      ms: z
        .int()
        .min(1_000)
        .max(24 * 3_600_000)
        .nullable(),
      forget: z.literal(true).optional(),
    }),
    result: z.strictObject({ clients: z.array(clientBudget) }),
  },
  /** How this person answers: for their eyes, from the local log. */
  'statistics.get': {
    params: z.strictObject({ days: z.int().min(1).max(365) }),
    result: z.strictObject({
      since: time,
      asked: z.int().nonnegative(),
      answered: answerCounts,
      /** Calls that policy or a grant settled without asking. */
      settledAlone: z.int().nonnegative(),
      medianAnswerMs: z.int().nonnegative().optional(),
      /** Approvals within 1.5 s of the card's opening: too fast to have read it. */
      fastApprovals: z.int().nonnegative(),
      rules: z.array(
        z.strictObject({
          /** Nothing for the default of a risk class. */
          rule: ruleRef.optional(),
          asked: z.int().nonnegative(),
          answered: answerCounts,
          medianAnswerMs: z.int().nonnegative().optional(),
        }),
      ),
      /** Tools that asked most, with the most they asked within any one hour. */
      tools: z.array(
        z.strictObject({
          client: z.string(),
          server: z.string(),
          tool: z.string(),
          asked: z.int().nonnegative(),
          answered: answerCounts,
          mostAnHour: z.int().nonnegative(),
        }),
      ),
    }),
  },
  ...logRequests,
  'policies.list': {
    params: none,
    result: z.strictObject({ folder: z.string(), revision: z.string(), files: z.array(policyFile) }),
  },
  /**
   * Lets go of a policy file that was removed from the folder: what its rules kept from running is judged by the rest.
   * `not-removed`: the file is there, or nothing is known of it; nothing changed.
   */
  'policies.accept-removal': {
    params: z.strictObject({ file: z.string() }),
    result: z.strictObject({ outcome: z.enum(['accepted', 'not-removed']) }),
  },
  'settings.set': {
    params: settings.partial().extend({
      quietHours: settings.shape.quietHours.unwrap().nullable().optional(),
      telemetry: settings.shape.telemetry.unwrap().nullable().optional(),
    }),
    result: settings,
  },
} as const

/** Events carry the whole new value; a client that missed some takes a new snapshot. */
export const uiEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('approval.changed'), card: approvalCard }),
  z.strictObject({
    type: z.literal('approval.closed'),
    id: z.string(),
    /** `cancelled`: no caller wants it any more. `rejudged`: the policy changed, and decides it now, or has it asked anew. */
    outcome: z.enum(['approved', 'refused', 'expired', 'cancelled', 'rejudged']),
  }),
  /** All grants there are now. */
  z.strictObject({ type: z.literal('grants.changed'), grants: z.array(grant) }),
  z.strictObject({ type: z.literal('calls.changed'), calls: z.array(callSummary) }),
  /** How far a check that `log.verify` began is, and in the end what it found. */
  z.strictObject({ type: z.literal('verify.changed'), verify: verifyProgress }),
  z.strictObject({ type: z.literal('policies.changed'), revision: z.string() }),
  z.strictObject({ type: z.literal('status.changed'), status }),
  z.strictObject({ type: z.literal('settings.changed'), settings }),
  /** The host asks the UI to show something: a clicked notification opens its card. */
  z.strictObject({
    type: z.literal('reveal'),
    screen: z.enum(['approvals', 'activity', 'policies', 'settings', 'statistics', 'grants']),
    id: z.string().optional(),
  }),
])

export const uiEventEnvelope = z.strictObject({ seq: z.int(), event: uiEvent })

export type UiMethod = keyof typeof uiRequests
export type UiParams<M extends UiMethod> = z.infer<(typeof uiRequests)[M]['params']>
export type UiResult<M extends UiMethod> = z.infer<(typeof uiRequests)[M]['result']>
export type UiEvent = z.infer<typeof uiEvent>
export type UiEventEnvelope = z.infer<typeof uiEventEnvelope>
export type UiError = { code: 'unknown-method' | 'bad-params' | 'unauthorized' | 'internal'; message: string }
/** What both transports carry back for a request: every request ends with a value or an error. */
export type UiReply = { ok: true; value: unknown } | { ok: false; error: UiError }

export type ApprovalCard = z.infer<typeof approvalCard>
export type ArgumentMark = z.infer<typeof argumentMark>
export type Sentence = z.infer<typeof sentence>
export type Grant = z.infer<typeof grant>
export type ShownCard = z.infer<typeof shown>
export type SchemaProblem = z.infer<typeof schemaProblem>
export type ClientBudget = z.infer<typeof clientBudget>
export type PolicyFileView = z.infer<typeof policyFile>
export type Diagnostic = z.infer<typeof diagnostic>
export type BrokerStatus = z.infer<typeof status>
export type Settings = z.infer<typeof settings>

/** What a renderer gets to talk to the broker; the Electron preload exposes exactly these two functions. */
export type UiTransport = {
  request<M extends UiMethod>(method: M, params: UiParams<M>): Promise<UiResult<M>>
  /** Calls back for every event from now on; returns a function that stops it. */
  subscribe(listener: (envelope: UiEventEnvelope) => void, onGap: () => void): () => void
}
