// From YAML text to a located tree. The only place that knows the YAML library; what the tree means is read-file.ts.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { maxJsonDepth } from '../wire/limits.ts'
import { keptExactly } from './exact-number.ts'
import type { Located, LocatedEntry, Place, Reporter } from './located.ts'
import { code } from './read-values.ts'
import { bombIn } from './yaml-bombs.ts'

const maxAliases = 100
/** Nodes that aliases may stand for in all: a hundred aliases can otherwise mean billions. */
const maxAliasedNodes = 10_000

const start: Place = { line: 1, column: 1 }
const plainTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
)

/** Reads YAML 1.2, core schema, one document. Reports what is wrong with it; nothing is returned of a text that is no YAML. */
export function readYaml(text: string, report: Reporter): Located | undefined {
  const bomb = bombIn(text)
  if (bomb) {
    report.error(bomb.at, bomb.message)
    return undefined
  }
  const lines = new LineCounter()
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return line > 0 && col > 0 ? { line, column: col } : start
  }
  const lineOf = (offset: number): number => placeOf(offset).line
  const document = parseQuietly(text, lines)
  const problems = [...document.errors, ...document.warnings]
  const stars = new Map(problems.flatMap(({ code, pos }) => loneStar(code, pos[0], text)).map((at) => [lineOf(at), at]))
  for (const at of stars.values()) report.error(placeOf(at), '`*` alone is no text in YAML', 'Write `"*"` in quotes.')
  for (const { code, message, pos } of problems) {
    if (report.full) break
    // What follows such a star on its line is misread because of it.
    if (!stars.has(lineOf(pos[0])))
      report.error(placeOf(pos[0]), ourWords[code] ?? firstLine(message), suggestions[code])
  }
  if (document.directives.yaml.version !== '1.2') {
    report.error(start, 'Policy files are YAML 1.2; remove the %YAML line')
  }
  if (document.errors.length > 0) return undefined
  if (document.contents === null) return { kind: 'nothing', ...start }
  const walk = new Walk(placeOf, report)
  const root = walk.read(document.contents, 1)
  return walk.complete ? root : undefined
}

/** Where a `*` stands that somebody took for a text: to YAML it begins the name of an alias. */
function loneStar(code: string, offset: number, text: string): number | [] {
  if (code !== 'BAD_ALIAS') return []
  if (text[offset] === '*') return offset
  return text.startsWith('*:', offset - 1) ? offset - 1 : []
}

/** The library makes an error object for every mistake; the stacks of hundreds of thousands would take seconds. */
function parseQuietly(text: string, lineCounter: LineCounter): Document.Parsed {
  const limit: unknown = Reflect.get(Error, 'stackTraceLimit')
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      prettyErrors: false,
      lineCounter,
      // Its own check compares every key with every other; the walk's is linear.
      uniqueKeys: false,
      logLevel: 'error',
    })
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}

const ourWords: Record<string, string> = {
  MULTIPLE_DOCS: 'The file holds several documents; a policy file is one',
  RESOURCE_EXHAUSTION: 'The file is nested too deeply',
}
const suggestions: Record<string, string> = {
  MULTIPLE_DOCS: 'Remove the `---` or `...` between them, or make it several files.',
  TAB_AS_INDENT: 'Indent with spaces.',
}

/** One walk over a document, which has to keep count of aliases across it. */
class Walk {
  readonly #placeOf: (offset: number) => Place
  readonly #report: Reporter
  readonly #anchors = new Map<string, Node>()
  readonly #expanding = new Set<Node>()
  #aliases = 0
  #aliasedNodes = 0
  #gaveUp = false
  #merges = false

  constructor(placeOf: (offset: number) => Place, report: Reporter) {
    this.#placeOf = placeOf
    this.#report = report
  }

  /** Whether what was read is all that was written; what is missing would be reported as if it were not there. */
  get complete(): boolean {
    return !this.#gaveUp && !this.#merges
  }

  read(node: Node | null, depth: number): Located {
    const at = this.#placeOf(node?.range?.[0] ?? 0)
    if (node === null || this.#gaveUp) return { kind: 'nothing', ...at }
    if (depth > maxJsonDepth) return this.#giveUp(at, 'The file is nested too deeply')
    if (this.#expanding.size > 0 && ++this.#aliasedNodes > maxAliasedNodes) {
      return this.#giveUp(at, 'The aliases of this file stand for too much')
    }
    if (isAlias(node)) return this.#expand(node.source, at, depth)
    if (node.anchor !== undefined && this.#expanding.size === 0) this.#anchors.set(node.anchor, node)
    if (node.tag !== undefined && !plainTags.has(node.tag)) this.#report.error(at, `The tag ${node.tag} is not allowed`)
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node.items, depth), ...at }
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.read(asNode(item), depth + 1)), ...at }
    return this.#scalar(node, at)
  }

  #scalar(node: Node, at: Place): Located {
    const value: unknown = isScalar(node) ? node.value : undefined
    if (typeof value === 'string') {
      if (value.includes('\0')) this.#report.error(at, 'A text holds a NUL character')
      return { kind: 'text', value, ...at }
    }
    if (typeof value === 'number') {
      const source = isScalar(node) ? node.source : undefined
      return { kind: 'number', value, exact: keptExactly(source ?? String(value), value), ...at }
    }
    if (typeof value === 'boolean') return { kind: 'boolean', value, ...at }
    if (value !== null) this.#report.error(at, 'This value has no JSON form')
    return { kind: 'nothing', ...at }
  }

  #entries(items: readonly { key: unknown; value: unknown }[], depth: number): LocatedEntry[] {
    const lines = new Map<string, number>()
    return items.flatMap((item) => {
      const node = this.read(asNode(item.key), depth + 1)
      const { line, column } = node
      if (this.#gaveUp) return []
      if (node.kind !== 'text') {
        const scalar = node.kind === 'number' || node.kind === 'boolean'
        this.#report.error(node, 'A key must be a text', scalar ? 'Put it in quotes.' : undefined)
        return []
      }
      const key = node.value
      if (key === '<<' && isScalar(item.key) && item.key.type === 'PLAIN') {
        // Read as an ordinary key it would be an argument of that name, and what was to be merged would be lost.
        this.#merges = true
        this.#report.error(
          node,
          'Merge keys (`<<`) are not part of YAML 1.2',
          'Write the lines out, or use one alias for a whole map or list.',
        )
      }
      const earlier = lines.get(key)
      if (earlier !== undefined) this.#report.error(node, `Duplicate key \`${key}\`, first on line ${earlier}`)
      else lines.set(key, line)
      const value = this.read(asNode(item.value), depth + 1)
      // A key without a value has no place of its own.
      const found = item.value === null ? { ...value, line, column } : value
      return [{ key, at: { line, column }, value: found }]
    })
  }

  #expand(anchor: string, at: Place, depth: number): Located {
    const target = this.#anchors.get(anchor)
    if (!target) {
      const text = `If it is to be a text, put it in quotes: ${code(`"*${anchor}"`)}.`
      return this.#giveUp(at, `There is no anchor ${code(`&${anchor}`)} before this alias`, text)
    }
    if (this.#expanding.has(target) || ++this.#aliases > maxAliases) {
      return this.#giveUp(at, `More than ${maxAliases} aliases, or one that holds itself`)
    }
    this.#expanding.add(target)
    const value = this.read(target, depth)
    this.#expanding.delete(target)
    return value
  }

  #giveUp(at: Place, message: string, suggestion?: string): Located {
    this.#gaveUp = true
    this.#report.error(at, message, suggestion)
    return { kind: 'nothing', ...at }
  }
}

const asNode = (value: unknown): Node | null => (value === null || value === undefined ? null : (value as Node))
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message
