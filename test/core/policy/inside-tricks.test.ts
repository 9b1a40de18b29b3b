// `inside` and `outside` on the real file system, as the proxy resolves paths: what looks inside and is not, and the
// other way round.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { realPaths } from '../../../proxy/real-paths.ts'
import { combinedPaths, pathTree, sitePaths, sshPaths } from './tricks/paths.ts'
import { asking, type Verdict } from './tricks/verdict.ts'

let root = ''
let ask: (condition: object, text: string) => Verdict
beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'inside-')))
  const here = (text: string) => text.replaceAll('{root}', root)
  for (const folder of pathTree.folders) mkdirSync(path.join(root, folder), { recursive: true })
  writeFileSync(path.join(root, 'home/.ssh/key'), '')
  for (const [link, target] of Object.entries(pathTree.links)) symlinkSync(here(target), path.join(root, link))
  const ports = realPaths(path.join(root, 'home/code/site'), { home: path.join(root, 'home') })
  const asked = new Map<string, (text: string) => Verdict>()
  ask = (condition, text) => {
    const key = JSON.stringify(condition)
    const one = asked.get(key) ?? asking({ it: condition }, ports)
    asked.set(key, one)
    return one(here(text))
  }
})
afterAll(() => rmSync(root, { recursive: true }))

const opposite: Record<Verdict, Verdict> = {
  held: 'did-not-hold',
  'did-not-hold': 'held',
  'could-not-tell': 'could-not-tell',
}

describe.each([
  ['~/code/site', [...sitePaths, ...combinedPaths]],
  ['~/.ssh', sshPaths],
])('inside %s', (folder, tricks) => {
  test.each(tricks)('%j: %s (%s)', (text, expected) => {
    expect([ask({ inside: folder }, text), ask({ outside: folder }, text)]).toEqual([expected, opposite[expected]])
  })
})
