// A call with other arguments than those it came with, because a person changed them before approving it: what is judged,
// sent and recorded then, and what the model is told.

import type { RiskAssessment } from '../core/risk/classify.ts'
import type { JsonObject } from '../core/schema/json.ts'
import type { GovernedRequest } from '../core/wire/governed-request.ts'
import { argumentsHash } from '../core/wire/json-line.ts'
import { idKeyOf } from './answers.ts'
import type { GovernedCall } from './governed-call.ts'
import { hideValues } from './hidden-values.ts'
import { firstSpan, type Member, membersAt } from './json-spans.ts'
import { type LineEditor, meantText, type Splice } from './line-edits.ts'
import { mark } from './marks.ts'
import { withParams } from './round-trips.ts'
import { sha256 } from './sha256.ts'

/** The call as it would be with these arguments; nothing for what has none to change. */
export function withArguments(
  call: GovernedCall,
  edited: JsonObject,
  classify: (rpc: GovernedRequest) => RiskAssessment,
): GovernedCall | undefined {
  if (call.rpc.action !== 'tools/call' || call.origin !== 'client') return undefined
  const rpc = withParams(call.rpc, (params) => ({ ...params, arguments: edited }))
  if (!rpc) return undefined
  const { hidden: before, ...rest } = call
  const hidden = before && hideValues(before.paths, edited, mark)
  return {
    ...rest,
    rpc,
    request: { ...call.request, arguments: edited, risk: classify(rpc) },
    argumentsHash: argumentsHash(edited, sha256, rpc.beside),
    ...(hidden === undefined ? {} : { hidden }),
  }
}

/** Key under which it stands in `_meta` where the result has no content. */
const editedKey = 'dev.countersign/edited'
/** Of the arguments, in characters. */
const longestShown = 2_000
/** Longer results are not parsed, and their reader is told nothing. */
const longestResult = 4 * 1024 * 1024

/**
 * Tells whoever reads the result of the call what ran; the answer is found by its id. `inTask`: the result is part of what
 * the answer says of a task.
 */
export function editNote(
  rpc: Pick<GovernedRequest, 'idText'>,
  edited: JsonObject,
  inTask = false,
): Omit<LineEditor, 'edit'> & { edit(text: string): Splice[] } {
  const json = JSON.stringify(edited)
  const shown = json.length > longestShown ? `${json.slice(0, longestShown).toWellFormed()}…` : json
  const note = `A person changed the arguments of this call before approving it. It ran with: ${shown}`
  const idKey = idKeyOf(rpc.idText)
  return {
    longest: longestResult,
    concerns: (line) => line.includes('result'),
    edit: (text) => {
      const members = membersAt(text, firstSpan(text))
      const id = members.findLast(({ key }) => key === 'id')
      if (!id || keyAt(text, id) !== idKey || members.some(({ key }) => key === 'method')) return []
      const answer = members.findLast(({ key }) => key === 'result')
      const result = inTask && answer ? resultIn(text, answer) : answer
      return result ? noted(text, result, note) : []
    },
  }
}

function noted(text: string, { value }: Member, note: string): Splice[] {
  if (text[value.start] !== '{') return []
  const members = membersAt(text, value.start)
  const last = (name: string) => members.findLast(({ key }) => key === name)?.value
  const type = last('resultType')
  // A question of the server: its answer comes later.
  if (type && text.slice(type.start, type.end) === '"input_required"') return []
  const content = last('content')
  if (content && text[content.start] === '[') {
    return [insertedFirst(text, content.start, JSON.stringify({ type: 'text', text: note }))]
  }
  const member = `"${editedKey}":${JSON.stringify({ note })}`
  const meta = last('_meta')
  if (!meta) return [insertedFirst(text, value.start, `"_meta":{${member}}`)]
  return text[meta.start] === '{' ? [insertedFirst(text, meta.start, member)] : []
}

const resultIn = (text: string, { value }: Member) =>
  membersAt(text, value.start).findLast(({ key }) => key === 'result')

/** Puts a part before the others of the list or object that begins at `start`. */
export function insertedFirst(text: string, start: number, part: string): Splice {
  const rest = text.slice(start + 1).trimStart()
  const empty = rest.startsWith(']') || rest.startsWith('}')
  return { start: start + 1, end: start + 1, text: empty ? part : `${part},` }
}

function keyAt(text: string, { value }: Member): string | undefined {
  const id: unknown = JSON.parse(meantText(text.slice(value.start, value.end)))
  return typeof id === 'string' || typeof id === 'number' ? idKeyOf(JSON.stringify(id)) : undefined
}
