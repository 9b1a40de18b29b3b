// What was in force before this start, from the snapshot that the last broker published: a policy file that went while
// nobody looked must not simply be gone.
import * as fs from 'node:fs'
import * as z from 'zod'
import { splitPublished } from '../core/wire/published-policy.ts'

export type EarlierPolicy = {
  /** Globs of the servers it governed. */
  servers: string[]
  /** Its policy as it stood in the snapshot; nothing where it was broken. */
  rules?: string
}

export type EarlierPolicies = { revision: string; files: Map<string, EarlierPolicy> }

// Only what is needed, so that the snapshot of another version can be read too.
const servers = z.array(z.string())
const governing = z.looseObject({ servers })
/** Given back as it was, key by key: compared with what files say now. */
const policy = z.custom<{ servers: string[] }>((value) => governing.safeParse(value).success)
const lockdown = z.object({ since: z.int().nonnegative(), by: z.string() })
const snapshot = z.object({
  files: z.array(
    z.union([z.object({ file: z.string(), status: z.literal('ok'), policy }), z.object({ file: z.string(), servers })]),
  ),
})

/**
 * Nothing where nothing was published. The signature is not looked at: what stands here can only add denials, and the key
 * may be a new one.
 * @throws if it cannot be read.
 */
export function earlierPolicies(published: string): EarlierPolicies {
  if (!fs.existsSync(published)) return { revision: '', files: new Map() }
  const split = splitPublished(fs.readFileSync(published, 'utf8'))
  if (!split.ok) throw new Error(split.problem)
  const files = snapshot.parse(JSON.parse(split.payload)).files.map((entry): [string, EarlierPolicy] => {
    if (!('policy' in entry)) return [entry.file, { servers: entry.servers }]
    return [entry.file, { servers: entry.policy.servers, rules: JSON.stringify(entry.policy) }]
  })
  return { revision: split.header.revision, files: new Map(files) }
}

/**
 * The lockdown that was published, or nothing; nothing as well where that cannot be read, so ask the log too. One of a shape
 * we do not know is one all the same, since the file was written.
 */
export function earlierLockdown(published: string): z.infer<typeof lockdown> | undefined {
  try {
    const split = splitPublished(fs.readFileSync(published, 'utf8'))
    if (!split.ok) return undefined
    const found = z.looseObject({ lockdown: z.unknown() }).parse(JSON.parse(split.payload)).lockdown
    if (found === undefined) return undefined
    const known = lockdown.safeParse(found)
    return known.success ? known.data : { since: Math.round(fs.statSync(published).mtimeMs), by: 'unknown' }
  } catch {
    return undefined // said by whoever reads the policies
  }
}
