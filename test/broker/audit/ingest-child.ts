// Ingests a spool folder in a process of its own. Arguments: database, spool folder, and after how many hashes to kill itself
// with SIGKILL (0: never). Waits for a line on stdin, so that several can start at the same moment; prints its result.
import { once } from 'node:events'
import { openAuditDatabase } from '../../../broker/audit/database.ts'
import { createIngest } from '../../../broker/audit/ingest.ts'
import { sha256 } from '../../support/spool-writer.ts'

const [databasePath = '', spoolFolder = '', killAfter = '0'] = process.argv.slice(2)
const db = openAuditDatabase(databasePath)
let hashes = 0
const ingest = createIngest(db, {
  spoolFolder,
  now: () => 0,
  sha256: (text) => {
    hashes += 1
    if (hashes === Number(killAfter)) process.kill(process.pid, 'SIGKILL')
    return sha256(text)
  },
})
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const { events, calls, damaged } = ingest.ingestAll()
db.close()
process.stdout.write(`${JSON.stringify({ events, calls: calls.length, damaged })}\n`)
process.stdin.destroy()
