// One plain sentence for a call, from our own templates only: never a word from the server or the model outside the
// values, which are marked so that they are shown as hostile text.
import type { ApprovalCard } from '../../../core/wire/ui-contract.ts'
import { countLines } from '../../ui/text-lines.ts'
import { count } from '../../ui/time.ts'

/** Our words are strings; `value` is text from outside. */
export type SentencePart = string | { readonly value: string }
export type Sentence = readonly SentencePart[]

type Arguments = ApprovalCard['arguments']
type Template = {
  readonly keys: readonly string[]
  readonly say: (args: Arguments, folder: string) => Sentence | undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** A path inside the project is named from there; anything else, or anything with `..`, in full. */
export function shortPath(path: string, folder: string): string {
  const base = folder.replace(/[/\\]+$/, '')
  const inside = base !== '' && (path.startsWith(`${base}/`) || path.startsWith(`${base}\\`))
  if (!inside || /(^|[/\\])\.\.([/\\]|$)/.test(path)) return path
  return `…${path.slice(base.length)}`
}

const onPath =
  (before: string, after = ''): Template['say'] =>
  (args, folder) =>
    isText(args['path']) ? [`${before} `, { value: shortPath(args['path'], folder) }, after] : undefined

const read: Template = {
  keys: ['path', 'head', 'tail'],
  say: (args, folder) => {
    if (!isText(args['path'])) return undefined
    const path = { value: shortPath(args['path'], folder) }
    const { head, tail } = args
    if (typeof head === 'number' && tail === undefined) return [`Read the first ${count(head, 'line')} of `, path]
    if (typeof tail === 'number' && head === undefined) return [`Read the last ${count(tail, 'line')} of `, path]
    return head === undefined && tail === undefined ? ['Read ', path] : undefined
  },
}

/** Tools of @modelcontextprotocol/server-filesystem, with every argument each may have. */
const filesystem: Record<string, Template> = {
  read_file: read,
  read_text_file: read,
  read_media_file: { keys: ['path'], say: onPath('Read the media file') },
  read_multiple_files: {
    keys: ['paths'],
    say: ({ paths }) => (Array.isArray(paths) ? [`Read ${count(paths.length, 'file')}`] : undefined),
  },
  write_file: {
    keys: ['path', 'content'],
    say: (args, folder) => {
      if (!isText(args['path']) || !isText(args['content'])) return undefined
      const path = { value: shortPath(args['path'], folder) }
      if (args['content'] === '') return ['Make an empty file, or empty the file, ', path]
      return [`Write ${count(countLines(args['content']), 'line')} to `, path]
    },
  },
  edit_file: {
    keys: ['path', 'edits', 'dryRun'],
    say: (args, folder) => {
      if (!isText(args['path']) || !Array.isArray(args['edits'])) return undefined
      const edits = count(args['edits'].length, 'edit')
      const path = { value: shortPath(args['path'], folder) }
      return args['dryRun'] === true ? [`Preview ${edits} in `, path, ', without saving'] : [`Make ${edits} in `, path]
    },
  },
  create_directory: { keys: ['path'], say: onPath('Create the folder') },
  list_directory: { keys: ['path'], say: onPath('List') },
  list_directory_with_sizes: { keys: ['path', 'sortBy'], say: onPath('List', ' with sizes') },
  directory_tree: { keys: ['path', 'excludePatterns'], say: onPath('List everything under') },
  get_file_info: { keys: ['path'], say: onPath('Look up size, times and permissions of') },
  list_allowed_directories: { keys: [], say: () => ['List the folders this server may use'] },
  move_file: {
    keys: ['source', 'destination'],
    say: (args, folder) =>
      isText(args['source']) && isText(args['destination'])
        ? [
            'Move ',
            { value: shortPath(args['source'], folder) },
            ' to ',
            { value: shortPath(args['destination'], folder) },
          ]
        : undefined,
  },
  search_files: {
    keys: ['path', 'pattern', 'excludePatterns'],
    say: (args, folder) =>
      isText(args['path']) && isText(args['pattern'])
        ? ['Search ', { value: shortPath(args['path'], folder) }, ' for ', { value: args['pattern'] }]
        : undefined,
  },
}

const filesystemPackage = /(^|[/\\])(@modelcontextprotocol[/\\])?server-filesystem([/\\@]|$)|mcp-server-filesystem/

type Asked = Pick<ApprovalCard, 'action' | 'tool' | 'arguments' | 'who' | 'where'>

/**
 * What the call asks for. A template applies only where the launch command is the server it was written for and the
 * arguments have no other key than it speaks of; otherwise the tool's name, as it is.
 */
export function sentenceFor(card: Asked): Sentence {
  if (card.action !== 'tools/call') return requestSentence(card)
  const template = Object.hasOwn(filesystem, card.tool) ? filesystem[card.tool] : undefined
  const known = card.where.command.some((word) => filesystemPackage.test(word))
  if (template !== undefined && known && Object.keys(card.arguments).every((key) => template.keys.includes(key))) {
    const sentence = template.say(card.arguments, card.who.folder)
    if (sentence !== undefined) return sentence
  }
  return ['Call ', { value: card.tool }]
}

/** Who wants what of whom: the server may be the one that asks. */
function requestSentence({ action, tool, arguments: args, who, where }: Asked): Sentence {
  const [client, server, name] = [{ value: who.client }, { value: where.server }, { value: tool }]
  switch (action) {
    case 'resources/read':
      return [client, ' wants to read the resource ', name, ' from ', server]
    case 'prompts/get':
      return [client, ' wants to use the prompt ', name, ' from ', server]
    case 'sampling/createMessage':
      return [server, ' asks ', client, '’s model to write a message (sampling)']
    case 'elicitation/create': {
      const what = args['mode'] === 'url' ? ' asks you to open a web address through ' : ' asks you a question through '
      return [server, what, client, ' (elicitation)']
    }
    default:
      return ['Call ', name]
  }
}

/**
 * The one value that tells similar calls apart in a list: the end of what is named, or of the first path-like or short
 * text argument; who asks, where nothing is named.
 */
export function hintFor({ action, tool, arguments: args, where }: Asked): string {
  if (action === 'sampling/createMessage' || action === 'elicitation/create') return where.server
  if (action !== 'tools/call') return tool.split('/').findLast((piece) => piece !== '') ?? tool
  const texts = Object.values(args).filter(
    (value): value is string => isText(value) && value !== '' && value.length < 400,
  )
  const path = texts.find((text) => /[/\\]/.test(text)) ?? texts[0]
  return path?.split(/[/\\]/).findLast((piece) => piece !== '') ?? ''
}
