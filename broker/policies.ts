// The policy folder: watched, compiled into one signed snapshot, published for the proxies. A file that breaks, or
// goes, while we run keeps its last good rules in force: a slip in an editor must not open what was closed.
import * as fs from 'node:fs'
import * as path from 'node:path'
import type { PolicySet, PolicySetEntry } from '../core/schema/policy.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { joinPublished, signedText } from '../core/wire/published-policy.ts'
import type { PolicyFileView, UiResult } from '../core/wire/ui-contract.ts'
import type { InstallKeys } from './keys.ts'
import { writeAtomically } from './paths.ts'
import { policyFolderStamp, readPolicyFolder } from './policy-folder.ts'
import { sha256 } from './sha256.ts'
import { watchFolder } from './watch-folder.ts'

export type Policies = {
  revision(): string
  /** One sentence for each file that is not as its author meant it to be. */
  problems(): string[]
  files(): number
  list(): UiResult<'policies.list'>
  stop(): void
}

export type PoliciesOptions = {
  layout: HomeLayout
  keys: InstallKeys
  /** Folder with the policies that a first start copies. */
  starterPolicies: string
  published(revision: string, files: string[], problems: string[]): void
  /** The policies could not be read or published: what was published before stays in force. */
  failed(problem: string): void
  log(line: string): void
}

/** A save is several steps: they are waited for, but not for ever. */
const settleMs = 50
const longestSettleMs = 500

/** Publishes the folder's policies before it returns, then again after each change. */
export function startPolicies(options: PoliciesOptions): Policies {
  const { layout, keys } = options
  const lastGood = new Map<string, PolicySetEntry>()
  let revision = ''
  let problems: string[] = []
  let views: PolicyFileView[] = []
  /** What the folder looked like when it was last read. */
  let stamp: string | undefined

  const publish = () => {
    stamp = policyFolderStamp(layout.policies)
    const read = readPolicyFolder(layout.policies)
    const found: string[] = []
    const entries: PolicySetEntry[] = []
    for (const [file, { entry }] of read) {
      const good = lastGood.get(file)
      if (entry.status === 'ok') {
        lastGood.set(file, entry)
        entries.push(entry)
      } else if (good) {
        found.push(`${file} has an error (${entry.problem}). Its rules from before stay in force.`)
        entries.push(good)
      } else {
        found.push(`${file} has an error (${entry.problem}). Every call it governs is denied until it is mended.`)
        entries.push(entry)
      }
    }
    for (const [file, entry] of lastGood) {
      if (read.has(file)) continue
      found.push(`${file} was removed. Its rules stay in force until Countersign is started again.`)
      entries.push(entry)
    }
    // The order of files has no meaning, and must not make another revision: approvals are bound to it.
    entries.sort((a, b) => (a.file < b.file ? -1 : 1))
    const set: PolicySet = { format: 1, files: entries }
    const payload = JSON.stringify(set)
    const next = sha256(payload)
    const news = next !== revision || found.join() !== problems.join()
    if (next !== revision || !fs.existsSync(layout.published)) {
      const signature = keys.sign(signedText(payload))
      writeAtomically(layout.published, joinPublished({ format: 1, revision: next, signature }, payload))
    }
    revision = next
    problems = found
    views = [...read.values()].map(({ view }) => view)
    if (news) options.published(revision, [...read.keys()], problems)
  }

  let settling: NodeJS.Timeout | undefined
  let unsettledSince: number | undefined
  let failure = ''
  const soon = () => {
    unsettledSince ??= performance.now()
    clearTimeout(settling)
    const longest = unsettledSince + longestSettleMs - performance.now()
    settling = setTimeout(tryToPublish, Math.max(0, Math.min(settleMs, longest)))
  }
  const tryToPublish = () => {
    unsettledSince = undefined
    try {
      publish()
      failure = ''
    } catch (error) {
      const { message } = error as Error
      if (message !== failure) options.failed(`The policies cannot be read or published: ${message}`)
      failure = message
      stamp = undefined
    }
  }
  const look = () => {
    try {
      if (policyFolderStamp(layout.policies) !== stamp) soon()
    } catch {
      if (failure === '') soon() // which meets the same error, and says so once
    }
  }

  seed(layout, options.starterPolicies)
  publish()
  const watched = watchFolder({ folder: layout.policies, changed: soon, look, log: options.log })

  return {
    revision: () => revision,
    problems: () => problems,
    files: () => views.length,
    list: () => ({ folder: layout.policies, revision, files: views }),
    stop: () => {
      clearTimeout(settling)
      watched.stop()
    },
  }
}

/** The first start gets the baseline, so that there is something to read and to edit. */
function seed(layout: HomeLayout, starterPolicies: string): void {
  if (fs.existsSync(layout.published) || fs.readdirSync(layout.policies).length > 0) return
  const file = 'baseline.yaml'
  // Not a copy: the original may be read-only, and this one is meant to be edited.
  fs.writeFileSync(path.join(layout.policies, file), fs.readFileSync(path.join(starterPolicies, file)), { mode: 0o600 })
}
