// A reader's thread that ends when it is asked for statistics: as often as the file named by COUNTERSIGN_TEST_DEATHS has
// characters, one fewer each time. Otherwise the real one.
import { readFileSync, writeFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { ReaderQuestion } from '../../../broker/audit/reader-messages.ts'

parentPort?.on('message', (question: ReaderQuestion) => {
  const file = process.env['COUNTERSIGN_TEST_DEATHS'] ?? ''
  const left = readFileSync(file, 'utf8')
  if (question.kind !== 'ask' || question.method !== 'statistics.get' || left === '') return
  writeFileSync(file, left.slice(1))
  process.exit(7)
})

await import('../../../broker/audit/reader-worker.ts')
