// Prunes a log in a process of its own, and kills itself with SIGKILL when it signs a checkpoint (inside the transaction) or
// removes a file (after it). Arguments: database, spool folder, `sign` or `unlink`, private key (PEM), the time it is.
import { sign } from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [database = '', spoolFolder = '', where = '', key = '', now = '0'] = process.argv.slice(2)
const die = () => process.kill(process.pid, 'SIGKILL')
if (where === 'unlink') {
  fs.rmSync = die
  syncBuiltinESMExports()
}
const { openAuditDatabase } = await import('../../../broker/audit/database.ts')
const { createRetention } = await import('../../../broker/audit/retention.ts')
const retention = createRetention({
  db: openAuditDatabase(database),
  sign: (text) => {
    if (where === 'sign') die()
    return sign(null, Buffer.from(text), key).toString('base64')
  },
  record: { session: 'broker-2', write: () => undefined },
  spoolFolder,
  settings: () => ({ days: 1 }),
  now: () => Number(now),
  alert: () => undefined,
  log: () => undefined,
})
while (retention.step());
