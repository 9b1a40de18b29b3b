// The queue of held calls: cards for people, answers for proxies. All of it lives in memory: no file or database row can
// approve anything.
import type { JsonObject } from '../core/schema/json.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import type { ApprovalCard, BrokerStatus } from '../core/wire/ui-contract.ts'
import {
  type Answer,
  type Ask,
  bindingOf,
  type CallFacts,
  confirmationOf,
  type Entry,
  type Session,
} from './approval-card.ts'
import { type Answers, createAnswers } from './approvals-answers.ts'
import { createCaps } from './approvals-caps.ts'
import { createDesk } from './approvals-desk.ts'
import type { ApprovalsOptions, GrantUse } from './approvals-ports.ts'
import { createUnheardRefusals } from './approvals-refused.ts'
import { sha256 } from './sha256.ts'

export type { ApprovalsOptions } from './approvals-ports.ts'

export type Approvals = Answers & {
  /**
   * Resolves when the call is decided or its budget ends. Rejects if the hash does not match the arguments, if the
   * card or the use of a grant cannot be recorded, or after `stop`: then nothing may run.
   */
  request(session: Session, ask: Ask): Promise<Answer>
  /** The caller took its call back. True where it had waited. */
  withdraw(session: string, call: string): boolean
  /** The session is over: its cards and grants are of no use to anybody. */
  sessionGone(session: string): void
  /** Refuses every open card that `refusing` covers. How many. */
  refuseCovered(): number
  /** Another policy is in force: what it does not hold any more, or not for the same reason, is to be judged again. */
  policyChanged(): void
  /** Open cards, oldest first. */
  cards(): ApprovalCard[]
  /** What an open card is about. */
  facts(id: string): CallFacts | undefined
  card(id: string): ApprovalCard | undefined
  flood(): BrokerStatus['flood']
  /** Ends every wait: nothing that is held will run. */
  stop(): void
}

/** How long a proxy may take to read a new policy before what it asks by the old one is sent back, in milliseconds. */
const catchUpMs = 1_000

export function createApprovals(options: ApprovalsOptions): Approvals {
  const { monotonic, grants, refusing } = options
  const desk = createDesk(options)
  const caps = createCaps({
    entries: desk.entries,
    monotonic,
    changed: options.floodChanged,
    ...(options.caps ? { caps: options.caps } : {}),
  })
  const unheard = createUnheardRefusals(monotonic)
  let stopped = false

  const refuseCovered = (): number => {
    let count = 0
    for (const entry of desk.entries()) {
      const refusal = refusing(entry.facts.session)
      if (!refusal) continue
      const { by, reason } = refusal
      if (desk.apply(entry, { type: 'refuse', reason }, by, { withAll: true }) === 'refused') count += 1
    }
    return count
  }
  /** Before any click or call counts: what is over has expired, and what is refused with all the rest is refused. */
  const sweep = () => {
    desk.inTime()
    refuseCovered()
  }

  /** Uses grants for whoever waits on the card; nobody need be asked then. */
  const settle = (entry: Entry) => {
    const { facts, approval } = entry
    if (!grants.covers(facts)) return
    for (const { call } of approval.waiting) {
      const use = grants.use({ ...facts, ask: { ...facts.ask, call } }, call)
      if (!use) return
      desk.settle(entry, call, use)
    }
    if (approval.waiting.length === 0) desk.apply(entry, { type: 'settle' }, 'grant')
  }
  const granted = () => {
    for (const entry of desk.entries()) {
      try {
        settle(entry)
      } catch (error) {
        // The use could not be put on record: the card stays, and a person may still answer it.
        options.unrecorded('the use of a grant', error)
      }
    }
  }

  const lookAgain = (entry: Entry) => {
    if (!options.stillHeld(entry.facts)) desk.apply(entry, { type: 'rejudge' }, 'policy')
  }

  const factsOf = (session: Session, ask: Ask): CallFacts => {
    const basis = options.basis(ask)
    const confirm = confirmationOf(ask, options.osAuth !== undefined)
    return { session, ask, basis, binding: bindingOf(session, ask, basis, confirm) }
  }
  const tooMany = (session: Session): Answer => {
    caps.turnedAway(session)
    return { outcome: 'too-many', waiting: caps.waiting() }
  }

  return {
    ...createAnswers({ ...options, desk, sweep, granted, refused: unheard.refused }),
    request: async (session, ask) => {
      const beside = ask.beside as JsonObject | undefined
      let size = 0
      const measured = (text: string) => {
        size = text.length
        return sha256(text)
      }
      if (argumentsHash(ask.arguments as JsonObject, measured, beside) !== ask.argumentsHash) {
        throw new Error('the argument hash does not match the arguments')
      }
      if (stopped) throw new Error('Countersign is stopping')
      // Before grants: a person who refuses everything means what was allowed earlier, too.
      const refusal = refusing(session)
      if (refusal) return { outcome: 'refused', ...refusal }
      const facts = factsOf(session, ask)
      const use = grants.use(facts, ask.call)
      if (use) return byGrant(use)
      const told = unheard.take(facts.binding)
      if (told) return { outcome: 'refused', ...told }
      sweep()
      const { server } = session
      const same = desk.entries().find((entry) => entry.facts.binding === facts.binding)
      if (same) {
        const attached = desk.attach(same, ask, () => caps.hasRoom(server))
        if (attached === 'waits') throw new Error('this call waits already')
        return attached === 'no-room' ? tooMany(session) : attached
      }
      if (!caps.hasRoom(server, { size })) return tooMany(session)
      const { entry, answer } = desk.open(facts, size)
      caps.opened()
      if (options.behind(facts)) setTimeout(() => lookAgain(entry), catchUpMs).unref()
      return answer
    },
    withdraw: (session, call) => {
      let waited = false
      for (const entry of desk.entries()) {
        if (entry.facts.session.session !== session) continue
        if (desk.apply(entry, { type: 'withdraw', call }, 'client') !== undefined) waited = true
      }
      return waited
    },
    sessionGone: (session) => {
      for (const entry of desk.entries()) {
        if (entry.facts.session.session === session) desk.apply(entry, { type: 'abandon' }, 'disconnect')
      }
      grants.sessionGone(session)
      unheard.sessionGone(session)
    },
    refuseCovered,
    policyChanged: () => {
      for (const entry of desk.inTime()) lookAgain(entry)
    },
    cards: () => desk.inTime().map(desk.card),
    facts: (id) => desk.find(id)?.facts,
    card: (id) => {
      const entry = desk.find(id)
      return entry && desk.card(entry)
    },
    flood: caps.flood,
    stop: () => {
      stopped = true
      desk.stop()
      caps.stop()
      grants.stop()
    },
  }
}

function byGrant({ approval, by, edited }: GrantUse): Answer {
  return { outcome: 'grant', approval, by, ...(edited === undefined ? {} : { edited }) }
}
