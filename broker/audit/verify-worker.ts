// The second thread of a check: does tasks over a connection of its own until none is left.
import { workerData } from 'node:worker_threads'
import { sha256 } from '../sha256.ts'
import { openDatabase } from './driver.ts'
import { checkpointHead } from './event-log.ts'
import { isSound, taskRunner } from './verify-tasks.ts'
import { type HelperData, sharedTasks } from './verify-threads.ts'

const { databasePath, begins, spoolFolder, tasks, states } = workerData as HelperData
const db = openDatabase(databasePath, { readonly: true })
try {
  db.transaction(() => {
    // Pruned in between: the first thread's snapshot still has what is gone here.
    if ((checkpointHead(db)?.seq ?? 0) !== begins) return
    const runner = taskRunner(db, sha256, spoolFolder)
    const { claim, settle } = sharedTasks(new Int32Array(states))
    for (let index = claim(); index !== undefined; index = claim()) {
      settle(
        index,
        attempt(() => isSound(runner, tasks[index])),
      )
    }
  }).deferred()
} finally {
  db.close()
}

/** What cannot be read here is not sound; the first thread says why. */
function attempt(work: () => boolean): boolean {
  try {
    return work()
  } catch {
    return false
  }
}
