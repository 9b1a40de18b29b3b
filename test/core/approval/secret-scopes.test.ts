// Which scopes have a secret in them, also where the secret alone does not look like one.
import { expect, test } from 'vitest'
import { secretScopes } from '../../../core/approval/secret-scopes.ts'
import type { ArgumentScope, ArgumentScopes } from '../../../core/schema/grant.ts'
import type { JsonObject, JsonValue } from '../../../core/schema/json.ts'

const fixed = (value: JsonValue): ArgumentScope => ({ kind: 'fixed', value })
const anything: ArgumentScope = { kind: 'anything' }
const token = `ghp_${'a1B2'.repeat(9)}`
const url = 'https://dev:hunter22@db.example/x/y'

test.each<[why: string, scopes: ArgumentScopes, args: JsonObject, hidden: string[], secret: string[]]>([
  ['ordinary values', { path: fixed('a'), n: fixed(5), m: fixed({ a: [1] }) }, { path: 'a', n: 5, m: { a: [1] } }, [], []],
  ['a name that tells', { password: fixed('x') }, { password: 'x' }, [], ['password']],
  ['the same, whatever it is', { password: anything }, { password: 'x' }, [], []],
  ['a look that tells', { body: fixed(`use ${token}`) }, { body: `use ${token}` }, [], ['body']],
  ['deep within', { body: fixed({ headers: { Authorization: 'Bearer abcdefgh' } }) }, { body: { headers: { Authorization: 'Bearer abcdefgh' } } }, [], ['body']],
  ['what stands beside it', { name: fixed('DB_PASSWORD'), value: fixed('hunter22') }, { name: 'DB_PASSWORD', value: 'hunter22' }, [], ['value']],
  ['the beginning of one', { url: { kind: 'prefix', prefix: 'https://dev:hunter22@' } }, { url }, [], ['url']],
  ['one of several', { t: { kind: 'one-of', values: ['a', token] } }, { t: 'a' }, [], ['t']],
  ['a folder named like one', { path: { kind: 'inside', folder: `/x/${token}` } }, { path: '/x' }, [], ['path']],
  ['a name that is one', { [token]: anything }, { [token]: 1 }, [], [token]],
  ['what a rule keeps out of the log', { a: fixed(1), b: fixed(2) }, { a: 1, b: 2 }, ['a.b.c'], ['a']],
  ['in another spelling', { A: fixed(1) }, { A: 1 }, ['$["a"]'], ['A']],
  ['all of it', { a: fixed(1), b: anything }, { a: 1, b: 2 }, ['**'], ['a']],
])('%s', (_why, scopes, args, hidden, secret) => {
  expect(secretScopes(scopes, args, hidden)).toEqual(secret)
}) // biome-ignore format: a table
