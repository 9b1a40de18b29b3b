// From the text of a policy file to what the broker publishes. The only place that knows YAML; what the text means is
// read-file.ts. A file with any error is broken as a whole: it denies what it governs until it is mended.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { PolicySetEntry } from '../schema/policy.ts'
import { maxJsonDepth, maxPolicyFileBytes } from '../wire/limits.ts'
import type { Diagnostic } from '../wire/ui-contract.ts'
import { type Located, type LocatedEntry, type Place, type Reporter, reporter } from './located.ts'
import { governedServers, readPolicyFile } from './read-file.ts'

const maxAliases = 100
/** Nodes that aliases may stand for in all: a hundred aliases can otherwise mean billions. */
const maxAliasedNodes = 10_000
/** Brackets open at once in a text the YAML library is given; its own limit takes seconds to be reached. */
const maxOpenBrackets = 500

const start: Place = { line: 1, column: 1 }
const plainTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
)

export type ParsedPolicy = { entry: PolicySetEntry; diagnostics: Diagnostic[] }

/**
 * Reads one policy file (YAML 1.2, core schema). `file` is its name for messages. Never throws on bad text: the entry is
 * then `broken` and the diagnostics say where and why, in the order of the text.
 */
export function parsePolicyText(text: string, file: string): ParsedPolicy {
  const report = reporter(file)
  const root = readYaml(text, report)
  const syntaxOk = report.diagnostics.length === 0
  const policy = root && readPolicyFile(root, report)
  const { diagnostics } = report
  if (policy && diagnostics.length === 0) return { entry: { file, status: 'ok', policy }, diagnostics }
  diagnostics.sort((a, b) => a.line - b.line || a.column - b.column)
  const servers = syntaxOk ? governedServers(root, report) : ['*']
  return { entry: { file, status: 'broken', servers, problem: problemOf(diagnostics) }, diagnostics }
}

function problemOf(diagnostics: readonly Diagnostic[]): string {
  const [first] = diagnostics
  if (!first) return 'it could not be read'
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ''
  return `line ${first.line}: ${first.message}${more}`
}

function readYaml(text: string, report: Reporter): Located | undefined {
  if (utf8Length(text) > maxPolicyFileBytes) {
    report.error(start, `The file is larger than ${maxPolicyFileBytes} bytes`)
    return undefined
  }
  const tooDeep = deepBracket(text)
  const lines = new LineCounter()
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return line > 0 && col > 0 ? { line, column: col } : start
  }
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep)
    const line = before.split('\n').length
    report.error({ line, column: tooDeep - before.lastIndexOf('\n') }, 'The file is nested too deeply')
    return undefined
  }
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
    // Its own check compares every key with every other; ours below is linear.
    uniqueKeys: false,
    logLevel: 'error',
  })
  for (const problem of [...document.errors, ...document.warnings]) {
    const deep = problem.code === 'RESOURCE_EXHAUSTION'
    report.error(placeOf(problem.pos[0]), deep ? 'The file is nested too deeply' : firstLine(problem.message))
  }
  if (document.directives.yaml.version !== '1.2') {
    report.error(start, 'Policy files are YAML 1.2; remove the %YAML line')
  }
  if (document.errors.length > 0) return undefined
  if (document.contents === null) return { kind: 'nothing', ...start }
  return new Walk(placeOf, report).read(document.contents, 1)
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

  constructor(placeOf: (offset: number) => Place, report: Reporter) {
    this.#placeOf = placeOf
    this.#report = report
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
    if (typeof value === 'number') return { kind: 'number', value, ...at }
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
        this.#report.error(node, 'A key must be a text', node.kind === 'number' ? 'Put it in quotes.' : undefined)
        return []
      }
      const key = node.value
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
    if (!target) return this.#giveUp(at, `There is no anchor \`&${anchor}\` before this alias`)
    if (this.#expanding.has(target) || ++this.#aliases > maxAliases) {
      return this.#giveUp(at, `More than ${maxAliases} aliases, or one that holds itself`)
    }
    this.#expanding.add(target)
    const value = this.read(target, depth)
    this.#expanding.delete(target)
    return value
  }

  #giveUp(at: Place, message: string): Located {
    this.#gaveUp = true
    this.#report.error(at, message)
    return { kind: 'nothing', ...at }
  }
}

const asNode = (value: unknown): Node | null => (value === null || value === undefined ? null : (value as Node))
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message

/** Offset of the bracket that is one too many, quoted or not: no honest file has hundreds open. */
function deepBracket(text: string): number | undefined {
  let open = 0
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    if (bracket === '[' || bracket === '{') open++
    else if (open > 0) open--
    if (open > maxOpenBrackets) return index
  }
  return undefined
}

function utf8Length(text: string): number {
  if (text.length > maxPolicyFileBytes) return text.length
  let bytes = 0
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}
