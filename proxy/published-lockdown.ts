// Whether everything is locked down, for a proxy that has its policy from a file: the person who refuses everything means
// that one too.
import type { PolicySet } from '../core/schema/policy.ts'
import type { TrustedKey } from './policy-source.ts'
import { readSigned, stampOf } from './signed-snapshot.ts'

/**
 * What the app published last says of it; calls judged in one turn of the event loop share one look. Only a signed
 * snapshot says that everything is locked down, and only another one that this is over.
 */
export function publishedLockdown(file: string, trusted: () => TrustedKey): () => PolicySet['lockdown'] {
  let seen = ''
  let looked = false
  let lockdown: PolicySet['lockdown']

  const look = () => {
    let stamp: string
    try {
      stamp = stampOf(file)
    } catch {
      return // nothing was published: this proxy can do without the app
    }
    if (stamp === seen) return
    try {
      const read = readSigned(file, trusted())
      if (!read.ok) return
      lockdown = (JSON.parse(read.payload) as PolicySet).lockdown
      seen = stamp
    } catch {
      // Not readable at this moment: looked at again at the next call, and what was known stays.
    }
  }
  return () => {
    if (!looked) {
      looked = true
      setImmediate(() => {
        looked = false
      })
      look()
    }
    return lockdown
  }
}
