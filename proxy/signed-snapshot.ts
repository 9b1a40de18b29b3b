// Reading what the app published, and believing it only with its signature.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { signedText, splitPublished } from '../core/wire/published-policy.ts'
import type { TrustedKey } from './policy-source.ts'
import { sha256 } from './sha256.ts'

export type SignedSnapshot = { ok: true; payload: string; revision: string } | { ok: false; problem: string }

/** The payload as it was signed, unparsed. Throws what reading the file throws. */
export function readSigned(file: string, trusted: TrustedKey): SignedSnapshot {
  if (!trusted.ok) return trusted
  const split = splitPublished(fs.readFileSync(file, 'utf8'))
  if (!split.ok) return split
  const { header, payload } = split
  const signature = Buffer.from(header.signature, 'base64')
  if (!crypto.verify(null, Buffer.from(signedText(payload)), trusted.key, signature)) {
    return { ok: false, problem: 'its signature is not that of the Countersign app' }
  }
  if (sha256(payload) !== header.revision) return { ok: false, problem: 'its revision does not match its content' }
  return { ok: true, payload, revision: header.revision }
}

/** Changes whenever the file does. Throws where there is none. */
export function stampOf(file: string): string {
  const { mtimeMs, size, ino } = fs.statSync(file)
  return `${mtimeMs}/${size}/${ino}`
}
