// `countersign policy fmt`: one way to lay a policy file out, so that changes to it show what changed and nothing else.
// A formatter that changed a meaning would change what is allowed: it compares before it gives anything back.
import { type Document, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, Scalar, visit } from 'yaml'
import type { JsonValue } from '../schema/json.ts'
import { jsonEqual } from './json-equal.ts'
import { parsePolicyText } from './parse.ts'

export type FormattedPolicy = { ok: true; text: string } | { ok: false; problem: string; broken: boolean }

const lineWidth = 120
/** Each round makes at least one more collection a block; a file has fewer levels than this. */
const mostRounds = 60

/**
 * The text in its one layout: two spaces, rules as blocks, quotes only where needed, lines of 120 characters where they
 * can be broken, LF, no byte order mark. Keys, rules, comments and blank lines between them stay where they are.
 * `broken`: the text is no good policy file. Otherwise, and where the layout would change what the file means, lose a
 * comment, or not stay the same when formatted again, the problem says so, and there is no text.
 */
export function formatPolicyText(text: string): FormattedPolicy {
  const meant = meaningOf(text)
  if (meant === undefined) return { ok: false, broken: true, problem: 'it has mistakes, so it stays as it is' }
  const formatted = settled(text)
  if (formatted === undefined) return refused('it has no layout that stays the same when formatted again')
  const after = meaningOf(formatted)
  if (after === undefined || !jsonEqual(meant, after)) {
    return refused('formatting would change what it means')
  }
  if (commentsOf(text).join('\n') !== commentsOf(formatted).join('\n')) {
    return refused('formatting would lose or reorder comments')
  }
  return { ok: true, text: formatted }
}

const refused = (why: string): FormattedPolicy => ({
  ok: false,
  broken: false,
  problem: `${why}, so it stays as it is`,
})

/** Policy and tests without line numbers, or nothing for a file with mistakes. */
function meaningOf(text: string): JsonValue | undefined {
  const { entry, tests } = parsePolicyText(text, 'policy')
  if (entry.status !== 'ok') return undefined
  const plain: unknown = { policy: entry.policy, tests }
  return JSON.parse(JSON.stringify(plain, (key, value: unknown) => (key === 'line' ? undefined : value)))
}

/** A comment can take the library a second time to settle in its place. */
function settled(text: string): string | undefined {
  let current = layOut(text)
  for (let time = 0; time < 3; time++) {
    const next = layOut(current)
    if (next === current) return current
    current = next
  }
  return undefined
}

function layOut(text: string): string {
  let current = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  for (let round = 0; round < mostRounds; round++) {
    const lines = new LineCounter()
    const document = parseDocument(current, { version: '1.2', schema: 'core', lineCounter: lines, uniqueKeys: false })
    prepare(document)
    if (round > 0 && !breakLongFlows(document, current, lines)) return current
    current = tightLists(
      document.toString({
        indent: 2,
        lineWidth,
        minContentWidth: 40,
        commentString,
        doubleQuotedMinMultiLineLength: lineWidth,
        verifyAliasOrder: false,
      }),
    )
  }
  return current
}

function prepare(document: Document): void {
  const root = document.contents
  if (isMap(root)) {
    root.flow = false
    for (const pair of root.items) {
      const list = pair.value
      const key = isScalar(pair.key) ? pair.key.value : undefined
      if (!isSeq(list) || (key !== 'rules' && key !== 'tests') || list.items.length === 0) continue
      list.flow = false
      if (key === 'rules') for (const rule of list.items) if (isMap(rule) && rule.items.length > 0) rule.flow = false
    }
  }
  visit(document, {
    Scalar(_, node) {
      const { type, value } = node
      if (typeof value !== 'string' || (type !== Scalar.QUOTE_DOUBLE && type !== Scalar.QUOTE_SINGLE)) return
      node.type = quotesFor(value, type)
    },
  })
}

/** What YAML itself does not need quoted, but its older readers take for something else. */
const misread = /^(?:y|n|yes|no|on|off|true|false|null|~|=|[-+]?[0-9._:]+(?:e[-+]?\d+)?|\d{4}-\d\d?-\d\d?.*)$/i
/** What a plain text cannot hold, or where nobody would be sure that it can. */
const unplain = /^[\s,&*!|>%@`]|[[\]{}#"'\\]|^[-?:](?:\s|$)|:(?:\s|$)|\s$|[\x00-\x1f\x7f-\x9f\ufeff]|^(?:---|\.\.\.)/

/** None where the text needs none; single ones where double ones would need backslashes. */
function quotesFor<T>(value: string, written: T) {
  if (value !== '' && !misread.test(value) && !unplain.test(value)) return Scalar.PLAIN
  if (/[\x00-\x1f\x7f-\x9f\ufeff]/.test(value)) return Scalar.QUOTE_DOUBLE
  if (!/["\\]/.test(value)) return Scalar.QUOTE_DOUBLE
  return value.includes("'") ? written : Scalar.QUOTE_SINGLE
}

/** `{ … }` and `[ … ]` that do not fit on their line become blocks, the outer ones first. Whether there were any. */
function breakLongFlows(document: Document, text: string, lines: LineCounter): boolean {
  let found = false
  visit(document, {
    Collection(_, node) {
      if (!node.flow || node.items.length === 0 || !node.range) return undefined
      const [from, to] = node.range
      // A comment behind it may stick out.
      const fits = !text.slice(from, to).includes('\n') && lines.linePos(to).col - 1 <= lineWidth
      if (!fits) {
        node.flow = false
        found = true
      }
      return visit.SKIP
    },
  })
  return found
}

/** `[a, b]`, as people write it; the library pads lists as it pads maps. */
function tightLists(text: string): string {
  const spaces = new Set<number>()
  visit(parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: false }), {
    Seq(_, { flow, range, items }) {
      if (!flow || !range || items.length === 0) return
      const [from, to] = range
      if (text[from + 1] === ' ') spaces.add(from + 1)
      if (text[to - 2] === ' ') spaces.add(to - 2)
    },
  })
  return text
    .split('')
    .filter((_, index) => !spaces.has(index))
    .join('')
}

const commentString = (comment: string): string =>
  comment
    .replace(/\n{3,}/g, '\n\n')
    .split('\n')
    .map((line) => (line === '' ? '' : line.trim() === '' ? '#' : `#${line.trimEnd()}`))
    .join('\n')

/** Every comment of the text, in order. The lexer puts a unit separator before the text of a plain or block scalar. */
function commentsOf(text: string): string[] {
  const tokens = [...new Lexer().lex(text.replaceAll('\r\n', '\n'))]
  return tokens
    .filter((token, index) => token.startsWith('#') && tokens[index - 1] !== '\x1f')
    .map((token) => token.trimEnd())
}
