// Launch codes and sessions, and that neither can be had twice or without limit.
import { describe, expect, it } from 'vitest'
import { checkHost } from '../../../broker/headless/request-checks.ts'
import { bindAddress } from '../../../broker/headless/server.ts'
import { createSessionAuth } from '../../../broker/headless/session-auth.ts'

it('gives a session for a code once, and its token opens only that session', () => {
  const auth = createSessionAuth()
  const code = auth.launchCode()
  const { token = '', key = '' } = auth.redeem(code) ?? {}
  const other = auth.redeem(auth.launchCode())
  expect(auth.redeem(code)).toBeUndefined()
  const session = auth.session(token)
  expect(session?.id).toMatch(/^[0-9a-f]{8}$/)
  expect(auth.session(other?.token ?? '')?.id).not.toBe(session?.id)
  expect(auth.session(`${token}x`)).toBeUndefined()
  if (!session) throw new Error('no session')
  expect(auth.isKeyOf(session, key)).toBe(true)
  expect(auth.isKeyOf(session, other?.key ?? '')).toBe(false)
})

it('makes codes and tokens of 256 random bits', () => {
  const asked: number[] = []
  const auth = createSessionAuth((bytes) => {
    asked.push(bytes)
    return Buffer.alloc(bytes, asked.length)
  })
  auth.redeem(auth.launchCode())
  expect(asked).toEqual([32, 32, 32])
})

it('keeps the newest codes and sessions only', () => {
  const auth = createSessionAuth()
  const codes = Array.from({ length: 21 }, () => auth.launchCode())
  expect(auth.redeem(codes[0] ?? '')).toBeUndefined()
  expect(auth.redeem(codes[1] ?? '')).toBeDefined()
  const tokens = Array.from({ length: 21 }, () => auth.redeem(auth.launchCode())?.token ?? '')
  expect(tokens.map((token) => auth.session(token) !== undefined)).toEqual([false, ...Array(20).fill(true)])
})

describe('the address', () => {
  it('is loopback unless the dangerous variable names another', () => {
    expect(bindAddress({})).toBe('127.0.0.1')
    expect(bindAddress({ COUNTERSIGN_DANGEROUSLY_BIND_ADDRESS: '' })).toBe('127.0.0.1')
    expect(bindAddress({ COUNTERSIGN_DANGEROUSLY_BIND_ADDRESS: '192.0.2.7' })).toBe('192.0.2.7')
  })

  it.each([
    ['192.0.2.7', '192.0.2.7:80', true],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8:80', false],
    ['0.0.0.0', '192.0.2.8:80', true],
    ['0.0.0.0', 'evil.example:80', false],
    ['::1', '[::1]:80', true],
    ['::1', '[::2]:80', false],
  ])('%s serves Host %s: %s', (bind, host, served) => {
    expect(checkHost(host, { bind, port: 80 }) === undefined).toBe(served)
  })
})
