// Which calls write a file, and what the file becomes by them: exactly, or not at all.
import { describe, expect, it } from 'vitest'
import { fileEditOf } from '../../../core/approval/file-edit.ts'

const become = (tool: string, args: Record<string, unknown>, present: string | undefined) =>
  fileEditOf(tool, args)?.become(present)

describe('a call that writes a file', () => {
  it.each([
    ['the file server', 'write_file', { path: 'a', content: 'new' }, 'old', 'new'],
    ['a new file', 'write_file', { path: 'a', content: 'new' }, undefined, 'new'],
    ['other spellings', 'create-file', { file_path: 'a', contents: 'new' }, undefined, 'new'],
    ['camel case', 'writeFile', { filePath: 'a', file_text: 'new' }, 'old', 'new'],
    ['a prefix', 'fs__write_file', { target_file: 'a', new_content: 'new', instructions: 'why' }, 'old', 'new'],
    ['with its encoding', 'write_file', { filename: 'a', text: 'new', encoding: 'utf-8' }, 'old', 'new'],
    ['Desktop Commander', 'write_file', { path: 'a', content: 'new', mode: 'rewrite' }, 'old', 'new'],
    ['Desktop Commander, appending', 'write_file', { path: 'a', content: 'new', mode: 'append' }, 'old\n', 'old\nnew'],
    ['an append', 'append_to_file', { path: 'a', content: 'new' }, 'old', 'oldnew'],
    ['an append to nothing', 'append_file', { path: 'a', content: 'new' }, undefined, 'new'],
    [
      'an edit of the file server',
      'edit_file',
      { path: 'a', edits: [{ oldText: 'b', newText: 'B' }] },
      'a\nb\n',
      'a\nB\n',
    ],
    [
      'one edit after the other',
      'edit_file',
      {
        path: 'a',
        dryRun: false,
        edits: [
          { oldText: 'b', newText: 'x' },
          { oldText: 'x', newText: 'y' },
        ],
      },
      'a b',
      'a y',
    ],
    ['a replacement', 'str_replace', { path: 'a', old_str: 'b', new_str: '$& $1' }, 'abc', 'a$& $1c'],
    ['a removal', 'str_replace', { path: 'a', old_str: 'b' }, 'abc', 'ac'],
    ['all of them', 'edit', { file_path: 'a', old_string: 'b', new_string: 'x', replace_all: true }, 'b b', 'x x'],
    [
      'as many as it says',
      'edit_block',
      { file_path: 'a', old_string: 'b', new_string: 'x', expected_replacements: 2 },
      'b b',
      'x x',
    ],
    ['another kind of line end', 'str_replace', { path: 'a', old_str: 'a\nb', new_str: 'c' }, 'a\r\nb\r\nd', 'c\nd'],
    ['a new file by an edit', 'edit', { file_path: 'a', old_string: '', new_string: 'x' }, undefined, 'x'],
    [
      'the text editor, new',
      'str_replace_based_edit_tool',
      { command: 'create', path: 'a', file_text: 'x' },
      undefined,
      'x',
    ],
    [
      'the text editor, replacing',
      'str_replace_editor',
      { command: 'str_replace', path: 'a', old_str: 'a', new_str: 'b' },
      'a',
      'b',
    ],
    [
      'the text editor, inserting',
      'str_replace_based_edit_tool',
      { command: 'insert', path: 'a', insert_line: 1, insert_text: 'x\n' },
      'a\nb\n',
      'a\nx\nb\n',
    ],
    [
      'the text editor, at the beginning',
      'str_replace_editor',
      { command: 'insert', path: 'a', insert_line: 0, new_str: 'x' },
      'a',
      'x\na',
    ],
  ])('%s', (_, tool, args, present, expected) => {
    expect(become(tool, args, present)).toMatchObject({ text: expected })
  })

  it.each([
    [
      'the file is not there',
      'edit_file',
      { path: 'a', edits: [{ oldText: 'b', newText: 'c' }] },
      undefined,
      /is not there/,
    ],
    ['the text is not in it', 'str_replace', { path: 'a', old_str: 'b', new_str: 'c' }, 'a', /not in the file/],
    [
      'the second edit is not in it',
      'edit_file',
      {
        path: 'a',
        edits: [
          { oldText: 'a', newText: 'b' },
          { oldText: 'a', newText: 'b' },
        ],
      },
      'a',
      /not in the file/,
    ],
    ['it stands there twice', 'str_replace', { path: 'a', old_str: 'a', new_str: 'b' }, 'a a', /more than once/],
    [
      'it stands there more often than said',
      'edit_block',
      { path: 'a', old_string: 'a', new_string: 'b', expected_replacements: 1 },
      'a a',
      /more or less often/,
    ],
    ['it replaces nothing', 'edit', { path: 'a', old_string: '', new_string: 'b' }, 'a', /empty text/],
    [
      'there is no such line',
      'str_replace_editor',
      { command: 'insert', path: 'a', insert_line: 9, new_str: 'x' },
      'a',
      /no line/,
    ],
    ['it would be too long', 'write_file', { path: 'a', content: 'x'.repeat(2 ** 20 + 1) }, 'a', /1 MiB/],
    [
      'it would grow too long',
      'edit',
      { path: 'a', old_string: 'a', new_string: 'x'.repeat(2 ** 20), replace_all: true },
      'a'.repeat(2 ** 20),
      /1 MiB/,
    ],
    [
      'there are too many edits',
      'edit_file',
      { path: 'a', edits: Array(501).fill({ oldText: 'a', newText: 'a' }) },
      'a',
      /500 edits/,
    ],
  ])('cannot be told where %s', (_, tool, args, present, problem) => {
    expect(become(tool, args, present)).toEqual({ problem: expect.stringMatching(problem) })
  })
})

describe('no file is known to be written by', () => {
  it.each([
    ['a file on GitHub', 'create_or_update_file', { owner: 'o', repo: 'r', path: 'a', content: 'x', branch: 'main' }],
    ['a file in a repository elsewhere', 'write_file', { repo: 'r', path: 'a', content: 'x' }],
    ['an argument that may mean anything', 'write_file', { path: 'a', content: 'x', offset: 4 }],
    ['two that mean the same', 'write_file', { path: 'a', file_path: 'b', content: 'x' }],
    ['a preview', 'edit_file', { path: 'a', edits: [], dryRun: true }],
    ['another encoding', 'write_file', { path: 'a', content: 'x', encoding: 'base64' }],
    ['an unknown mode', 'write_file', { path: 'a', content: 'x', mode: 'patch' }],
    ['a content that is no text', 'write_file', { path: 'a', content: { x: 1 } }],
    ['no path', 'write_file', { path: '', content: 'x' }],
    ['a reading tool', 'read_file', { path: 'a' }],
    ['a look of the text editor', 'str_replace_based_edit_tool', { command: 'view', path: 'a' }],
    ['an edit with more to it', 'edit_file', { path: 'a', edits: [{ oldText: 'a', newText: 'b', regex: true }] }],
    ['a tool of another kind', 'send_message', { path: 'a', content: 'x' }],
    ['an object key', 'constructor', { path: 'a', content: 'x' }],
  ])('%s', (_, tool, args) => {
    expect(fileEditOf(tool, args)).toBeUndefined()
  })
})
