// The parts of a check that need nothing of each other: ranges of the chain, and spools. Two threads share them; which of them
// found what does not matter, because what is not sound is looked at again by the one that reports.
import type { Sha256 } from '../../core/audit/chain.ts'
import type { Db } from './driver.ts'
import { type ChainBreak, chainChecker } from './verify-chain.ts'
import type { VerifyProblem } from './verify-report.ts'
import { spoolChecker, spoolSessions } from './verify-spools.ts'

export type VerifyTask =
  | { kind: 'chain'; after: number; to: number }
  | { kind: 'spool'; session: string; lastPart: number }

/** Of the database as a whole: between which events, and whose spools in which folder. */
export type TaskScope = { begins: number; ends: number; spoolFolder: string | undefined }

/** About a hundredth of a second's work. */
const leastEvents = 10_000
/** However far apart somebody has put the numbers of two events. */
const mostRanges = 2_000

export function verifyTasks(db: Db, { begins, ends, spoolFolder }: TaskScope): VerifyTask[] {
  const tasks: VerifyTask[] = []
  const range = Math.max(leastEvents, Math.ceil((ends - begins) / mostRanges))
  for (let after = begins; after < ends; after += range) {
    tasks.push({ kind: 'chain', after, to: Math.min(ends, after + range) })
  }
  if (spoolFolder === undefined) return tasks
  return [...tasks, ...spoolSessions(db, spoolFolder).map((spool) => ({ kind: 'spool' as const, ...spool }))]
}

/** Each names the first thing that is wrong with a task of its kind, and has nothing to say of the others. */
export type TaskRunner = {
  chain(task: VerifyTask): ChainBreak | undefined
  spool(task: VerifyTask): VerifyProblem | undefined
}

export function taskRunner(db: Db, sha256: Sha256, spoolFolder: string | undefined): TaskRunner {
  const chain = chainChecker(db, sha256)
  const spool = spoolFolder === undefined ? undefined : spoolChecker(db, spoolFolder, sha256)
  return {
    chain: (task) => (task.kind === 'chain' ? chain(task.after, task.to) : undefined),
    spool: (task) => (task.kind === 'spool' ? spool?.(task) : undefined),
  }
}

export const isSound = (runner: TaskRunner, task: VerifyTask | undefined): boolean =>
  task === undefined || (runner.chain(task) ?? runner.spool(task)) === undefined
