// The policy folder: watched, compiled into one signed snapshot, published for the proxies. What of it is in force is for
// policy-files.ts to say.
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import type { PolicySet, PolicySetEntry } from '../core/schema/policy.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { joinPublished, signedText } from '../core/wire/published-policy.ts'
import type { UiResult } from '../core/wire/ui-contract.ts'
import { type EarlierPolicies, earlierPolicies } from './earlier-policies.ts'
import type { InstallKeys } from './keys.ts'
import { ownFolderFile, ownFolderPolicy } from './own-folder-policy.ts'
import { writeAtomically } from './paths.ts'
import { createPolicyFiles, type PolicyText } from './policy-files.ts'
import { isPolicyName, policyNames, policyStamp, type ReadPolicy, readPolicy } from './policy-folder.ts'
import { createSettling } from './settling.ts'
import { sha256 } from './sha256.ts'
import { watchFolder } from './watch-folder.ts'
import { watchLinks } from './watch-links.ts'

export type Policies = {
  revision(): string
  /** One sentence for each file that is not as its author meant it to be. */
  problems(): string[]
  /** How many there are in the folder. */
  files(): number
  list(): UiResult<'policies.list'>
  /** @throws if it cannot be recorded or published: then the file still counts. */
  acceptRemoval(file: string, by: string): UiResult<'policies.accept-removal'>['outcome']
  /** Publishes again what is in force, with what else the set carries now. @throws if it cannot; it is tried again later. */
  publish(): void
  /** Takes up files that we wrote ourselves, whole and together, without waiting for a quiet moment. Never throws. */
  takeUp(files: readonly string[]): void
  stop(): void
}

/** `texts`: what the revision was made of. */
export type PublishedNews = { revision: string; files: string[]; problems: string[]; texts: readonly PolicyText[] }

export type PoliciesOptions = {
  layout: HomeLayout
  keys: InstallKeys
  /** Folder with the policies that a first start copies. */
  starterPolicies: string
  /** What the published set says of it. */
  lockdown(): PolicySet['lockdown']
  /** Throws on a set that the proxies could not carry out: it is not published. */
  compile(set: PolicySet): void
  published(news: PublishedNews): void
  /** Called before a removed file is let go of. Throws if it cannot be recorded. */
  removalAccepted(removed: { file: string; servers: string[]; by: string }): void
  /** Must not throw. */
  alert(kind: string, detail: string): void
  log(line: string): void
}

class NotCompiled extends Error {}

/** Publishes the folder's policies before it returns, then again after each change. */
export function startPolicies(options: PoliciesOptions): Policies {
  const { layout, keys } = options
  const earlier = readEarlier(options)
  const files = createPolicyFiles(earlier.files)
  let revision = ''
  let problems: string[] = []
  /** What the files looked like when they were last read. */
  const stamps = new Map<string, string>()
  /** Read, and perhaps only half of a save. */
  const unsure = new Map<string, ReadPolicy | undefined>()
  let failure = ''

  const publish = () => {
    const { entries, texts, problems: found } = files.inForce()
    const lockdown = options.lockdown()
    let set: PolicySet = { format: 1, files: entries, ...(lockdown ? { lockdown } : {}) }
    try {
      options.compile(set)
    } catch (error) {
      const { message } = error as Error
      if (!lockdown) throw new NotCompiled(message, { cause: error })
      // The brake must not wait for the files to be mended: nothing of them counts meanwhile.
      set = { ...set, files: entries.map((entry) => brokenEntry(entry, `the policies cannot be compiled: ${message}`)) }
    }
    const payload = JSON.stringify(set)
    const next = sha256(payload)
    const news = next !== revision || found.join() !== problems.join()
    if (next !== revision || !fs.existsSync(layout.published)) {
      const signature = keys.sign(signedText(payload))
      writeAtomically(layout.published, joinPublished({ format: 1, revision: next, signature }, payload))
    }
    files.published()
    revision = next
    problems = found
    failure = ''
    if (news) options.published({ revision, files: files.present(), problems, texts })
  }
  const fail = (error: unknown) => {
    const { message } = error as Error
    if (message !== failure) {
      options.alert('policies-not-published', `The policies cannot be read or published: ${message}`)
    }
    failure = message
  }
  const tryToPublish = () => {
    try {
      publish()
    } catch (error) {
      fail(error)
    }
  }

  const settled = (due: ReadonlyMap<string, { quiet: boolean }>): string[] => {
    const waiting: string[] = []
    for (const [file, { quiet }] of due) {
      // Before it is read: what changes in between is seen by the next look.
      const stamp = policyStamp(layout.policies, file)
      const read = readPolicy(layout.policies, file, files.read(file), unsure.get(file))
      if (!quiet && files.mayBeHalf(file, read)) {
        unsure.set(file, read)
        waiting.push(file)
      } else {
        unsure.delete(file)
        stamps.set(file, stamp)
        files.believe(file, read)
      }
    }
    if (waiting.length < due.size) tryToPublish()
    follow()
    return waiting
  }
  const settling = createSettling(settled)
  const everyName = () => new Set([...policyNames(layout.policies), ...files.names()])
  const changed = (name?: string) => {
    if (name !== undefined) {
      if (isPolicyName(name)) settling.touched(name)
      return
    }
    try {
      for (const file of everyName()) settling.touched(file)
    } catch (error) {
      fail(error)
    }
  }
  const look = () => {
    try {
      for (const file of everyName()) {
        if (policyStamp(layout.policies, file) !== stamps.get(file)) settling.touched(file)
      }
      follow()
      if (failure !== '' || !fs.existsSync(layout.published)) publish()
    } catch (error) {
      fail(error)
    }
  }

  seed(layout, options.starterPolicies, options.log)
  for (const file of policyNames(layout.policies)) files.believe(file, readPolicy(layout.policies, file))
  for (const file of files.names()) stamps.set(file, policyStamp(layout.policies, file))
  try {
    publish()
  } catch (error) {
    if (!(error instanceof NotCompiled)) throw error
    revision = earlier.revision
    fail(error)
  }
  const watched = watchFolder({ folder: layout.policies, changed, look, log: options.log })
  const links = watchLinks({
    within: layout.home,
    changed: (file) => (file === '' ? watched.check() : settling.touched(file)),
    log: options.log,
  })
  const follow = () => {
    const folder = path.relative(layout.home, layout.policies)
    links.follow(new Map([['', folder], ...files.present().map((file) => [file, path.join(folder, file)] as const)]))
  }
  follow()

  return {
    revision: () => revision,
    problems: () => problems,
    files: () => files.present().length,
    list: () => ({ folder: layout.policies, revision, files: files.views() }),
    acceptRemoval: (file, by) => {
      const servers = files.removed(file)
      if (servers === undefined) return 'not-removed'
      if (readPolicy(layout.policies, file) !== undefined) {
        settling.touched(file)
        return 'not-removed'
      }
      options.removalAccepted({ file, servers, by })
      const undo = files.forget(file)
      try {
        publish()
      } catch (error) {
        undo()
        throw error
      }
      return 'accepted'
    },
    publish: () => {
      try {
        publish()
      } catch (error) {
        fail(error)
        throw error
      }
    },
    takeUp: (names) => {
      for (const file of names) {
        const stamp = policyStamp(layout.policies, file)
        unsure.delete(file)
        stamps.set(file, stamp)
        files.believe(file, readPolicy(layout.policies, file, files.read(file)))
      }
      tryToPublish()
      follow()
    },
    stop: () => {
      settling.stop()
      watched.stop()
      links.stop()
    },
  }
}

function brokenEntry(entry: PolicySetEntry, problem: string): PolicySetEntry {
  const servers = entry.status === 'ok' ? entry.policy.servers : entry.servers
  return { file: entry.file, status: 'broken', servers, problem }
}

function readEarlier({ layout, alert }: PoliciesOptions): EarlierPolicies {
  try {
    return earlierPolicies(layout.published)
  } catch (error) {
    const detail = `What was published before cannot be read: ${(error as Error).message}. Files removed since are not missed.`
    alert('policies-forgotten', detail)
    return { revision: '', files: new Map() }
  }
}

/**
 * The first start gets the baseline, so that there is something to read and to edit, and guards for a data folder that
 * is not where the baseline looks for it. Every start gets this version's JSON Schema beside it, for editors.
 */
function seed(layout: HomeLayout, starterPolicies: string, log: (line: string) => void): void {
  const first = !fs.existsSync(layout.published) && policyNames(layout.policies).length === 0
  if (first) {
    place(layout.policies, starterPolicies, 'baseline.yaml')
    const own = ownFolderPolicy(layout.home, os.homedir(), process.platform)
    if (own !== undefined) fs.writeFileSync(path.join(layout.policies, ownFolderFile), own, { mode: 0o600 })
  }
  try {
    place(layout.policies, starterPolicies, 'policy.schema.json')
  } catch (error) {
    log(`editors will not know the policy language: ${(error as Error).message}`)
  }
}

/** Not a copy: the original may be read-only, and this one is meant to be edited. */
function place(folder: string, from: string, file: string): void {
  const target = path.join(folder, file)
  const content = fs.readFileSync(path.join(from, file))
  if (fs.existsSync(target) && fs.readFileSync(target).equals(content)) return
  fs.writeFileSync(target, content, { mode: 0o600 })
}
