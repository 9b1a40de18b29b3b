// What a call is called: by everyone `<session>.<part>`, in the database by a number that rises with time.
import { type Db, prepared } from './driver.ts'

export type CallPlace = { session: string; part: string }

/** Takes a call's id apart; nothing where it is none. Sessions can have dots in their names, parts cannot. */
export function placeOf(call: string): CallPlace | undefined {
  const dot = call.lastIndexOf('.')
  return dot < 1 || dot === call.length - 1 ? undefined : { session: call.slice(0, dot), part: call.slice(dot + 1) }
}

/** The part of the call's id after its session's name, where it is a call of that session. */
export function partOf(call: string, session: string): string | undefined {
  const start = session.length + 1
  const isOurs = call.length > start && call.startsWith(session) && call.lastIndexOf('.') === start - 1
  return isOurs ? call.slice(start) : undefined
}

/** Numbers for each millisecond. */
const perMs = 4096
/** Times that no clock of ours shows are taken for this one: every number stays a safe integer. */
const latest = 2 ** 41 - 2 ** 20

/** The lowest number of calls that were received at `t` (milliseconds since the epoch) or later. */
export const firstIdAt = (t: number): number => Math.min(Math.max(0, Math.floor(t)), latest) * perMs

/** About when the call was received, in milliseconds since the epoch. */
export const timeOfId = (id: number): number => Math.floor(id / perMs)

/** Gives numbers to new calls. `forget` when they are in the table, or will not be. */
export function createCallIds(db: Db): { next(receivedAt: number): number; forget(): void } {
  const last = prepared<[number, number], { id: number | null }>(
    db,
    'SELECT max(id) AS id FROM call WHERE id >= ? AND id < ?',
  )
  const taken = new Map<number, number>()
  return {
    next(receivedAt) {
      for (let start = firstIdAt(receivedAt); ; start += perMs) {
        const id = (taken.get(start) ?? last.get(start, start + perMs)?.id ?? start - 1) + 1
        // Full: into the next millisecond.
        if (id >= start + perMs) continue
        taken.set(start, id)
        return id
      }
    },
    forget: () => taken.clear(),
  }
}
