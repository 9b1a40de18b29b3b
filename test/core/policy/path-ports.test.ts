// Paths where there is no such disk: systems that fold case, Windows, and by text alone.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import type { PolicyPorts } from '../../../core/policy/path-inside.ts'
import { realPaths } from '../../../proxy/real-paths.ts'
import { asking, type Verdict } from './tricks/verdict.ts'

const about = (folder: string, text: string, ports: PolicyPorts): Verdict =>
  asking({ it: { inside: folder } }, ports)(text)

describe('where the system folds case', () => {
  let root = ''
  beforeAll(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'fold-')))
    mkdirSync(path.join(root, 'Code/Site'), { recursive: true })
  })
  afterAll(() => rmSync(root, { recursive: true }))
  test.each([
    ['Code/Site/a', 'held'],
    ['code/site/a', 'held'],
    ['CODE/SITE/A', 'held'],
    ['code/sites/a', 'did-not-hold'],
    ['Code/Ｓite/a', 'could-not-tell'],
    ['Code/ſite/a', 'could-not-tell'],
  ] as const)('%s in Code/Site: %s', (text, expected) => {
    expect(about(`${root}/Code/Site`, text, realPaths(root, { foldsCase: true }))).toBe(expected)
  })
  test('composed and decomposed letters are the same', () => {
    const ports = realPaths(root, { foldsCase: true })
    expect(about(`${root}/caf\u00e9`, 'cafe\u0301/x', ports)).toBe('held')
  })
})

/** As `realPaths` answers on Windows, without a disk. */
const windows: PolicyPorts = {
  separator: '\\',
  resolvePath(text) {
    if (/^[/\\]{2}|\0/.test(text) || /^[D-Z]:(?![/\\])/i.test(text)) return undefined
    const expanded = text.replace(/^~(?=[/\\]|$)/, 'C:\\Users\\dev')
    return path.win32.resolve('C:\\Users\\dev\\site', expanded).toLowerCase()
  },
}

describe('on Windows', () => {
  test.each<readonly [string, Verdict, string]>([
    ['a.txt', 'held', 'plainly'],
    ['sub\\a.txt', 'held', 'both separators'],
    ['sub/a.txt', 'held', 'both separators'],
    ['C:\\Users\\dev\\site\\a', 'held', 'with the drive'],
    ['c:/users/DEV/site/a', 'held', 'in any case'],
    ['a.txt:stream', 'held', 'a stream of a file inside'],
    ['a.', 'held', 'a dot at the end'],
    ['/c/Users/dev/site/a', 'could-not-tell', "a drive to Git's shell, a folder to others"],
    ['..\\x', 'did-not-hold', 'one up'],
    ['C:\\Windows\\x', 'did-not-hold', 'elsewhere'],
    ['\\Windows\\x', 'did-not-hold', 'the root of the drive'],
    ['C:..\\x', 'did-not-hold', 'one up on the drive'],
    ['D:x', 'could-not-tell', 'where the server is on that drive'],
    ['..\\site.\\a', 'could-not-tell', 'a dot that is dropped'],
    ['..\\site \\a', 'could-not-tell', 'a blank that is dropped'],
    ['..\\site. . .\\a', 'could-not-tell', 'both'],
    ['...\\x', 'held', 'three dots are a name'],
    ['..\\site::$INDEX_ALLOCATION\\a', 'could-not-tell', 'a stream of the folder'],
    ['\\\\localhost\\C$\\Users\\dev\\site\\a', 'could-not-tell', 'a share of this machine'],
    ['//localhost/c$/users', 'could-not-tell', 'a share'],
    ['\\\\?\\C:\\Users\\dev\\site\\a', 'could-not-tell', 'without tidying'],
    ['\\\\.\\C:\\x', 'could-not-tell', 'a device'],
    ['%USERPROFILE%\\site\\a', 'could-not-tell', 'to be filled in'],
    ['file:///C:/Users/dev/site/a', 'could-not-tell', 'a URL'],
    ['..%5cx', 'could-not-tell', 'encoded'],
  ])('%s: %s (%s)', (text, expected) => {
    expect(about('~\\site', text, windows)).toBe(expected)
  })
  test.each([
    ['~\\.ssh.\\key'],
    ['~\\.ssh \\key'],
    ['~\\.ssh::$DATA'],
    ['~/.ssh:x/key'],
    ['/c/Users/dev/.ssh/key'],
    ['%USERPROFILE%\\.ssh\\key'],
    ['%USERPROFILE%/.ssh'],
    ['$env:USERPROFILE\\.ssh\\key'],
    ['~\\.SSH\\key'],
    ['..\\.ssh\\KEY'],
    ['\\\\?\\C:\\Users\\dev\\.ssh\\key'],
    ['..\\.s*\\key'],
  ])('%s does not slip past a rule about ~\\.ssh', (text) => {
    expect(about('~\\.ssh', text, windows)).not.toBe('did-not-hold')
  })
  test.each([['Note: see below.'], ['What is this?'], ['a; b: c.'], ['https://x.example/a?b']])(
    '%s is no reason to ask',
    (text) => {
      expect(about('~\\.ssh', text, windows)).toBe('did-not-hold')
    },
  )
})

describe('by text alone', () => {
  test.each([
    ['a.txt', '/home/dev/project/a.txt'],
    ['.', '/home/dev/project'],
    ['./a//b/../c/', '/home/dev/project/a/c'],
    ['../../../../x', '/x'],
    ['~', '/home/dev'],
    ['~/x', '/home/dev/x'],
    ['/etc//passwd', '/etc/passwd'],
    ['/', '/'],
    ['~root/x', undefined],
    ['~/../x', undefined],
    ['a\0b', undefined],
  ])('%j is %j', (text, expected) => {
    expect(lexicalPaths().resolvePath(text)).toBe(expected)
  })
  test('home and working directory can be said', () => {
    const ports = lexicalPaths({ home: '/Users/me', cwd: '/srv' })
    expect([ports.resolvePath('~/x'), ports.resolvePath('x')]).toEqual(['/Users/me/x', '/srv/x'])
  })
})
