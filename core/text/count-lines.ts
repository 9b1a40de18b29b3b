// How many lines a person would count.

/** A final line break does not start another line. */
export function countLines(text: string): number {
  if (text === '') return 0
  let breaks = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) breaks += 1
  return text.endsWith('\n') ? breaks : breaks + 1
}
