// Which hosts calls have named before: one that was never seen deserves a look, and the card marks it. How hosts are read
// from arguments is for core/approval/hosts-in.ts to say, the same for the card and for the log.
import { hostsIn } from '../../core/approval/hosts-in.ts'
import { type Db, prepared } from './driver.ts'
import { parseJson } from './spool-line.ts'

/** Of one call: more are no list that anyone reads, and arguments are written by strangers. */
const mostOfOneCall = 100

/** Which of the hosts (as `hostsIn` gives them) some call named that was forwarded. */
export function seenHosts(db: Db, hosts: readonly string[]): Set<string> {
  const rows = prepared<[string], { host: string }>(
    db,
    'SELECT host FROM host WHERE host IN (SELECT value FROM json_each(?))',
  ).all(JSON.stringify(hosts))
  return new Set(rows.map(({ host }) => host))
}

/** The hosts in recorded arguments. Of a text that was cut only whole URLs count: the last word may go on. */
export function hostsInExcerpt({ text, truncated }: { text: string; truncated: boolean }): string[] {
  if (!truncated) return hostsIn(parseJson(text), mostOfOneCall)
  return hostsIn({ cut: text.replace(/[^\s"'<>`\\]{0,4096}$/, '') }, mostOfOneCall)
}
