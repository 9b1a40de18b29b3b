// As much of a call's arguments as can be looked at while other calls wait: they can have 16 MB. What is left out is said,
// so that a card never passes for one that was looked through.
import type { JsonObject, JsonValue } from '../schema/json.ts'

export type LookedAt = {
  readonly arguments: JsonObject
  readonly beside: JsonObject | undefined
  /** Nothing was left out, and the values are the very same. */
  readonly whole: boolean
  /** There are more members and elements than can be looked at, however short they are. */
  readonly crowded: boolean
}

/** Texts in UTF-16 units, names included; and members and elements. Far more than people and models write. */
const mostUnits = 512 * 1024
const mostParts = 20_000
/** Of a text that is longer both ends are looked at: what is to be overlooked stands behind something long. */
const longestText = 128 * 1024
/** Shorter ones come before the others of their list or object. */
const shortText = 4096

type Room = { units: number; parts: number }
/** Listing the names of a million members takes longer than all the rest: once is enough. */
type Keys = Map<JsonObject, readonly string[]>
type Container = JsonValue[] | JsonObject

const isContainer = (value: JsonValue | undefined): value is Container => typeof value === 'object' && value !== null

type Given = Readonly<Record<string, unknown>>

/** By the arguments: several look at the same ones, one after the other. */
const known = new WeakMap<Given, LookedAt & { readonly of: Given | undefined }>()

export function lookedAt(of: { readonly arguments: Given; readonly beside?: Given | undefined }): LookedAt {
  const before = known.get(of.arguments)
  if (before && before.of === of.beside) return before
  const found = { ...look(of.arguments as JsonObject, of.beside as JsonObject | undefined), of: of.beside }
  // What is whole is quickly seen to be.
  if (!found.whole) known.set(of.arguments, found)
  return found
}

function look(args: JsonObject, beside: JsonObject | undefined): LookedAt {
  const room: Room = { units: mostUnits, parts: mostParts }
  const keys: Keys = new Map()
  if (fits(args, room, keys) && (beside === undefined || fits(beside, room, keys))) {
    return { arguments: args, beside, whole: true, crowded: false }
  }
  // What stands beside the arguments is mostly short: it is not to be crowded out.
  const half: Room = { units: mostUnits / 2, parts: mostParts / 2 }
  const besides = beside && (cut(beside, half, keys) as JsonObject)
  const left: Room = { units: mostUnits / 2 + half.units, parts: mostParts / 2 + half.parts }
  const looked = cut(args, left, keys) as JsonObject
  return {
    arguments: looked,
    beside: besides,
    whole: false,
    crowded: Math.min(room.parts, half.parts, left.parts) <= 0,
  }
}

/** Stops at the first part that is too much. */
function fits(value: JsonValue, room: Room, known: Keys): boolean {
  if (typeof value === 'string') {
    room.units -= value.length
    return room.units >= 0
  }
  if (!isContainer(value)) return true
  if (Array.isArray(value)) {
    room.parts -= value.length
    return room.parts >= 0 && value.every((element) => fits(element, room, known))
  }
  const keys = Object.keys(value)
  if (keys.length > mostParts) known.set(value, keys)
  room.parts -= keys.length
  if (room.parts < 0) return false
  for (const key of keys) {
    room.units -= key.length
    if (!fits(value[key] ?? null, room, known)) return false
  }
  return true
}

/** What there is room for, level by level: a list of a million elements does not hide what stands beside it. */
function cut(value: Container, room: Room, known: Keys): Container {
  const top = emptyLike(value)
  const queue: { from: Container; to: Container }[] = [{ from: value, to: top }]
  for (const { from, to } of queue) {
    if (room.units <= 0 || room.parts <= 0) break
    const long: { key: string | number; text: string }[] = []
    const put = (key: string | number, member: JsonValue): boolean => {
      if (room.units <= 0 || room.parts <= 0) return false
      room.parts -= 1
      if (typeof key === 'string') room.units -= key.length
      if (typeof member === 'string' && member.length > shortText) {
        long.push({ key, text: member })
        set(to, key, '')
      } else if (isContainer(member)) {
        const child = emptyLike(member)
        set(to, key, child)
        queue.push({ from: member, to: child })
      } else {
        if (typeof member === 'string') room.units -= member.length
        set(to, key, member)
      }
      return true
    }
    if (Array.isArray(from)) from.every((element, index) => put(index, element))
    else (known.get(from) ?? Object.keys(from)).every((key) => put(key, from[key] ?? null))
    for (const { key, text } of long) {
      const most = Math.min(longestText, room.units)
      if (most <= 0) break
      const kept = bothEnds(text, most)
      room.units -= kept.length
      set(to, key, kept)
    }
  }
  return top
}

const emptyLike = (value: Container): Container => (Array.isArray(value) ? [] : {})

/** Defines own properties, so that no key can reach a prototype. */
function set(to: Container, key: string | number, value: JsonValue): void {
  Object.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true })
}

function bothEnds(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  return `${text.slice(0, half)}\n${text.slice(-half)}`
}
