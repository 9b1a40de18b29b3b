// What a card says of its call beyond the question itself, worked out once, when it opens. A part that fails is left out:
// a card that says less can be answered, one that does not come cannot.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { type Deceptions, deceptionsOf } from '../core/approval/deceptive.ts'
import { lookedAt } from '../core/approval/looked-at.ts'
import { argumentMarks, type MarkPorts } from '../core/approval/marks.ts'
import { riskLevel } from '../core/approval/risk-level.ts'
import { cardSentence } from '../core/risk/card-sentence.ts'
import type { JsonObject } from '../core/schema/json.ts'
import { type ApprovalCard, type ArgumentMark, raisedBy } from '../core/wire/ui-contract.ts'
import type { Ask, CardFacts, Session } from './approval-card.ts'
import { answersOf } from './audit/answers.ts'
import type { Db } from './audit/driver.ts'
import { seenHosts } from './audit/hosts.ts'
import { recentDecisions } from './audit/query.ts'
import { callFile } from './call-file.ts'
import { cardDefinition } from './card-definition.ts'
import { realPaths } from './real-paths.ts'

export type CardFactsOptions = {
  db: Db
  /** Milliseconds since the epoch. */
  now(): number
  /** Folders that are ours: the data folder, and where our programs lie (`programFolders`). */
  own: readonly string[]
  /** Whether a recorded hash stands for arguments with this one. */
  isHash(recorded: string, hash: string): boolean
  log(line: string): void
}

const beforeShown = 5
const answeredMs = 30 * 24 * 3_600_000

/** The facts of a call. Never throws. */
export function createCardFacts({ db, now, own, isHash, log }: CardFactsOptions) {
  return (session: Session, ask: Ask): CardFacts => {
    const orElse = <T>(what: string, work: () => T, instead: T): T => {
      try {
        return work()
      } catch (error) {
        // Not the message: it could repeat what is in the arguments.
        log(`a card says nothing of ${what} (${(error as Error).name})`)
        return instead
      }
    }
    const { client, server } = session
    const { action, tool, argumentsHash } = ask
    const alike = { client, server, action, tool }
    // Without the table no host is known to be seen.
    const seen = (hosts: readonly string[]) =>
      orElse('hosts seen before', () => seenHosts(db, hosts), new Set<string>())
    const marks = orElse('what deserves a look', () => marksOf(session, ask, own, seen), undefined)
    // What could not be looked at is not known to be honest.
    const unknown: Deceptions = { characters: 1, markup: false, unseen: true }
    const deceptions = orElse('characters that deceive', () => deceptionsIn(session, ask), unknown)
    // No tool has so many that a sentence could say what it does with them.
    const crowded = orElse('how much it is', () => lookedAt(ask).crowded, true)
    const sentence = orElse('what it does', () => (crowded ? undefined : sentenceOf(session, ask)), undefined)
    const definition = orElse('the tool’s definition', () => cardDefinition(ask.definition), undefined)
    const file = orElse('the file it writes', () => (crowded ? undefined : callFile(session, ask)?.path), undefined)
    return {
      ...levelOf(ask, deceptions, marks),
      deceptive: deceptions.characters,
      marks: marks ?? [],
      ...(sentence === undefined ? {} : { sentence }),
      ...(definition === undefined ? {} : { definition }),
      ...(file === undefined ? {} : { file }),
      before: orElse<ApprovalCard['before']>(
        'earlier calls',
        () =>
          recentDecisions(db, { ...alike, limit: beforeShown }).map((one) => ({
            at: one.at,
            outcome: one.outcome,
            sameArguments: isHash(one.argumentsHash, argumentsHash),
          })),
        [],
      ),
      answered: orElse('earlier answers', () => answersOf(db, { ...alike, since: now() - answeredMs }), {
        approved: 0,
        refused: 0,
        expired: 0,
      }),
    }
  }
}

/** Our own files, and arguments that could not be looked at, ask for the most care. */
function levelOf(
  ask: Ask,
  { characters, markup, unseen }: Deceptions,
  marks: readonly ArgumentMark[] | undefined,
): Pick<CardFacts, 'level' | 'raised'> {
  const ownFiles = marks?.some(({ kind }) => kind === 'own-files') === true
  const reasons = {
    characters: characters > 0,
    markup,
    'own-files': ownFiles,
    unseen: unseen || marks === undefined,
  }
  const raised = raisedBy.filter((reason) => reasons[reason])
  const guarded = reasons['own-files'] || reasons.unseen
  const level = guarded ? 'critical' : riskLevel(ask.risk.class, characters + (markup ? 1 : 0))
  return { level, ...(raised.length > 0 ? { raised } : {}) }
}

function marksOf(session: Session, ask: Ask, own: readonly string[], seen: MarkPorts['seenHosts']): ArgumentMark[] {
  return argumentMarks(
    { arguments: ask.arguments as JsonObject, beside: ask.beside as JsonObject | undefined },
    { paths: realPaths(session.cwd), project: session.cwd, own, seenHosts: seen },
  )
}

/** The same texts that the card shows of who asks, and where. */
function deceptionsIn({ client, clientInfo, parentProcess, cwd, server, command }: Session, ask: Ask): Deceptions {
  return deceptionsOf({
    action: ask.action,
    tool: ask.tool,
    arguments: ask.arguments,
    beside: ask.beside,
    who: { client, clientInfo, process: parentProcess, folder: cwd },
    where: { server, command },
  })
}

function sentenceOf({ client, server, command, cwd }: Session, ask: Ask): ApprovalCard['sentence'] {
  const { action, tool, arguments: args } = ask
  return cardSentence({ action, tool, arguments: args, client, server, command, folder: cwd })
}

/** Where this program and those beside it lie; nothing where it is run by something else, as by a test. */
export function programFolders(): string[] {
  if (process.versions['electron'] !== undefined) {
    const resources: unknown = Reflect.get(process, 'resourcesPath')
    const packaged = Reflect.get(process, 'defaultApp') !== true
    return packaged && typeof resources === 'string' ? [resources, path.dirname(process.execPath)] : []
  }
  try {
    const script = fs.realpathSync(process.argv[1] ?? '')
    return /^countersign[\w-]*\.c?js$/.test(path.basename(script)) ? [path.dirname(script)] : []
  } catch {
    return []
  }
}
