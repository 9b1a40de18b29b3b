// What a held call would make of a file, against real files: as it is on the disk, and nothing that is no ordinary text.
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFileDiff, type FileDiff } from '../../broker/file-diff.ts'
import { uiRequests } from '../../core/wire/ui-contract.ts'
import { askOf, sessionOf } from './approvals-fixture.ts'

let folder: string
let project: string
let keys: string

beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-diff-')))
  project = path.join(folder, 'project')
  keys = path.join(folder, 'keys')
  fs.mkdirSync(path.join(project, 'folder'), { recursive: true })
  fs.mkdirSync(keys)
  const put = (name: string, content: string | Uint8Array) => fs.writeFileSync(path.join(project, name), content)
  put('a.txt', '1\n2\n3\n4\n5\n6\n7\n8\n9\n')
  put('windows.txt', 'a\r\nb\r\nc\r\n')
  put('binary', new Uint8Array([0, 1, 2]))
  put('latin', new Uint8Array([0x63, 0x61, 0x66, 0xe9]))
  put('large', 'x'.repeat(2 ** 20 + 1))
  put('full', 'line\n'.repeat(200_000))
  put('many', Array.from({ length: 5000 }, (_, index) => `${index}\n`).join(''))
  put('unreadable', 'x')
  fs.chmodSync(path.join(project, 'unreadable'), 0o000)
  fs.writeFileSync(path.join(keys, 'signing.key'), 'k')
  fs.symlinkSync(path.join(project, 'a.txt'), path.join(project, 'link.txt'))
  fs.symlinkSync(path.join(keys, 'signing.key'), path.join(project, 'link.key'))
  execFileSync('mkfifo', [path.join(project, 'pipe')])
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

async function diff(tool: string, args: Record<string, unknown>, command = ['node', 'server.js']): Promise<FileDiff> {
  const found = await createFileDiff({ hidden: [keys] })(sessionOf({ cwd: project, command }), {
    ...askOf(),
    tool,
    arguments: args,
  })
  expect(uiRequests['approvals.file-diff'].result.parse(found)).toEqual(found)
  return found
}

describe('a file that would change', () => {
  it('is shown by what changes, with three lines around it', async () => {
    const content = '1\n2\n3\n4\nfive\n6\n7\n8\n9\n'
    expect(await diff('write_file', { path: 'a.txt', content })).toEqual({
      state: 'changed',
      path: path.join(project, 'a.txt'),
      hunks: [{ oldStart: 2, newStart: 2, lines: [' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8'] }],
    })
  })

  it.each([
    ['an edit', 'edit_file', { path: 'a.txt', edits: [{ oldText: '9', newText: 'nine' }] }, ['-9', '+nine']],
    ['an append', 'append_file', { path: './a.txt', content: '10' }, ['+10']],
    ['an insert', 'str_replace_editor', { command: 'insert', path: 'a.txt', insert_line: 0, new_str: '0' }, ['+0']],
    ['the end of the last line', 'write_file', { path: 'a.txt', content: '1\n2\n3\n4\n5\n6\n7\n8\n9' }, ['-9', '+9']],
    ['line ends', 'write_file', { path: 'windows.txt', content: 'a\nb\r\nc\r\n' }, ['-a\r', '+a']],
    ['an edit in other line ends', 'str_replace', { path: 'windows.txt', old_str: 'a\nb', new_str: 'a' }, ['-b']],
    [
      'what it looks like to be a diff',
      'write_file',
      { path: 'windows.txt', content: '-a\n+b\n\\ No newline' },
      ['-a\r', '-b\r', '-c\r', '+-a', '++b', '+\\ No newline'],
    ],
  ])('by %s', async (_, tool, args, lines) => {
    const found = await diff(tool, args)
    expect(
      found.state === 'changed' && found.hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith(' ')),
    ).toEqual(lines)
  })

  it('is the one that a link leads to', async () => {
    expect(await diff('write_file', { path: 'link.txt', content: '' })).toMatchObject({
      path: path.join(project, 'a.txt'),
    })
  })

  it('may stay as it is', async () => {
    const content = fs.readFileSync(path.join(project, 'a.txt'), 'utf8')
    expect(await diff('write_file', { path: 'a.txt', content })).toMatchObject({ state: 'same', hunks: [] })
  })

  it('may be new, also in a folder that is not there', async () => {
    expect(await diff('write_file', { path: 'new/b.txt', content: 'a\nb\n' })).toEqual({
      state: 'created',
      path: path.join(project, 'new/b.txt'),
      hunks: [{ oldStart: expect.any(Number), newStart: 1, lines: ['+a', '+b'] }],
    })
  })

  it('may be large, where little of it changes', async () => {
    const found = await diff('append_file', { path: 'full', content: 'end\n' })
    expect(found).toMatchObject({ state: 'changed', hunks: [{ oldStart: 199_998 }] })
  })
})

describe('cannot be shown:', () => {
  it.each([
    [
      'a text that is not in the file',
      'str_replace',
      { path: 'a.txt', old_str: 'zzz', new_str: 'y' },
      /text it wants to replace is not in the file/,
    ],
    ['an edit of nothing', 'edit_file', { path: 'none.txt', edits: [{ oldText: 'a', newText: 'b' }] }, /is not there/],
    ['a pipe', 'write_file', { path: 'pipe', content: 'x' }, /not an ordinary file/],
    ['a device', 'write_file', { path: '/dev/zero', content: 'x' }, /not an ordinary file/],
    ['what the system makes up', 'write_file', { path: '/proc/kmsg', content: 'x' }, /not an ordinary file/],
    ['a folder', 'write_file', { path: 'folder', content: 'x' }, /is a folder/],
    ['something inside of a file', 'write_file', { path: 'a.txt/b', content: 'x' }, /cannot be read \(ENOTDIR\)/],
    ['a binary', 'write_file', { path: 'binary', content: 'x' }, /no text/],
    ['another encoding', 'write_file', { path: 'latin', content: 'x' }, /no text in UTF-8/],
    ['a file that is too long', 'write_file', { path: 'large', content: 'x' }, /longer than 1 MiB/],
    [
      'a content that is too long',
      'write_file',
      { path: 'a.txt', content: 'x'.repeat(2 ** 20 + 1) },
      /longer than 1 MiB/,
    ],
    [
      'too many lines',
      'write_file',
      { path: 'many', content: Array.from({ length: 5000 }, (_, i) => `x${i}\n`).join('') },
      /4,000 lines/,
    ],
    ['too many new lines', 'write_file', { path: 'new.txt', content: 'x\n'.repeat(4001) }, /4,000 lines/],
    ['a path that programs read differently', 'write_file', { path: 'a%2etxt', content: 'x' }, /cannot be told/],
    ['the home of somebody else', 'write_file', { path: '~root/a', content: 'x' }, /cannot be told/],
    ['our keys', 'write_file', { path: '../keys/signing.key', content: 'x' }, /Countersign’s own/],
    ['our keys, through a link', 'write_file', { path: 'link.key', content: 'x' }, /Countersign’s own/],
    ['a call that writes none', 'read_file', { path: 'a.txt' }, /not known/],
  ])('%s', async (_, tool, args, problem) => {
    expect(await diff(tool, args)).toEqual({ state: 'unknown', problem: expect.stringMatching(problem) })
  })

  // Root reads everything.
  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    expect(await diff('write_file', { path: 'unreadable', content: 'x' })).toMatchObject({ problem: /may not read/ })
  })

  it.each([
    ['a container', ['docker', 'run', '-i', '--rm', 'mcp/filesystem', '/data']],
    ['a server on the network', ['npx', 'mcp-remote', 'https://files.example/mcp']],
  ])('the files of %s', async (_, command) => {
    expect(await diff('write_file', { path: 'a.txt', content: 'x' }, command)).toMatchObject({ state: 'unknown' })
  })
})
