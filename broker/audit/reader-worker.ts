// The reader's thread. It has a connection of its own to the database: SQLite lets it read while the broker writes. Like the
// broker it loads SQLite through driver.ts from the same file: two copies of SQLite in one process would undo each other's locks.
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './driver.ts'
import type { ReaderAnswer, ReaderQuestion, ReaderTask, VerifyMessage } from './reader-messages.ts'
import { startReaderService } from './reader-service.ts'
import { verifyAudit } from './verify.ts'

if (!parentPort) throw new Error('the reader of the audit log is a thread of the broker')
const port = parentPort
const task = workerData as ReaderTask

/** How often a person is told how far a check is, in milliseconds. */
const progressMs = 100

if (task.task === 'read') read(task.database)
else verify(task)

function read(database: string): void {
  const service = startReaderService(database, (answer: ReaderAnswer) => port.postMessage(answer))
  port.on('message', (question: ReaderQuestion) => {
    service.take(question)
    if (question.kind === 'stop') port.close()
  })
}

function verify({ database, spoolFolder, publicKey, helperFile }: Extract<ReaderTask, { task: 'verify' }>): void {
  const say = (message: VerifyMessage) => port.postMessage(message)
  let told = Number.NEGATIVE_INFINITY
  try {
    const db = openDatabase(database, { readonly: true })
    const report = verifyAudit(db, {
      ...(spoolFolder !== undefined && { spoolFolder }),
      ...(publicKey !== undefined && { publicKey }),
      ...(helperFile !== undefined && { helperFile }),
      progress: (done, total) => {
        const now = performance.now()
        if (now - told < progressMs) return
        told = now
        say({ kind: 'progress', done, total })
      },
    })
    db.close()
    say({ kind: 'done', report })
  } catch (error) {
    say({ kind: 'failed', message: (error as Error).message })
  }
}
