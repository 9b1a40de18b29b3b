// Every text in the arguments of a call, with its name and its place. Places are written out only for what is marked: a
// call can have a million texts.

export type Place = {
  readonly parent: Place | undefined
  readonly key: string | number
  /** The key is how pointers begin here, and no member. */
  readonly root?: true
}

export type ArgumentText = {
  readonly text: string
  /** The nearest key above it, in lower case and without `-`, `_` and blanks. */
  readonly name: string
  readonly place: Place
  /** It is the name of a member, not a value. */
  readonly isKey: boolean
  /** The list it stands in, and where. */
  readonly list?: { readonly of: readonly unknown[]; readonly index: number }
}

/** Nothing stands deeper: messages that do are refused before (core/wire/limits.ts). */
const deepest = 200

/**
 * Calls `visit` for each text, in order: a member's name before its value.
 * @param root How pointers begin: `#beside` for what the message carries beside the arguments.
 */
export function eachText(value: unknown, visit: (text: ArgumentText) => void, root?: string): void {
  const top: Place | undefined = root === undefined ? undefined : { parent: undefined, key: root, root: true }
  walk(value, '', top, 0, visit)
}

function walk(
  value: unknown,
  name: string,
  place: Place | undefined,
  depth: number,
  visit: (text: ArgumentText) => void,
): void {
  if (typeof value !== 'object' || value === null || depth > deepest) return
  if (Array.isArray(value)) {
    value.forEach((element: unknown, index) => {
      const at = { parent: place, key: index }
      if (typeof element === 'string')
        visit({ text: element, name, place: at, isKey: false, list: { of: value, index } })
      else walk(element, name, at, depth + 1, visit)
    })
    return
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const key of Object.keys(members)) {
    const at = { parent: place, key }
    const member = members[key]
    visit({ text: key, name: '', place: at, isKey: true })
    if (typeof member === 'string') visit({ text: member, name: plainName(key), place: at, isKey: false })
    else walk(member, plainName(key), at, depth + 1, visit)
  }
}

/** `filePath`, `file_path` and `File-Path` are one name. */
const plainName = (key: string): string => (key.length > 100 ? '' : key.toLowerCase().replace(/[-_\s]/g, ''))

/** JSON Pointer (RFC 6901); below a root of its own it begins with that. */
export function pointerOf(place: Place | undefined): string {
  const parts: string[] = []
  for (let at = place; at !== undefined; at = at.parent) {
    const key = String(at.key)
    parts.push(at.root ? key : `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
  return parts.reverse().join('')
}
