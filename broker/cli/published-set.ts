// The policy in force as proxies see it: the signed snapshot that was published last, believed for the same reasons.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import * as z from 'zod'
import { type PolicySet, policySet } from '../../core/schema/policy.ts'
import type { HomeLayout } from '../../core/wire/home-layout.ts'
import { signedText, splitPublished } from '../../core/wire/published-policy.ts'
import { sha256 } from '../sha256.ts'

export type PublishedSet =
  | { ok: true; revision: string; set: PolicySet; publishedAt: number }
  /** `problem`: why it cannot be used, as the end of a sentence. Proxies refuse every call then. */
  | { ok: false; absent: boolean; problem: string }

export function readPublishedSet(layout: HomeLayout): PublishedSet {
  let text: string
  try {
    text = fs.readFileSync(layout.published, 'utf8')
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return { ok: false, absent, problem: absent ? 'not there' : (error as Error).message }
  }
  const fail = (problem: string): PublishedSet => ({ ok: false, absent: false, problem })
  const split = splitPublished(text)
  if (!split.ok) return fail(split.problem)
  const { header, payload } = split
  const key = publicKey(layout.publicKey)
  if (typeof key === 'string') return fail(key)
  if (!verifies(payload, header.signature, key)) return fail("its signature is not that of this installation's key")
  const { revision } = header
  if (sha256(payload) !== revision) return fail('its revision does not match its content')
  try {
    const set = policySet.parse(JSON.parse(payload))
    return { ok: true, revision, set, publishedAt: fs.statSync(layout.published).mtimeMs }
  } catch (error) {
    if (error instanceof z.ZodError) return fail('another version of Countersign published it')
    return fail((error as Error).message)
  }
}

function publicKey(file: string): crypto.KeyObject | string {
  try {
    return crypto.createPublicKey(fs.readFileSync(file))
  } catch (error) {
    return `the key of this installation cannot be read (${(error as Error).message})`
  }
}

function verifies(payload: string, signature: string, key: crypto.KeyObject): boolean {
  try {
    return crypto.verify(null, Buffer.from(signedText(payload)), key, Buffer.from(signature, 'base64'))
  } catch {
    return false // a key of another kind
  }
}
