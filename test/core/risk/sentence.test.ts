// The sentence on a card is ours: from the arguments, for the server it was written for, and never from its words.
import { describe, expect, it } from 'vitest'
import { type Asked, cardSentence } from '../../../core/risk/card-sentence.ts'
import { sentenceOf } from '../../../core/risk/sentence.ts'
import { shortPath } from '../../../core/risk/sentence-values.ts'
import type { Sentence } from '../../../core/wire/ui-contract.ts'

const flat = (sentence: Sentence | undefined): string | undefined =>
  sentence?.map((part) => ('text' in part ? part.text : `<${part.value}>`)).join('')

const folder = '/home/mara/code/harbour-site'
const asked = (part: Partial<Asked>): Asked => ({
  action: 'tools/call',
  tool: 'write_file',
  arguments: { path: '/a', content: 'x' },
  client: 'cursor',
  server: 'filesystem',
  command: ['npx', '-y', '@modelcontextprotocol/server-filesystem', folder],
  folder,
  ...part,
})

describe('a template of the catalogue', () => {
  it.each([
    [
      'a text',
      'Delete branch {branch} in {owner}/{repo}',
      { branch: 'main', owner: 'acme', repo: 'api' },
      'Delete branch <main> in <acme>/<api>',
    ],
    ['a number and a boolean', 'Set {n} to {on}', { n: 7, on: false }, 'Set <7> to <false>'],
    ['a list', 'Read {ids}', { ids: ['a', 2, true] }, 'Read <a>, <2>, <true>'],
    [
      'a long list',
      'Read {ids}',
      { ids: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
      'Read <a>, <b>, <c>, <d>, <e> and 2 more',
    ],
    ['a count', 'Read {ids:count file}', { ids: [{}, {}, {}] }, 'Read 3 files'],
    ['a count of one', 'Change {ids:count entry/entries}', { ids: ['x'] }, 'Change 1 entry'],
    ['a large count', 'Read {ids:count file}', { ids: Array(1234).fill(0) }, 'Read 1,234 files'],
    ['a path in the project', 'Open {path}', { path: `${folder}/a.md` }, 'Open <…/a.md>'],
    ['an optional part that is there', 'List[ in {owner}]', { owner: 'acme' }, 'List in <acme>'],
    ['an optional part that is not', 'List[ in {owner}]', {}, 'List'],
    ['an optional part that is empty', 'List[ in {owner}]', { owner: '' }, 'List'],
    ['an optional part that is null', 'List[ in {owner}]', { owner: null }, 'List'],
    ['a condition that holds', 'Push[{?force}, by force]', { force: true }, 'Push, by force'],
    ['a condition that does not', 'Push[{?force}, by force]', { force: false }, 'Push'],
    ['the opposite', 'Push[{!force}, politely]', {}, 'Push, politely'],
    [
      'a value',
      '[{?state=closed|merged}Close][{!state=closed|merged}Edit] {id}',
      { id: 7, state: 'merged' },
      'Close <7>',
    ],
    ['another value', '[{?state=closed|merged}Close][{!state=closed|merged}Edit] {id}', { id: 7 }, 'Edit <7>'],
    ['other arguments', 'Delete {id}', { id: 7, silent: true }, 'Delete <7>'],
  ])('says %s', (_, says, args, expected) => {
    expect(flat(sentenceOf(says, args, folder))).toBe(expected)
  })

  it.each([
    ['an argument that is absent', 'Delete {id}', {}],
    ['an argument that is null', 'Delete {id}', { id: null }],
    ['an argument that is empty', 'Delete {id}', { id: '' }],
    ['an empty list', 'Delete {id}', { id: [] }],
    ['an object', 'Delete {id}', { id: { a: 1 } }],
    ['a list with an object in it', 'Delete {id}', { id: ['a', {}] }],
    ['an object in an optional part', 'Delete[ {id}]', { id: { a: 1 } }],
    ['a count of something else', 'Delete {id:count file}', { id: 'abc' }],
    ['an argument by inheritance', 'Delete {constructor}', {}],
    ['a template that is none', 'Delete {id', { id: 7 }],
  ])('says nothing for %s', (_, says, args) => {
    expect(sentenceOf(says, args)).toBeUndefined()
  })

  it('takes what looks like a template in a value as it is', () => {
    expect(sentenceOf('Delete {a} and {b}', { a: '{b}', b: '[x]' })).toEqual([
      { text: 'Delete ' },
      { value: '{b}' },
      { text: ' and ' },
      { value: '[x]' },
    ])
  })

  it('shows a long value by its ends, and says so', () => {
    const sentence = sentenceOf('Delete {id}', { id: `${'a'.repeat(5000)}the end` })
    expect(sentence).toEqual([
      { text: 'Delete ' },
      { value: 'a'.repeat(160) },
      { text: ' … ' },
      { value: `${'a'.repeat(73)}the end` },
      { text: ' (shortened, 5,007 characters)' },
    ])
  })
})

describe('a tool of the file server', () => {
  it.each([
    ['write_file', { path: `${folder}/a.md`, content: 'x\ny\nz\n' }, 'Write 3 lines to <…/a.md>'],
    ['write_file', { path: `${folder}/a.md`, content: 'x' }, 'Write 1 line to <…/a.md>'],
    ['write_file', { path: '/etc/hosts', content: '' }, 'Make an empty file, or empty the file, </etc/hosts>'],
    ['edit_file', { path: '/a', edits: [{}, {}] }, 'Make 2 edits in </a>'],
    ['edit_file', { path: '/a', edits: [{}], dryRun: true }, 'Preview 1 edit in </a>, without saving'],
    ['move_file', { source: '/a', destination: '/b' }, 'Move </a> to </b>'],
    ['read_text_file', { path: '/a', head: 5 }, 'Read the first 5 lines of </a>'],
    ['read_text_file', { path: '/a', tail: 1 }, 'Read the last 1 line of </a>'],
    ['read_multiple_files', { paths: ['/a', '/b'] }, 'Read 2 files'],
    ['create_directory', { path: '/a' }, 'Create the folder </a>'],
    ['search_files', { path: '/a', pattern: '*.ts' }, 'Search </a> for <*.ts>'],
    ['list_allowed_directories', {}, 'List the folders this server may use'],
  ])('%s %j', (tool, args, expected) => {
    expect(flat(cardSentence(asked({ tool, arguments: args })))).toBe(expected)
  })

  it.each([
    ['another server with the same tool', { command: ['node', '/tmp/evil.js'] }],
    ['another server that names this one', { command: ['npx', 'evil', '@modelcontextprotocol/server-filesystem'] }],
    ['a tool named like an object key', { tool: 'constructor' }],
    ['a tool in look-alike letters', { tool: 'write_f\u0456le' }],
    ['a tool that nobody knows', { tool: 'burn' }],
  ])('says nothing for %s', (_, part) => {
    expect(cardSentence(asked(part))).toBeUndefined()
  })
})

it('says less of the file server where there is an argument that it does not speak of', () => {
  const sentence = cardSentence(asked({ arguments: { path: '/a', content: 'x', mode: '0777' } }))
  expect(flat(sentence)).toBe('Write the file </a>')
})

describe('a request that is no tool call', () => {
  it.each([
    ['resources/read', 'file:///a', {}, '<cursor> wants to read the resource <file:///a> from <filesystem>'],
    ['prompts/get', 'review', {}, '<cursor> wants to use the prompt <review> from <filesystem>'],
    [
      'sampling/createMessage',
      'sampling/createMessage',
      {},
      '<filesystem> asks <cursor>’s model to write a message (sampling)',
    ],
    [
      'elicitation/create',
      'elicitation/create',
      { mode: 'form' },
      '<filesystem> asks you a question through <cursor> (elicitation)',
    ],
    [
      'elicitation/create',
      'elicitation/create',
      { mode: 'url', url: 'https://example.com' },
      '<filesystem> asks you to open a web address through <cursor> (elicitation)',
    ],
    [
      'resources/read',
      'write_file',
      { path: '/a', content: 'x' },
      '<cursor> wants to read the resource <write_file> from <filesystem>',
    ],
  ] as const)('%s of %s with %j', (action, tool, args, expected) => {
    expect(flat(cardSentence(asked({ action, tool, arguments: args })))).toBe(expected)
  })
})

describe('shortPath', () => {
  it.each([
    [`${folder}/src/a.ts`, '…/src/a.ts'],
    [`${folder}-evil/a.ts`, `${folder}-evil/a.ts`],
    [`${folder}/../other/a.ts`, `${folder}/../other/a.ts`],
    ['/etc/passwd', '/etc/passwd'],
  ])('%s', (path, expected) => {
    expect(shortPath(path, folder)).toBe(expected)
  })
})
