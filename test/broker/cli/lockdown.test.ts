// What the command line says while everything is locked down, by a published policy as the app would write it.
import { expect, it } from 'vitest'
import { createInstall } from '../../proxy/support/proxy.ts'
import { runCli, temporaryFolder } from './run-cli.ts'

const lockdown = { since: new Date(2026, 10, 22, 14, 5, 7).getTime(), by: 'desktop' }
const explain = ['policy', 'explain', '--server', 'bank', '--tool', 'pay']

function home(lockedDown: boolean): string {
  const folder = temporaryFolder()
  const install = createInstall(folder)
  const set = install.setOf('version: 1\nrules: [{ id: free, effect: allow, tools: pay }]\n')
  install.put(install.textOfSet(lockedDown ? { ...set, lockdown } : set))
  return folder
}

it('status says so first, and since when', async () => {
  const folder = home(true)
  const { out } = await runCli(['status'], folder)
  expect(out).toMatch(
    /^Lockdown +on since 2026-11-22 14:05:07; every call is refused until it is lifted in Countersign$/m,
  )
  expect(out).not.toContain('allow and deny rules go on')
  expect(JSON.parse((await runCli(['status', '--json'], folder)).out).policy.lockdown).toEqual(lockdown)
})

it('status says nothing of it otherwise', async () => {
  expect((await runCli(['status'], home(false))).out).not.toMatch(/lock/i)
})

it('policy explain judges by it, and by named files without it', async () => {
  const folder = home(true)
  const { out } = await runCli(explain, folder)
  expect(out).toMatch(/^deny: the call does not go through\n/)
  expect(out).toMatch(/No rule is looked at: Everything is locked down in Countersign since 14:05 \(2026-11-22\);/)
  const json = JSON.parse((await runCli([...explain, '--json'], folder)).out)
  expect(json).toMatchObject({ combined: 'lockdown', rules: [], decision: { kind: 'deny', source: 'lockdown' } })
  const named = JSON.parse((await runCli([...explain, '--policy', 'policies/baseline.yaml', '--json'], folder)).out)
  expect(named.combined).not.toBe('lockdown')
  expect((await runCli(explain, home(false))).out).toMatch(/^allow: the call goes through\n/)
})
