// Where the ids of tasks stand in a message, so that one can be put in the place of another and every other byte stays as
// it was: params and results of tasks/*, status notifications, lists, subscriptions, and the key that says which task a
// message is about.
import { elementsAt, firstSpan, type Member, membersAt, type Span } from './json-spans.ts'
import { meantText, type Splice } from './line-edits.ts'

/** Under which `_meta` names the task that a message is about. */
export const relatedTaskKey = 'io.modelcontextprotocol/related-task'

/** What comes in the place of a task's id; nothing where it stays. `drop`: only in a list of ids, where it is left out. */
export type Rename = (taskId: string) => { to: string } | 'drop' | undefined

/** What to change in a whole line of JSON, in order; `text` has one character for each byte (latin1). */
export function renamedIds(text: string, rename: Rename): Splice[] {
  const start = firstSpan(text)
  const messages = text[start] === '[' ? elementsAt(text, start) : [{ start, end: text.length }]
  return messages.flatMap((message) =>
    membersAt(text, message.start).flatMap(({ key, value }) =>
      key === 'params' || key === 'result' ? inPayload(text, value, rename) : [],
    ),
  )
}

function inPayload(text: string, payload: Span, rename: Rename): Splice[] {
  return membersAt(text, payload.start).flatMap(({ key, value }) => {
    switch (key) {
      case 'taskId':
        return inId(text, value, rename)
      case 'task':
        return idOf(text, value, rename)
      case 'tasks':
        return elementsAt(text, value.start).flatMap((task) => idOf(text, task, rename))
      case '_meta':
        return inMeta(text, value, rename)
      // What a finished task of 2026-07-28 came to.
      case 'result':
        return membersAt(text, value.start).flatMap((member) =>
          member.key === '_meta' ? inMeta(text, member.value, rename) : [],
        )
      case 'notifications':
        return membersAt(text, value.start).flatMap((member) =>
          member.key === 'taskIds' ? inList(text, member.value, rename) : [],
        )
      default:
        return []
    }
  })
}

const inMeta = (text: string, meta: Span, rename: Rename) =>
  membersAt(text, meta.start).flatMap(({ key, value }) => (key === relatedTaskKey ? idOf(text, value, rename) : []))

const idOf = (text: string, object: Span, rename: Rename) =>
  membersAt(text, object.start).flatMap(({ key, value }) => (key === 'taskId' ? inId(text, value, rename) : []))

function inId(text: string, span: Span, rename: Rename): Splice[] {
  const id = textAt(text, span)
  const other = id === undefined ? undefined : rename(id)
  return other === undefined || other === 'drop' ? [] : [{ ...span, text: JSON.stringify(other.to) }]
}

function inList(text: string, list: Span, rename: Rename): Splice[] {
  const ids = elementsAt(text, list.start).map((span) => ({ span, other: renamedTo(text, span, rename) }))
  if (ids.every(({ other }) => other === undefined)) return []
  const kept = ids.flatMap(({ span, other }) => {
    if (other === 'drop') return []
    return [other === undefined ? meantText(text.slice(span.start, span.end)) : JSON.stringify(other.to)]
  })
  return [{ ...list, text: `[${kept.join(',')}]` }]
}

function renamedTo(text: string, span: Span, rename: Rename): ReturnType<Rename> {
  const id = textAt(text, span)
  return id === undefined ? undefined : rename(id)
}

/** The string that stands there, if one does. */
function textAt(text: string, { start, end }: Span): string | undefined {
  return text[start] === '"' ? (JSON.parse(meantText(text.slice(start, end))) as string) : undefined
}

/** The value of the last member of that name, which is the one that counts for a parser. */
export function lastMember(members: readonly Member[], name: string): Span | undefined {
  return members.findLast(({ key }) => key === name)?.value
}
