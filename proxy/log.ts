// One line on stderr for the person who looks at the client's log. Never argument values, never secrets; stdout is MCP's.

/** Set once the session's modules are there: finding secrets is not part of starting. */
let clean: (line: string) => string = (line) => line

export function log(line: string): void {
  process.stderr.write(`countersign-proxy: ${clean(line)}\n`)
}

/** From now on lines go through this, which takes secrets out of them. */
export function logThrough(redacted: (line: string) => string): void {
  clean = redacted
}
