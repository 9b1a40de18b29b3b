// Changing single lines of the upstream's on their way to the client: whoever needs it registers an editor for as long as
// it does, and only meanwhile are lines kept until they are whole. What no editor names stays as it was, byte for byte.

/** What stands from `start` to `end` goes, `text` comes in its place; offsets are in bytes. */
export type Splice = { start: number; end: number; text: string }

export type LineEditor = {
  /** Longer lines pass without this editor, in bytes. */
  longest: number
  /** A quick look at the bytes: whether the line is worth being parsed. */
  concerns(line: Buffer): boolean
  /**
   * What to change, in order. `text` is the line with one character for each byte (latin1), whole JSON: what is ASCII in it
   * reads as it is, and offsets are offsets of bytes. `taken`: the line does not go to the client at all.
   */
  edit(text: string): readonly Splice[] | 'taken'
}

export type LineEdits = {
  /** Gives what removes it again. */
  add(editor: LineEditor): () => void
  /** Whether lines that begin now must be whole before they pass. */
  active(): boolean
  /** The longest line that any editor wants, in bytes. */
  longest(): number
  /** The line as it goes on, the same buffer where nothing is changed; nothing where an editor took it. */
  edited(line: Buffer): Buffer | undefined
}

export function createLineEdits(): LineEdits {
  const editors = new Set<LineEditor>()

  const apply = (line: Buffer, editor: LineEditor): Buffer | undefined => {
    if (line.length > editor.longest || !editor.concerns(line)) return line
    const text = line.toString('latin1')
    if (!isJson(text)) return line
    const splices = editor.edit(text)
    if (splices === 'taken') return undefined
    return splices.length === 0 ? line : spliced(line, splices)
  }

  return {
    add: (editor) => {
      editors.add(editor)
      return () => void editors.delete(editor)
    },
    active: () => editors.size > 0,
    longest: () => Math.max(0, ...[...editors].map(({ longest }) => longest)),
    edited: (line) => {
      let now: Buffer | undefined = line
      for (const editor of editors) now = now && apply(now, editor)
      return now
    },
  }
}

/** The text of a part of such a line, as it was meant. */
export function meantText(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

/** The line with these changes, which are in order. */
export function spliced(line: Buffer, splices: readonly Splice[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, text } of splices) {
    parts.push(line.subarray(at, start), Buffer.from(text))
    at = end
  }
  parts.push(line.subarray(at))
  return Buffer.concat(parts)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // noise on stdout passes as it is
  }
}
