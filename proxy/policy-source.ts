// Where the proxy's policy comes from: the signed snapshot the app published, looked at again before every call (one
// `stat`), so that an edit is in force for the next call in every proxy with no message that could be missed.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { type CompiledPolicy, compilePolicy } from '../core/policy/compile.ts'
import type { PolicySet } from '../core/schema/policy.ts'
import { loadEngines } from './engines.ts'
import { log } from './log.ts'
import { sha256 } from './sha256.ts'
import { readSigned, stampOf } from './signed-snapshot.ts'

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
        stamp = stampOf(file)
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
  try {
    const read = readSigned(file, trusted)
    if (!read.ok) return unusable(read.problem)
    const { payload, revision } = read
    return { ok: true, policy: compilePolicy(JSON.parse(payload) as PolicySet, loadEngines), revision }
  } catch (error) {
    return unusable((error as Error).message)
  }
}

const unusable = (problem: string): PolicyState => ({
  ok: false,
  problem: `the published policy cannot be used: ${problem}`,
})

/**
 * The policy of one YAML file, read once. The parser (yaml, zod) is loaded only here. `lockdown` is what the app says,
 * which has no other say here.
 */
export function policyFromYaml(file: string, lockdown: () => PolicySet['lockdown']): PolicySource {
  let inForce: (() => PolicyState) | undefined
  const loading = import('./policy-file.ts').then(({ readPolicyFile }) => {
    const read = readPolicyFile(file)
    if (!read.ok) log(`${read.problem}; every call will be refused`)
    inForce = read.ok ? lockable(read.set, lockdown) : () => read
    return inForce()
  })
  loading.catch(() => undefined) // reported by `current`
  const current = () =>
    inForce?.() ??
    loading.catch((error: Error) => ({ ok: false as const, problem: `the policy cannot be read: ${error.message}` }))
  return { current, lately: current }
}

/** The set with the lockdown of the moment; the same state for the same lockdown. */
function lockable(set: PolicySet, lockdown: () => PolicySet['lockdown']): () => PolicyState {
  const stateOf = (lockedSet: PolicySet): PolicyState => {
    return { ok: true, policy: compilePolicy(lockedSet, loadEngines), revision: sha256(JSON.stringify(lockedSet)) }
  }
  const lockedState = (by: PolicySet['lockdown']): PolicyState => {
    try {
      return stateOf({ ...set, ...(by === undefined ? {} : { lockdown: by }) })
    } catch (error) {
      return unusable((error as Error).message)
    }
  }
  const open = stateOf(set)
  let locked: { by: PolicySet['lockdown']; state: PolicyState } | undefined
  return () => {
    const by = lockdown()
    if (by === undefined) return open
    if (locked?.by !== by) locked = { by, state: lockedState(by) }
    return locked.state
  }
}
