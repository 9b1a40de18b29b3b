// What the log has done to it now and then, without being asked.
import type { InstallKeys } from '../keys.ts'
import type { OwnRecord } from '../own-record.ts'
import { createAnchor } from './anchor.ts'
import type { Db } from './driver.ts'
import { createRetention } from './retention.ts'
import type { RetentionSettings } from './retention-cut.ts'
import { systemLog } from './system-log.ts'

export type UpkeepOptions = {
  db: Db
  keys: Pick<InstallKeys, 'sign'>
  record: OwnRecord
  spoolFolder: string
  retention(): RetentionSettings
  now(): number
  alert(kind: string, detail: string): void
  log(line: string): void
}

/** Starts what gives up old events and what writes the head to the system's log; the returned function stops both. */
export function startUpkeep({ db, keys, record, spoolFolder, retention, now, alert, log }: UpkeepOptions): () => void {
  const pruning = createRetention({
    ...{ db, record, spoolFolder, now, alert, log },
    sign: keys.sign,
    settings: retention,
  })
  const anchor = createAnchor({ db, record, now, log, write: systemLog(process) })
  pruning.start()
  anchor.start()
  return () => {
    pruning.stop()
    anchor.stop()
  }
}
