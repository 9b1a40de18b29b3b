// The demo's lines in the terminal: what the agent asked, what became of it, why.

const colours = { ran: 32, held: 33, denied: 31, refused: 31, expired: 33, failed: 31, stopped: 31 }
/** Column where the reasons begin. */
const margin = 54
const marks = { ran: '✓', held: '…', denied: '✗', refused: '✗', expired: '✗', failed: '✗', stopped: '✗' }

/** @param {NodeJS.WriteStream} stream */
export function createTranscript(stream) {
  const coloured = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  const paint = (code, text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text)
  let asked = ''

  return {
    /** A heading between empty lines, with sentences under it. */
    title: (text, sentences) => stream.write(`\n${[paint(1, text), ...sentences].join('\n')}\n\n`),
    /** What the agent asks for; shown with the first result. */
    call: (tool, what) => {
      asked = `${tool.padEnd(15)} ${what.padEnd(24)}`
    },
    /** A line of its own under the last result. */
    note: (text) => stream.write(`${' '.repeat(margin)}${paint(1, text)}\n`),
    result: (word, why) => {
      const row = `  ${asked.padEnd(40)} ${paint(colours[word], `${marks[word]} ${word.padEnd(7)}`)}  ${why}`
      stream.write(`${row}\n`)
      asked = ''
    },
  }
}
