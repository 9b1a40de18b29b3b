// The tables of tricks are as long as we say they are, and say each thing once.
import { expect, test } from 'vitest'
import { commandTricks } from './tricks/commands.ts'
import { hostTricks } from './tricks/hosts.ts'
import { combinedPaths, sitePaths, sshPaths } from './tricks/paths.ts'

const tables = {
  host: hostTricks,
  command: commandTricks,
  inside: [...sitePaths, ...combinedPaths],
  'inside ~/.ssh': sshPaths,
}

test('more than three thousand cases, more than a thousand of them not to be told', () => {
  const all = Object.values(tables).flat()
  expect(all.length).toBeGreaterThan(3000)
  expect(all.filter(([, verdict]) => verdict === 'could-not-tell').length).toBeGreaterThan(1000)
  expect(all.filter(([, verdict]) => verdict === 'held').length).toBeGreaterThan(300)
})

test.each(Object.entries(tables))('%s has no case twice', (_, table) => {
  const texts = table.map(([text]) => text)
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([])
})
