// Sentences for the tools of the reference file server that take more than a template: they count lines, and say from which
// end is read.
import { countLines } from '../text/count-lines.ts'
import type { Sentence } from '../wire/ui-contract.ts'
import { counted, joined, valueParts } from './sentence-values.ts'

type Arguments = Readonly<Record<string, unknown>>
type Written = {
  /** Every argument that it speaks of. */
  readonly keys: readonly string[]
  readonly say: (args: Arguments, folder: string) => Sentence | undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'

const onPath =
  (before: string, after = ''): Written['say'] =>
  ({ path }, folder) =>
    isText(path) ? [{ text: `${before} ` }, ...valueParts(path, folder), { text: after }] : undefined

const read: Written = {
  keys: ['path', 'head', 'tail'],
  say: (args, folder) => {
    const { head, tail } = args
    if (typeof head === 'number' && tail === undefined) {
      return onPath(`Read the first ${counted(head, 'line')} of`)(args, folder)
    }
    if (typeof tail === 'number' && head === undefined) {
      return onPath(`Read the last ${counted(tail, 'line')} of`)(args, folder)
    }
    return head === undefined && tail === undefined ? onPath('Read')(args, folder) : undefined
  },
}

/** Tools of @modelcontextprotocol/server-filesystem, with every argument each may have. */
const tools: ReadonlyMap<string, Written> = new Map<string, Written>([
  ['read_file', read],
  ['read_text_file', read],
  ['read_media_file', { keys: ['path'], say: onPath('Read the media file') }],
  [
    'read_multiple_files',
    {
      keys: ['paths'],
      say: ({ paths }) => (Array.isArray(paths) ? [{ text: `Read ${counted(paths.length, 'file')}` }] : undefined),
    },
  ],
  [
    'write_file',
    {
      keys: ['path', 'content'],
      say: (args, folder) => {
        const { content } = args
        if (!isText(content)) return undefined
        const words =
          content === '' ? 'Make an empty file, or empty the file,' : `Write ${counted(countLines(content), 'line')} to`
        return onPath(words)(args, folder)
      },
    },
  ],
  [
    'edit_file',
    {
      keys: ['path', 'edits', 'dryRun'],
      say: (args, folder) => {
        if (!Array.isArray(args['edits'])) return undefined
        const edits = counted(args['edits'].length, 'edit')
        return args['dryRun'] === true
          ? onPath(`Preview ${edits} in`, ', without saving')(args, folder)
          : onPath(`Make ${edits} in`)(args, folder)
      },
    },
  ],
  ['create_directory', { keys: ['path'], say: onPath('Create the folder') }],
  ['list_directory', { keys: ['path'], say: onPath('List') }],
  ['list_directory_with_sizes', { keys: ['path', 'sortBy'], say: onPath('List', ' with sizes') }],
  ['directory_tree', { keys: ['path', 'excludePatterns'], say: onPath('List everything under') }],
  ['get_file_info', { keys: ['path'], say: onPath('Look up size, times and permissions of') }],
  ['list_allowed_directories', { keys: [], say: () => [{ text: 'List the folders this server may use' }] }],
  [
    'move_file',
    {
      keys: ['source', 'destination'],
      say: ({ source, destination }, folder) =>
        isText(source) && isText(destination)
          ? [{ text: 'Move ' }, ...valueParts(source, folder), { text: ' to ' }, ...valueParts(destination, folder)]
          : undefined,
    },
  ],
  [
    'search_files',
    {
      keys: ['path', 'pattern', 'excludePatterns'],
      say: ({ path, pattern }, folder) =>
        isText(path) && isText(pattern)
          ? [{ text: 'Search ' }, ...valueParts(path, folder), { text: ' for ' }, ...valueParts(pattern, folder)]
          : undefined,
    },
  ],
])

/** For a call of the server that the catalogue calls `filesystem`; nothing where an argument is not one it speaks of. */
export function filesystemSentence(tool: string, args: Arguments, folder: string): Sentence | undefined {
  const written = tools.get(tool)
  if (written === undefined || !Object.keys(args).every((key) => written.keys.includes(key))) return undefined
  const sentence = written.say(args, folder)
  return sentence && joined(sentence)
}
