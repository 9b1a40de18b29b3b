// What a file becomes by an edit, or why that cannot be told. Line ends are compared as if all were `\n` where a part of
// the file is replaced: servers differ in what they make of them.

export type Become =
  /** `before`: the file's text as it was compared; nothing where there is none. */
  | { readonly before: string | undefined; readonly text: string }
  /** It cannot be told: why, in a sentence of ours. */
  | { readonly problem: string }

/** UTF-16 units. More is not compared, nor made. */
export const longestFile = 1024 * 1024
const mostEdits = 500

const tooLong: Become = {
  problem: 'The file would become longer than 1 MiB, which is too much to compare. The arguments show what is written.',
}
const notThere: Become = { problem: 'The file that it wants to change is not there.' }
const notFound: Become = { problem: 'The text it wants to replace is not in the file, at least not word for word.' }

const plainEnds = (text: string): string => text.replaceAll('\r\n', '\n')

export function written(present: string | undefined, content: string): Become {
  return content.length > longestFile ? tooLong : { before: present, text: content }
}

export function appended(present: string | undefined, content: string): Become {
  const before = present ?? ''
  return before.length + content.length > longestFile ? tooLong : { before: present, text: before + content }
}

type Replacement = {
  readonly old: string
  readonly by: string
  readonly all: boolean
  /** How often the call says that it stands there. */
  readonly expected?: number | undefined
}

export function replaced(present: string | undefined, replacement: Replacement): Become {
  // Some make a new file that way.
  if (present === undefined) return replacement.old === '' ? written(undefined, replacement.by) : notThere
  const before = plainEnds(present)
  const after = replaceIn(before, replacement)
  return typeof after === 'string' ? { before, text: after } : after
}

/** One after the other, each in what the one before it made. */
export function edited(present: string | undefined, edits: readonly Replacement[]): Become {
  if (present === undefined) return notThere
  if (edits.length > mostEdits)
    return { problem: `It makes more than ${mostEdits} edits, which is too much to compare.` }
  const before = plainEnds(present)
  let text = before
  for (const edit of edits) {
    const after = replaceIn(text, edit)
    if (typeof after !== 'string') return after
    text = after
  }
  return { before, text }
}

function replaceIn(text: string, { old, by, all, expected }: Replacement): string | Become {
  const [wanted, put] = [plainEnds(old), plainEnds(by)]
  if (wanted === '') return { problem: 'It replaces an empty text, and where that is cannot be told.' }
  const pieces = text.split(wanted)
  const times = pieces.length - 1
  if (times === 0) return notFound
  if (expected !== undefined && expected !== times) {
    return { problem: 'The text it wants to replace stands in the file more or less often than the call says.' }
  }
  if (times > 1 && !all && expected === undefined) {
    return {
      problem: 'The text it wants to replace stands in the file more than once: which one is meant cannot be told.',
    }
  }
  if (text.length + times * (put.length - wanted.length) > longestFile) return tooLong
  return pieces.join(put)
}

/** @param line After which line it is put; 0 is the beginning. */
export function inserted(present: string | undefined, line: number, content: string): Become {
  if (present === undefined) return notThere
  if (present.length + content.length > longestFile) return tooLong
  const before = plainEnds(present)
  const lines = before.split('\n')
  if (!Number.isInteger(line) || line < 0 || line > lines.length) {
    return { problem: 'The file has no line with the number after which it wants to insert.' }
  }
  lines.splice(line, 0, plainEnds(content).replace(/\n$/, ''))
  return { before, text: lines.join('\n') }
}
