// The guards of a data folder that is not where the baseline looks for it.
import { describe, expect, it } from 'vitest'
import { ownFolderPolicy } from '../../broker/own-folder-policy.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { lexicalPaths } from '../../core/policy/lexical-paths.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import type { RiskClass } from '../../core/schema/risk-class.ts'
import { call, compiled } from '../core/policy/helpers.ts'

it.each([
  ['linux', '/home/ana/.local/share/countersign', '/home/ana'],
  ['darwin', '/Users/ana/Library/Application Support/Countersign', '/Users/ana'],
  ['win32', 'C:\\Users\\ana\\AppData\\Local\\Countersign', 'C:\\Users\\ana'],
])('the usual place on %s needs none', (platform, home, homeDir) => {
  expect(ownFolderPolicy(home, homeDir, platform)).toBeUndefined()
})

describe.each(['/srv/cs', "/srv/it's mine (1)/a.b+c", '/srv/Ünïcode #1: [x]/data'])('a data folder at %s', (home) => {
  const text = ownFolderPolicy(home, '/home/ana', 'linux') ?? ''
  const policy = compiled({ 'own.yaml': text, 'all.yaml': 'version: 1\ndefault: allow\n' })
  const decide = (args: JsonObject, risk: RiskClass) =>
    evaluate(policy, call(args, { risk }), lexicalPaths({ home: '/home/ana', cwd: '/home/ana/code' })).kind

  it('is written as a policy without a mistake', () => {
    expect(parsePolicyText(text, 'own.yaml').diagnostics).toEqual([])
  })

  it.each<[JsonObject, RiskClass, string]>([
    [{ path: `${home}/keys/signing.key` }, 'read', 'deny'],
    [{ path: `${home}/policies/../keys/signing.key` }, 'read', 'deny'],
    [{ path: `${home}/policies/baseline.yaml`, content: 'version: 1' }, 'write', 'deny'],
    [{ where: { list: [`${home}/spool`] } }, 'destructive', 'deny'],
    [{ command: `cat ${home}/settings.json` }, 'execute', 'hold'],
    [{ path: `${home}-other/x` }, 'write', 'allow'],
    [{ path: '/home/ana/code/keys/x' }, 'write', 'allow'],
    [{ text: 'Some words about ~/x, $HOME and `keys`.' }, 'write', 'allow'],
  ])('%j (%s): %s', (args, risk, expected) => expect(decide(args, risk)).toBe(expected))
})

it('reading there asks', () => {
  const policy = compiled({ 'own.yaml': ownFolderPolicy('/srv/cs', '/home/ana', 'linux') ?? '' })
  const request = call({ path: '/srv/cs/settings.json' }, { risk: 'read' })
  expect(evaluate(policy, request, lexicalPaths()).kind).toBe('hold')
})
