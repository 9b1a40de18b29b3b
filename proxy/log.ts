// One line on stderr for the person who looks at the client's log. Never argument values, never secrets; stdout is MCP's.

export function log(line: string): void {
  process.stderr.write(`countersign-proxy: ${line}\n`)
}
