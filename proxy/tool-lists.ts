// The lists of tools a server gives its client: noticed as they pass, for what the server says of each tool; edited only
// where policy hides tools from this client, and then by cutting out those tools and nothing else.
import * as crypto from 'node:crypto'
import type { ToolAnnotations } from '../core/risk/annotations.ts'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { JsonValue } from '../core/schema/json.ts'
import type { ToolDefinition } from '../core/wire/broker-contract.ts'
import type { ListRequest } from '../core/wire/client-message.ts'
import { isObject } from '../core/wire/governed-request.ts'
import { idKeyOf } from './answers.ts'
import { elementsAt, firstSpan, membersAt, type Span } from './json-spans.ts'
import { createListRecord } from './list-record.ts'
import { both, type Listed, listedTool, noTools, type Tools } from './listed-tools.ts'
import type { PolicyState } from './policy-source.ts'
import { sha256 } from './sha256.ts'
import { definitionHash, toolDefinition } from './tool-definitions.ts'

export type ToolLists = {
  /** The client asks for lists. */
  asked(lists: readonly ListRequest[]): void
  /** The client initialises; the answer says whether the server can tell of changes. */
  initialising(idText: string): void
  /** Whether an answer to any of that is still to come. */
  pending(): boolean
  /** Whether an answer is to come that may have to be edited. */
  hides(policy: PolicyState): boolean
  /** Whether the line is the answer to a request for a list. */
  answers(line: Buffer): boolean
  /** Remembers what a line says, if it is one of these answers. */
  learn(line: Buffer): void
  /** A line that may have been one of these answers passed, and is too long to be read. */
  missed(): void
  /** The line without the tools that are hidden: the same buffer where there are none, nothing where it is no such list. */
  withoutHidden(line: Buffer, policy: PolicyState): Buffer | undefined
  /** True if this answers a request for a list. */
  isAsked(idKey: string): boolean
  annotationsOf(tool: string): ToolAnnotations | undefined
  /** What the server said of the tool in the last list that passed. */
  definitionOf(tool: string): ToolDefinition | undefined
  /** Tells the client if other tools are hidden now than in the list that it has. */
  policyNow(policy: PolicyState): void
}

export type ToolListOptions = {
  server: string
  client: string
  /** Writes one line to the client. */
  tell(line: string): void
  /** From now on `policyNow` is worth being asked when the policy changes. */
  watch(): void
  /** A list has come whole that is not what came before it. */
  listed(data: AuditEventData<'tools.listed'>): void
}

const maxAsked = 32
const maxTools = 2_000
const maxName = 256
const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'

/** Text of definitions that is kept of one list, in characters. Of tools beyond it only the hash is. */
const maxKept = 8 * 1024 * 1024

export function createToolLists({ server, client, tell, watch, listed }: ToolListOptions): ToolLists {
  const asked = new Map<string, ListRequest>()
  const record = createListRecord(listed)
  /** Not all are known by their ids: whatever looks like a list is taken for one. */
  let anyOther = false
  /** The list that is known whole, and the one of which pages are coming. */
  let known = noTools()
  let coming: Tools | undefined
  /** Characters of the list that is read now. */
  let kept = 0
  let initialising: string | undefined
  let tellsOfChanges = false
  let revision = ''
  /** Names of the hidden tools, as of the list that the client has. */
  let hidden: string | undefined

  const hiddenNow = (policy: Extract<PolicyState, { ok: true }>) => {
    const names = new Set([...known.byName.keys(), ...(coming?.byName.keys() ?? [])])
    return JSON.stringify([...names].filter((name) => policy.policy.hides(server, client, name)).sort())
  }

  const remember = (message: JsonValue | undefined, key: string, request: ListRequest, size: number) => {
    asked.delete(key)
    const result = isObject(message) ? message['result'] : undefined
    if (!isObject(result) || !Array.isArray(result['tools'])) return
    // Until the last page has come, a tool that was dangerous before still is.
    const list: Tools = request.more && coming ? coming : noTools()
    kept = list === coming ? kept + size : size
    record.page(result['tools'], list !== coming)
    coming = list
    for (const tool of result['tools']) {
      if (!isObject(tool)) continue
      const { name } = tool
      if (typeof name !== 'string') continue
      const twin = list.byName.get(name)
      if (twin) {
        list.byName.set(name, both(twin, tool))
      } else if (name.length > maxName || list.byName.size >= maxTools) {
        list.rest = sha256(`${list.rest ?? ''}${definitionHash(tool)}`)
      } else {
        list.byName.set(name, listedTool(tool, kept > maxKept))
      }
    }
    if (result['nextCursor'] !== undefined && result['nextCursor'] !== null) return
    known = list
    coming = undefined
    record.whole()
  }

  const learnFrom = (message: JsonValue | undefined, size: number): void => {
    if (Array.isArray(message)) {
      for (const member of message) learnFrom(member, size)
      return
    }
    const key = keyOfAnswer(message)
    const request = requestOf(key, message)
    if (request) remember(message, key ?? '', request, size)
    else if (key === undefined) return
    else if (key === initialising) {
      initialising = undefined
      tellsOfChanges = declaresChanges(message)
      if (tellsOfChanges) watch()
    }
  }

  const found = (tool: string) => coming?.byName.get(tool) ?? known.byName.get(tool)

  const answersAsked = (message: JsonValue | undefined): boolean => {
    const members = Array.isArray(message) ? message : [message]
    return members.some((member) => requestOf(keyOfAnswer(member), member) !== undefined)
  }

  const requestOf = (key: string | undefined, message: JsonValue | undefined): ListRequest | undefined => {
    const known = key === undefined ? undefined : asked.get(key)
    if (known || !anyOther || !isObject(message)) return known
    const { result } = message
    return isObject(result) && Array.isArray(result['tools']) ? { idText: 'null', more: true } : undefined
  }

  return {
    asked: (lists) => {
      for (const request of lists) {
        const oldest = asked.size >= maxAsked ? asked.keys().next().value : undefined
        if (oldest !== undefined) asked.delete(oldest)
        if (oldest !== undefined || request.idText === 'null') anyOther = true
        if (request.idText !== 'null') asked.set(idKeyOf(request.idText), request)
      }
    },
    initialising: (idText) => {
      initialising = idKeyOf(idText)
    },
    pending: () => anyOther || asked.size > 0 || initialising !== undefined,
    hides: (policy) => (anyOther || asked.size > 0) && policy.ok && policy.policy.hidesAny(server, client),
    answers: (line) => (anyOther || asked.size > 0) && answersAsked(parsed(line.toString('utf8'))),
    learn: (line) => {
      // Answers that are awaited speak of tools, or of an error; anything else is not worth parsing.
      if (line.includes('tools') || line.includes('"error"')) learnFrom(parsed(line.toString('utf8')), line.length)
    },
    missed: () => {
      // What is known of the tools may not be so any more, but what was dangerous still is.
      const rest = sha256(crypto.randomUUID())
      const unread = [...known.byName, ...(coming?.byName ?? [])].map(([name, { hints }]): [string, Listed] => [
        name,
        { hints, hash: rest },
      ])
      known = { byName: new Map(unread), rest }
      coming = undefined
    },
    withoutHidden: (line, policy) => {
      const text = line.toString('utf8')
      const message = parsed(text)
      if (!answersAsked(message)) return undefined
      learnFrom(message, line.length)
      if (!policy.ok) return line
      hidden = hiddenNow(policy)
      const cuts = hiddenSpans(text, (name) => policy.policy.hides(server, client, name))
      return cuts.length === 0 ? line : Buffer.from(cutOut(text, cuts))
    },
    isAsked: (idKey) => anyOther || asked.has(idKey),
    annotationsOf: (tool) => found(tool)?.hints,
    definitionOf: (tool) => {
      const one = found(tool)
      if (one) return 'tool' in one ? toolDefinition(one.tool) : { hash: one.hash }
      const rest = coming?.rest ?? known.rest
      return rest === undefined ? undefined : { hash: rest }
    },
    policyNow: (policy) => {
      if (!policy.ok || policy.revision === revision) return
      const first = revision === ''
      revision = policy.revision
      const now = hiddenNow(policy)
      if (first || known.byName.size === 0 || now === (hidden ?? '[]')) return
      hidden = now
      if (tellsOfChanges) tell(changed)
    },
  }
}

function keyOfAnswer(message: JsonValue | undefined): string | undefined {
  if (!isObject(message) || 'method' in message) return undefined
  const { id } = message
  return typeof id === 'string' || typeof id === 'number' ? idKeyOf(JSON.stringify(id)) : undefined
}

function declaresChanges(message: JsonValue | undefined): boolean {
  let value = message
  for (const key of ['result', 'capabilities', 'tools']) value = isObject(value) ? value[key] : undefined
  return isObject(value) && value['listChanged'] === true
}

/** Spans of the tools that may not be seen, in every `result.tools` of the line. */
function hiddenSpans(text: string, hides: (name: string) => boolean): { list: Span[]; gone: ReadonlySet<Span> }[] {
  const start = firstSpan(text)
  const messages = text[start] === '[' ? elementsAt(text, start) : [{ start }]
  return messages
    .flatMap((message) => membersAt(text, message.start))
    .filter(({ key }) => key === 'result')
    .flatMap(({ value }) => membersAt(text, value.start))
    .filter(({ key }) => key === 'tools')
    .flatMap(({ value }) => {
      const list = elementsAt(text, value.start)
      const gone = new Set(list.filter((tool) => namesOf(text, tool).some(hides)))
      return gone.size === 0 ? [] : [{ list, gone }]
    })
}

/** More than one where the key stands twice. */
function namesOf(text: string, tool: Span): string[] {
  return membersAt(text, tool.start).flatMap(({ key, value }) => {
    if (key !== 'name' || text[value.start] !== '"') return []
    return [JSON.parse(text.slice(value.start, value.end)) as string]
  })
}

function cutOut(text: string, cuts: readonly { list: Span[]; gone: ReadonlySet<Span> }[]): string {
  let out = ''
  let at = 0
  for (const { list, gone } of cuts) {
    const kept = list.filter((span) => !gone.has(span))
    out += text.slice(at, list[0]?.start)
    out += kept.map(({ start, end }) => text.slice(start, end)).join(',')
    at = list.at(-1)?.end ?? at
  }
  return out + text.slice(at)
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined // noise: nothing to learn from it
  }
}
