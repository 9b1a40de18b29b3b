// Which calls write a file, told by tool name and arguments, and what the file would become. Only where every argument is
// one whose meaning is known: a diff that leaves something out would be worse than none.
import { appended, type Become, edited, inserted, replaced, written } from './file-become.ts'

export type FileEdit = {
  /** As the arguments have it. */
  readonly path: string
  /** What the file would become. `present`: its text, or nothing where there is no such file. */
  become(present: string | undefined): Become
}

type Arguments = Readonly<Record<string, unknown>>

/** What other servers call the same argument. */
const spellings = {
  path: 'path file_path filePath filepath filename file_name fileName target_file targetFile relative_path file',
  content: 'content contents text file_text fileText new_content newContent insert_text data',
  old: 'old_str oldStr old_string oldString old_text oldText search',
  new: 'new_str newStr new_string newString new_text newText replace',
  all: 'replace_all replaceAll',
  expected: 'expected_replacements expectedReplacements',
  edits: 'edits',
  line: 'insert_line insertLine',
  command: 'command',
  mode: 'mode',
  dry: 'dryRun dry_run',
  encoding: 'encoding',
  // These change nothing of what is written.
  quiet: 'description explanation instructions create_dirs createDirs overwrite',
} as const

type Name = keyof typeof spellings
type Known = Partial<Record<Name, unknown>>

const nameOf = new Map<string, Name>()
for (const name of ['path', 'content', 'old', 'new', 'all', 'expected', 'edits', 'line'] as const) learn(name)
for (const name of ['command', 'mode', 'dry', 'encoding', 'quiet'] as const) learn(name)

function learn(name: Name): void {
  for (const spelling of spellings[name].split(' ')) nameOf.set(spelling, name)
}

const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '))
const writers = setOf(
  'write_file file_write write write_text_file write_to_file save_file overwrite_file put_file ' +
    'create_file create_text_file create new_file create_new_file',
)
const appenders = setOf('append_file append_to_file append file_append')
const editors = setOf(
  'edit_file edit file_edit str_replace string_replace str_replace_file edit_block replace_in_file multi_edit apply_edits',
)
/** Tools of several commands, as Anthropic's text editor is one. */
const manyInOne = setOf('str_replace_editor str_replace_based_edit_tool text_editor')

/** The edit that this call makes, or nothing where it makes none that is known. */
export function fileEditOf(tool: string, args: Arguments): FileEdit | undefined {
  const known = knownArguments(args)
  if (known === undefined) return undefined
  const { path, dry, encoding } = known
  if (typeof path !== 'string' || path === '' || (dry !== undefined && dry !== false)) return undefined
  if (encoding !== undefined && encoding !== 'utf-8' && encoding !== 'utf8') return undefined
  const become = becoming(plainTool(tool), known)
  return become && { path, become }
}

/** `filesystem__writeFile` → `write_file`. */
const plainTool = (tool: string): string =>
  (tool.split(/__|[./:]/).at(-1) ?? tool)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()

/** Nothing where one is unknown, or two mean the same. */
function knownArguments(args: Arguments): Known | undefined {
  const known: Known = {}
  for (const key of Object.keys(args)) {
    const name = nameOf.get(key)
    if (name === undefined || (Object.hasOwn(known, name) && name !== 'quiet')) return undefined
    known[name] = args[key]
  }
  return known
}

function becoming(tool: string, known: Known): FileEdit['become'] | undefined {
  if (manyInOne.has(tool)) {
    if (known.command === 'create') return whole(known, 'command')
    if (known.command === 'str_replace') return replacing(known, 'command')
    return known.command === 'insert' ? inserting(known) : undefined
  }
  if (writers.has(tool)) {
    const { mode } = known
    if (mode === 'append' || mode === 'a') return addition(known)
    return mode === undefined || mode === 'rewrite' || mode === 'overwrite' || mode === 'w'
      ? whole(known, 'mode')
      : undefined
  }
  if (appenders.has(tool)) return addition(known)
  if (!editors.has(tool)) return undefined
  return known.edits === undefined ? replacing(known) : editing(known)
}

/** Whether there are no other arguments than these, beside those that change nothing. */
const only = (known: Known, ...names: readonly Name[]): boolean =>
  Object.keys(known).every((name) => ['path', 'encoding', 'dry', 'quiet', ...names].includes(name))

function whole(known: Known, also: Name): FileEdit['become'] | undefined {
  const { content } = known
  if (typeof content !== 'string' || !only(known, 'content', also)) return undefined
  return (present) => written(present, content)
}

function addition(known: Known): FileEdit['become'] | undefined {
  const { content } = known
  if (typeof content !== 'string' || !only(known, 'content', 'mode')) return undefined
  return (present) => appended(present, content)
}

function replacing(known: Known, also: Name = 'all'): FileEdit['become'] | undefined {
  const { old, new: by = '', all, expected } = known
  if (typeof old !== 'string' || typeof by !== 'string' || !only(known, 'old', 'new', 'all', 'expected', also)) {
    return undefined
  }
  if (all !== undefined && typeof all !== 'boolean') return undefined
  if (expected !== undefined && typeof expected !== 'number') return undefined
  return (present) => replaced(present, { old, by, all: all === true, expected })
}

function editing(known: Known): FileEdit['become'] | undefined {
  if (!Array.isArray(known.edits) || !only(known, 'edits')) return undefined
  const edits: { old: string; by: string; all: boolean }[] = []
  for (const edit of known.edits as readonly unknown[]) {
    if (typeof edit !== 'object' || edit === null) return undefined
    const one = knownArguments(edit as Arguments)
    if (one === undefined || !Object.keys(one).every((name) => ['old', 'new', 'all'].includes(name))) return undefined
    const { old, new: by, all } = one
    if (typeof old !== 'string' || typeof by !== 'string' || (all !== undefined && typeof all !== 'boolean')) {
      return undefined
    }
    edits.push({ old, by, all: all === true })
  }
  return (present) => edited(present, edits)
}

function inserting(known: Known): FileEdit['become'] | undefined {
  const { line, content, new: other } = known
  const text = content ?? other
  if (typeof line !== 'number' || typeof text !== 'string' || !only(known, 'line', 'content', 'new', 'command')) {
    return undefined
  }
  if (content !== undefined && other !== undefined) return undefined
  return (present) => inserted(present, line, text)
}
