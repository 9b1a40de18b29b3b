// Where the proxy's policy comes from: the signed snapshot the app published, looked at again before every call (one
// `stat`), so that an edit is in force for the next call in every proxy with no message that could be missed.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { type CompiledPolicy, compilePolicy } from '../core/policy/compile.ts'
import type { PolicySet } from '../core/schema/policy.ts'
import { signedText, splitPublished } from '../core/wire/published-policy.ts'
import { loadEngines } from './engines.ts'
import { log } from './log.ts'
import { sha256 } from './sha256.ts'

/** The policy in force, or why there is none: then every call is refused. */
export type PolicyState = { ok: true; policy: CompiledPolicy; revision: string } | { ok: false; problem: string }

export type PolicySource = {
  /** The policy for a call that is judged now. A promise only while a YAML file is first read. */
  current(): PolicyState | Promise<PolicyState>
  /** The same, as of a look a moment ago where there was one: for what the server writes, which mostly follows a call. */
  lately(): PolicyState | Promise<PolicyState>
}

/** How old a look may be, in milliseconds, where no call is judged by it. An edit has 500 to be in force. */
const latelyMs = 5

export type TrustedKey = { ok: true; key: crypto.KeyObject } | { ok: false; problem: string }

/** Reads the broker's public key and, where `fingerprint` is given, insists that it is that key. */
export function readTrustedKey(publicKeyFile: string, fingerprint?: string): TrustedKey {
  let pem: string
  try {
    pem = fs.readFileSync(publicKeyFile, 'utf8')
  } catch (error) {
    return { ok: false, problem: `the key of the Countersign app cannot be read (${(error as Error).message})` }
  }
  try {
    const key = crypto.createPublicKey(pem)
    const der = key.export({ type: 'spki', format: 'der' })
    const found = crypto.createHash('sha256').update(der).digest('hex')
    if (fingerprint !== undefined && found !== fingerprint) {
      return { ok: false, problem: `the key of the Countersign app is not the one this proxy was told to trust` }
    }
    return { ok: true, key }
  } catch (error) {
    return { ok: false, problem: `the key of the Countersign app is damaged (${(error as Error).message})` }
  }
}

/**
 * The policy the app published at `file`, checked with the key that `trusted` reads. Calls judged in one turn of the
 * event loop share one look at the file.
 */
export function publishedPolicy(file: string, trusted: () => TrustedKey): PolicySource {
  let seen = ''
  let looked = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let state: PolicyState = { ok: false, problem: 'no policy was read yet' }

  const source: PolicySource = {
    lately: () => (performance.now() - lookedAt < latelyMs ? state : source.current()),
    current: () => {
      if (looked) return state
      looked = true
      lookedAt = performance.now()
      setImmediate(() => {
        looked = false
      })
      let stamp: string
      try {
        const { mtimeMs, size, ino } = fs.statSync(file)
        stamp = `${mtimeMs}/${size}/${ino}`
      } catch {
        seen = ''
        state = {
          ok: false,
          problem: 'Countersign has not published a policy yet: start the app (or `countersign serve`) once',
        }
        return state
      }
      if (stamp !== seen) {
        state = load(file, trusted())
        // What failed is tried again: the key may have come later than the policy, or the machine was short of files.
        seen = state.ok ? stamp : ''
      }
      return state
    },
  }
  return source
}

function load(file: string, trusted: TrustedKey): PolicyState {
  const fail = (problem: string): PolicyState => ({
    ok: false,
    problem: `the published policy cannot be used: ${problem}`,
  })
  if (!trusted.ok) return fail(trusted.problem)
  try {
    const split = splitPublished(fs.readFileSync(file, 'utf8'))
    if (!split.ok) return fail(split.problem)
    const { header, payload } = split
    const signature = Buffer.from(header.signature, 'base64')
    if (!crypto.verify(null, Buffer.from(signedText(payload)), trusted.key, signature)) {
      return fail('its signature is not that of the Countersign app')
    }
    if (sha256(payload) !== header.revision) return fail('its revision does not match its content')
    return { ok: true, policy: compilePolicy(JSON.parse(payload) as PolicySet, loadEngines), revision: header.revision }
  } catch (error) {
    return fail((error as Error).message)
  }
}

/** The policy of one YAML file, read once. The parser (yaml, zod) is loaded only here. */
export function policyFromYaml(file: string): PolicySource {
  let state: PolicyState | undefined
  const loading = import('./policy-file.ts').then(({ readPolicyFile }) => {
    const read = readPolicyFile(file)
    state = read.ok
      ? { ok: true, policy: compilePolicy(read.set, loadEngines), revision: sha256(JSON.stringify(read.set)) }
      : read
    if (!read.ok) log(`${read.problem}; every call will be refused`)
    return state
  })
  loading.catch(() => undefined) // reported by `current`
  const current = () =>
    state ??
    loading.catch((error: Error) => ({ ok: false as const, problem: `the policy cannot be read: ${error.message}` }))
  return { current, lately: current }
}
