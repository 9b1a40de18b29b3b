// What becomes of the server's lines while there are tasks of ours: an answer to a request that we made never reaches the
// client, a task of the server's has our name, and a list of its tasks has ours as well.
import { maxClientLineBytes } from '../core/wire/limits.ts'
import { idKeyOf } from './answers.ts'
import { insertedFirst } from './edited-call.ts'
import { lastMember, type Rename, renamedIds } from './held-tasks-ids.ts'
import { taskOf } from './held-tasks-lines.ts'
import { mayBeOurs } from './held-tasks-rounds.ts'
import { factsOf, type HeldTask, type TaskStore } from './held-tasks-store.ts'
import { firstSpan, type Member, membersAt } from './json-spans.ts'
import { type LineEditor, meantText, type Splice } from './line-edits.ts'

export type TaskEditorOptions = {
  store: TaskStore
  /** Whether this was a request for the list of tasks; it is answered once. */
  listed(idKey: string): boolean
  /** The answer to a request that we made for this task. */
  answered(task: HeldTask, line: Buffer): void
}

/** Longer results do not get our name of a task. */
const longestNamed = 4 * 1024 * 1024

export function createTaskEditor({ store, listed, answered }: TaskEditorOptions): LineEditor {
  const { tasks, requests, names } = store

  const ourName: Rename = (id) => {
    const taskId = names.get(id)
    return taskId === undefined ? undefined : { to: taskId }
  }

  const withOurs = (text: string, members: readonly Member[]): Splice[] => {
    const result = lastMember(members, 'result')
    const list = result && lastMember(membersAt(text, result.start), 'tasks')
    if (!list || text[list.start] !== '[') return []
    const ours = [...tasks.values()].filter(({ state }) => state.is !== 'server')
    const entries = ours.map((task) => JSON.stringify(taskOf(factsOf(task))))
    return entries.length === 0 ? [] : [insertedFirst(text, list.start, entries.join(','))]
  }

  return {
    get longest() {
      return requests.size > 0 ? maxClientLineBytes : longestNamed
    },
    concerns: (line) => (requests.size > 0 && mayBeOurs(line)) || line.includes('task'),
    edit: (text) => {
      const members = membersAt(text, firstSpan(text))
      const idKey = members.some(({ key }) => key === 'method') ? undefined : idKeyIn(text, members)
      const task = idKey === undefined ? undefined : requests.get(idKey)
      if (task) {
        answered(task, Buffer.from(text.trimEnd(), 'latin1'))
        return 'taken'
      }
      const more = idKey !== undefined && listed(idKey) ? withOurs(text, members) : []
      return [...more, ...renamedIds(text, ourName)].sort((a, b) => a.start - b.start)
    },
  }
}

function idKeyIn(text: string, members: readonly Member[]): string | undefined {
  const id = lastMember(members, 'id')
  const idText = id && meantText(text.slice(id.start, id.end))
  return idText !== undefined && /^["\d-]/.test(idText) ? idKeyOf(JSON.stringify(JSON.parse(idText))) : undefined
}
