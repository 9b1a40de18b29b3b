// A drafted policy as YAML text with its comments. What it writes is read back by import-policy.ts before anyone gets it.
import { Document, isMap, isScalar, type Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import type { JsonObject, JsonValue } from '../../schema/json.ts'
import type { PolicyDraft, RuleDraft } from './policy-draft.ts'

const maxComment = 300
const maxReason = 2000
const maxName = 200
/** Longest `{ … }` or `[ … ]` on one line. */
const maxFlow = 90

export function writePolicy(draft: PolicyDraft): string {
  const document = new Document(undefined, { version: '1.2', schema: 'core' })
  const root = new YAMLMap()
  const add = (key: string, value: JsonValue | Node, comments: readonly string[] = []) => {
    const pair = document.createPair(key, isNode(value) ? value : nodeOf(document, value))
    if (comments.length > 0 && isScalar(pair.key)) pair.key.commentBefore = commentOf(comments)
    root.items.push(pair)
  }
  add('version', 1)
  if (draft.name !== undefined) add('name', cut(draft.name, maxName))
  if (draft.server !== undefined) add('server', draft.server)
  if (draft.default) add('default', { '*': draft.default.effect }, draft.default.comments)
  const rules = new YAMLSeq()
  for (const rule of draft.rules) rules.items.push(ruleNode(document, rule, rules.items.length > 0))
  if (rules.items.length > 0) add('rules', rules)
  document.contents = root
  document.commentBefore = commentOf(draft.header)
  return document.toString({ lineWidth: 0 })
}

function ruleNode(document: Document, rule: RuleDraft, follows: boolean): Node {
  const node = new YAMLMap()
  const said: JsonObject = {
    id: rule.id,
    effect: rule.effect,
    ...(rule.server && { server: oneOrList(rule.server) }),
    ...(rule.client && { client: oneOrList(rule.client) }),
    tools: oneOrList(rule.tools),
    ...(rule.when && { when: rule.when }),
    ...(rule.limit && { limit: rule.limit }),
    ...(rule.hide && { hide: rule.hide }),
    ...(rule.approval && { approval: rule.approval }),
    ...(rule.reason?.trim() ? { reason: cut(rule.reason, maxReason) } : {}),
  }
  for (const [key, value] of Object.entries(said))
    node.items.push(new Pair(document.createNode(key), nodeOf(document, value)))
  if (rule.comments.length > 0) node.commentBefore = commentOf(rule.comments)
  node.spaceBefore = follows
  return node
}

function oneOrList(names: readonly string[]): JsonValue {
  const [first] = names
  return first !== undefined && names.length === 1 ? first : [...names]
}

const isNode = (value: JsonValue | Node): value is Node => isMap(value) || value instanceof YAMLSeq

/** What fits and holds nothing nested stands on one line. */
function nodeOf(document: Document, value: JsonValue): Node {
  const node = document.createNode(value)
  if (typeof value !== 'object' || value === null) return node
  layOut(node, value)
  return node
}

function layOut(node: unknown, value: JsonValue): void {
  if (typeof value !== 'object' || value === null || !(node instanceof YAMLMap || node instanceof YAMLSeq)) return
  const inner = Object.values(value)
  const flat = inner.every(
    (one) => typeof one !== 'object' || one === null || (Array.isArray(one) && one.every(isPlain)),
  )
  if (flat && JSON.stringify(value).length <= maxFlow) {
    node.flow = true
    return
  }
  node.items.forEach((item, index) => {
    layOut(item instanceof Pair ? item.value : item, inner[index] ?? null)
  })
}

const isPlain = (value: JsonValue): boolean => typeof value !== 'object' || value === null

/** Comment lines: no text from outside may end its line, or be anything a YAML reader would stumble over. */
const commentOf = (lines: readonly string[]): string =>
  lines.map((line) => (line === '' ? '' : ` ${oneLine(line)}`)).join('\n')

function oneLine(text: string): string {
  const safe = text.replace(
    /[^\t\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2026]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
  return cut(safe, maxComment)
}

function cut(text: string, longest: number): string {
  const trimmed = text.trim()
  return trimmed.length > longest ? `${trimmed.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : trimmed
}
