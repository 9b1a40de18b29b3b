// Puts on record what each published revision was made of, so that any past decision can be explained by the rules as they
// were. A text is written once; revisions name it by its hash.
import { type Db, prepared } from './audit/driver.ts'
import type { OwnRecord } from './own-record.ts'
import type { PublishedNews } from './policies.ts'
import type { PolicyText } from './policy-files.ts'
import { sha256 } from './sha256.ts'

export type PolicyHistoryPorts = { db: Db; record: Pick<OwnRecord, 'write'> }

/** @throws if it cannot be recorded. */
export function recordPublished({ db, record }: PolicyHistoryPorts, news: PublishedNews): void {
  const { revision, files, problems } = news
  const texts = news.texts.map(({ entry, removed, text }) => ({
    entry,
    removed,
    hash: recordText({ db, record }, text),
  }))
  record.write('policy.published', {
    ...{ revision, files, problems },
    texts: texts.map(({ entry, removed, hash }) => ({
      file: entry.file,
      status: removed ? ('removed' as const) : entry.status,
      ...(hash === undefined ? {} : { sha256: hash }),
      ...(entry.status === 'broken' ? { denies: entry.servers, problem: entry.problem } : {}),
    })),
  })
}

/** The hash of a text that is on record now. Of two that come before the first is read from the spool both are written. */
function recordText({ db, record }: PolicyHistoryPorts, text: PolicyText['text']): string | undefined {
  if (text === undefined) return undefined
  const hash = sha256(text)
  const known = prepared<[string], number>(db, 'SELECT 1 FROM policy_text WHERE sha256 = ?').pluck().get(hash)
  if (known === undefined) record.write('policy.text', { sha256: hash, text })
  return hash
}
