// The policy folder: watched, compiled into one signed snapshot, published for the proxies. A file that breaks, or
// goes, while we run keeps its last good rules in force: a slip in an editor must not open what was closed.
import * as fs from 'node:fs'
import * as path from 'node:path'
import { parsePolicyText } from '../core/policy/parse.ts'
import { policyFileView } from '../core/policy/view.ts'
import type { PolicySet, PolicySetEntry } from '../core/schema/policy.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { joinPublished, signedText } from '../core/wire/published-policy.ts'
import type { PolicyFileView, UiResult } from '../core/wire/ui-contract.ts'
import type { InstallKeys } from './keys.ts'
import { writeAtomically } from './paths.ts'
import { sha256 } from './sha256.ts'

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
  log(line: string): void
}

const settleMs = 50

/** Publishes the folder's policies before it returns, then again after each change. */
export function startPolicies(options: PoliciesOptions): Policies {
  const { layout, keys } = options
  const lastGood = new Map<string, PolicySetEntry>()
  let revision = ''
  let problems: string[] = []
  let views: PolicyFileView[] = []

  const readAll = (): Map<string, string> => {
    const names = fs.readdirSync(layout.policies).filter((name) => /^[^.].*\.ya?ml$/.test(name))
    return new Map(names.sort().map((name) => [name, fs.readFileSync(path.join(layout.policies, name), 'utf8')]))
  }

  const publish = () => {
    const texts = readAll()
    const found: string[] = []
    const entries: PolicySetEntry[] = []
    views = []
    for (const [file, text] of texts) {
      const { entry } = parsePolicyText(text, file)
      views.push(policyFileView(text, file))
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
      if (texts.has(file)) continue
      found.push(`${file} was removed. Its rules stay in force until Countersign is started again.`)
      entries.push(entry)
    }
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
    if (news) options.published(revision, [...texts.keys()], problems)
  }

  let settling: NodeJS.Timeout | undefined
  const soon = () => {
    clearTimeout(settling)
    settling = setTimeout(() => {
      try {
        publish()
      } catch (error) {
        // What is published stays in force; the next change is read again.
        options.log(`the policies cannot be read: ${(error as Error).message}`)
      }
    }, settleMs)
  }

  seed(layout, options.starterPolicies)
  publish()
  const watcher = fs.watch(layout.policies, soon)
  watcher.on('error', (error) => options.log(`the policy folder cannot be watched: ${error.message}`))

  return {
    revision: () => revision,
    problems: () => problems,
    files: () => views.length,
    list: () => ({ folder: layout.policies, revision, files: views }),
    stop: () => {
      clearTimeout(settling)
      watcher.close()
    },
  }
}

/** The first start gets the baseline, so that there is something to read and to edit. */
function seed(layout: HomeLayout, starterPolicies: string): void {
  if (fs.existsSync(layout.published) || fs.readdirSync(layout.policies).length > 0) return
  const file = 'baseline.yaml'
  fs.copyFileSync(path.join(starterPolicies, file), path.join(layout.policies, file))
}
