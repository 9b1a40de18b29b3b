// The sentence on a card is ours: from the arguments, for the server it was written for, and never from its words.
import { describe, expect, it } from 'vitest'
import { hintFor, type Sentence, sentenceFor, shortPath } from '../../renderer/features/approvals/sentence.ts'
import { card } from './gallery/fixtures.ts'

const flat = (sentence: Sentence): string =>
  sentence.map((part) => (typeof part === 'string' ? part : `<${part.value}>`)).join('')

const home = '/home/mara/code/harbour-site'

describe('sentenceFor', () => {
  it.each([
    ['write_file', { path: `${home}/a.md`, content: 'x\ny\nz\n' }, 'Write 3 lines to <…/a.md>'],
    ['write_file', { path: `${home}/a.md`, content: 'x' }, 'Write 1 line to <…/a.md>'],
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
    expect(flat(sentenceFor(card('c', { tool, arguments: args })))).toBe(expected)
  })

  it.each([
    ['an argument it does not speak of', { arguments: { path: '/a', content: 'x', mode: '0777' } }],
    ['an argument of another type', { arguments: { path: ['/a'], content: 'x' } }],
    [
      'another server with the same tool',
      { where: { server: 'filesystem', command: ['node', '/tmp/evil.js'], pin: 'p' } },
    ],
    ['a tool named like an object key', { tool: 'constructor' }],
  ])('falls back to the tool name for %s', (_, part) => {
    const held = card('c', part)
    expect(flat(sentenceFor(held))).toBe(`Call <${held.tool}>`)
  })
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
    expect(flat(sentenceFor(card('c', { action, tool, arguments: args })))).toBe(expected)
  })

  it.each([
    ['resources/read', 'file:///home/mara/.env', '.env'],
    ['resources/read', 'docs://', 'docs:'],
    ['prompts/get', 'review', 'review'],
    ['sampling/createMessage', 'sampling/createMessage', 'filesystem'],
  ] as const)('is told apart in the list: %s of %s', (action, tool, hint) => {
    expect(hintFor(card('c', { action, tool, arguments: { path: '/elsewhere' } }))).toBe(hint)
  })
})

describe('shortPath', () => {
  it.each([
    [`${home}/src/a.ts`, '…/src/a.ts'],
    [`${home}-evil/a.ts`, `${home}-evil/a.ts`],
    [`${home}/../other/a.ts`, `${home}/../other/a.ts`],
    ['/etc/passwd', '/etc/passwd'],
  ])('%s', (path, expected) => {
    expect(shortPath(path, home)).toBe(expected)
  })
})

it('takes a hint from the end of the first path', () => {
  expect(hintFor(card('c', { arguments: { mode: 'x', path: '/a/b/notes.md' } }))).toBe('notes.md')
  expect(hintFor(card('c', { arguments: { n: 1 } }))).toBe('')
})
