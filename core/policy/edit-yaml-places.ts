// Where in the text of a policy file something can be put so that every other byte stays: after the last rule, or in the
// `unless` of one. What is written in an unusual way has no place; edit-yaml.ts then refuses.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { blockItem, blockRule, flowMap, flowRule, line, type RuleEntries, type YamlEntry } from './edit-yaml-words.ts'

/** Replaces `text[from..to]`. Places do not overlap. */
export type TextEdit = { readonly from: number; readonly to: number; readonly text: string }

/** How the exception joins what was there: as the whole `unless`, as one more of its `any`, or as the other half of one. */
export type ExceptionPlace = { readonly edits: TextEdit[]; readonly joins: 'new' | 'one-more' | 'wrapped' }

export class PolicyTextPlaces {
  readonly #text: string
  readonly #eol: string
  readonly #root: Node | null

  constructor(text: string) {
    this.#text = text
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n'
    const document: Document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      keepSourceTokens: true,
      logLevel: 'error',
    })
    this.#root = document.contents
  }

  afterLastRule(rule: RuleEntries): TextEdit[] | undefined {
    const root = this.#root
    if (!isMap(root)) return undefined
    const rules = memberOf(root, 'rules')
    if (rules === undefined) return this.#firstRules(root, rule)
    if (!isSeq(rules)) return undefined
    const last = asNode(rules.items.at(-1))
    if (!last) return this.#intoEmptyList(rules, root, rule)
    if (rules.flow) return [this.#insert(endOf(last), `, ${flowRule(rule)}`)]
    const indent = indentOf(rules)
    if (indent === undefined) return undefined
    const before = asNode(rules.items.at(-2))
    const spaced =
      before !== undefined && /\n[ \t]*\r?\n/.test(this.#text.slice(this.#contentEnd(before), last.range?.[0]))
    return [this.#lines(this.#afterComments(this.#contentEnd(last), indent), blockRule(rule, indent), spaced)]
  }

  exception(ruleId: string, entries: readonly YamlEntry[]): ExceptionPlace | undefined {
    const rules = isMap(this.#root) ? memberOf(this.#root, 'rules') : undefined
    const found = isSeq(rules)
      ? rules.items.filter((item): item is YAMLMap => {
          const id = isMap(item) ? memberOf(item, 'id') : undefined
          return isScalar(id) && id.value === ruleId
        })
      : []
    const [rule] = found
    if (!rule || found.length > 1) return undefined
    const unless = memberOf(rule, 'unless')
    if (unless === undefined) return this.#newUnless(rule, entries)
    const any = isMap(unless) && unless.items.length === 1 ? memberOf(unless, 'any') : undefined
    if (isSeq(any)) return this.#oneMore(any, entries)
    return this.#wrapped(unless, entries)
  }

  #firstRules(root: YAMLMap, rule: RuleEntries): TextEdit[] | undefined {
    const last = lastValue(root)
    if (!last) return undefined
    if (root.flow) return [this.#insert(endOf(last), `, rules: [${flowRule(rule)}]`)]
    const indent = indentOf(root)
    if (indent === undefined) return undefined
    const lines = [`${' '.repeat(indent)}rules:`, ...blockRule(rule, indent + 2)]
    return [this.#lines(this.#afterComments(this.#contentEnd(last), indent), lines)]
  }

  /** `rules: []` */
  #intoEmptyList(rules: YAMLSeq, root: YAMLMap, rule: RuleEntries): TextEdit[] | undefined {
    const [from, to] = rules.range ?? []
    const indent = indentOf(root)
    if (from === undefined || to === undefined || !/^\[[ \t]*\]$/.test(this.#text.slice(from, to))) return undefined
    if (root.flow || indent === undefined) return [{ from, to, text: `[${flowRule(rule)}]` }]
    return [{ from, to, text: '' }, this.#lines(to, blockRule(rule, indent + 2))]
  }

  #newUnless(rule: YAMLMap, entries: readonly YamlEntry[]): ExceptionPlace | undefined {
    const last = lastValue(rule)
    if (!last) return undefined
    if (rule.flow) return { joins: 'new', edits: [this.#insert(endOf(last), `, unless: ${flowMap(entries)}`)] }
    const indent = indentOf(rule)
    if (indent === undefined) return undefined
    const pad = ' '.repeat(indent)
    const lines = [`${pad}unless:`, ...entries.map((one) => `${pad}  ${line(one)}`)]
    return { joins: 'new', edits: [this.#lines(this.#contentEnd(rule), lines)] }
  }

  #oneMore(any: YAMLSeq, entries: readonly YamlEntry[]): ExceptionPlace | undefined {
    const last = asNode(any.items.at(-1))
    if (!last) return undefined
    if (any.flow) return { joins: 'one-more', edits: [this.#insert(endOf(last), `, ${flowMap(entries)}`)] }
    const indent = indentOf(any)
    if (indent === undefined) return undefined
    return { joins: 'one-more', edits: [this.#lines(this.#contentEnd(last), blockItem(entries, indent))] }
  }

  #wrapped(unless: Node, entries: readonly YamlEntry[]): ExceptionPlace | undefined {
    const [from, to] = unless.range ?? []
    if (from === undefined || to === undefined) return undefined
    if (isAlias(unless) || (isMap(unless) && unless.flow)) {
      const close = ` , ${flowMap(entries)}] }`.slice(isAlias(unless) ? 0 : 1)
      return { joins: 'wrapped', edits: [this.#insert(from, '{ any: ['), this.#insert(to, close)] }
    }
    const indent = isMap(unless) ? indentOf(unless) : undefined
    const start = this.#text.lastIndexOf('\n', from - 1) + 1
    if (indent === undefined || !/^ *$/.test(this.#text.slice(start, from)) || from - start !== indent) return undefined
    const end = this.#lineEnd(this.#contentEnd(unless))
    const pad = ' '.repeat(indent)
    const inner = this.#text
      .slice(start, end)
      .split('\n')
      .map((one, index) => (index === 0 ? `${pad}  - ${one.slice(indent)}` : one.trim() === '' ? one : `    ${one}`))
      .join('\n')
    const ended = inner.endsWith('\n') ? inner : inner + this.#eol
    const added = blockItem(entries, indent + 2).map((one) => one + this.#eol)
    return {
      joins: 'wrapped',
      edits: [{ from: start, to: end, text: [`${pad}any:${this.#eol}`, ended, ...added].join('') }],
    }
  }

  #insert(at: number, text: string): TextEdit {
    return { from: at, to: at, text }
  }

  /** Whole lines, after the line of `after`. */
  #lines(after: number, lines: readonly string[], spaced = false): TextEdit {
    const at = this.#lineEnd(after)
    const start = at > 0 && this.#text[at - 1] !== '\n' ? this.#eol : ''
    return this.#insert(at, `${start}${spaced ? this.#eol : ''}${lines.map((one) => one + this.#eol).join('')}`)
  }

  #lineEnd(at: number): number {
    if (at > 0 && this.#text[at - 1] === '\n') return at
    const end = this.#text.indexOf('\n', at)
    return end < 0 ? this.#text.length : end + 1
  }

  /** Where what is said in a node ends: comments behind it are not part of it. */
  #contentEnd(node: Node): number {
    if ((isMap(node) || isSeq(node)) && !node.flow) {
      const last = isMap(node) ? lastValue(node) : asNode(node.items.at(-1))
      if (last) return this.#contentEnd(last)
    }
    return endOf(node)
  }

  /** Past the comments that stand deeper than `indent`, as those of the last item do. */
  #afterComments(at: number, indent: number): number {
    let end = this.#lineEnd(at)
    for (;;) {
      const comments = /^(?:[ \t]*\r?\n)*( *)#[^\n]*(?:\n|$)/.exec(this.#text.slice(end))
      if (!comments || (comments[1] ?? '').length <= indent) return end
      end += comments[0].length
    }
  }
}

const asNode = (value: unknown): Node | undefined =>
  isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined

const endOf = (node: Node): number => node.range?.[1] ?? 0

/** The only value of that key. */
function memberOf(map: YAMLMap, key: string): Node | undefined {
  const pairs = map.items.filter((pair) => isScalar(pair.key) && pair.key.value === key)
  return pairs.length === 1 ? asNode(pairs[0]?.value) : undefined
}

function lastValue(map: YAMLMap): Node | undefined {
  const last: Pair | undefined = map.items.at(-1)
  return asNode(last?.value)
}

/** The column of its keys or dashes. */
function indentOf(collection: YAMLMap | YAMLSeq): number | undefined {
  const token = collection.srcToken
  return token?.type === 'block-map' || token?.type === 'block-seq' ? token.indent : undefined
}
