// Notices that the app has published another policy while nothing goes through this proxy. Only a help: whatever the
// policy decides looks at the file itself.
import * as fs from 'node:fs'
import * as path from 'node:path'

/** Calls back after the file was replaced, once for a burst of changes. The process does not stay alive for it. */
export function watchPolicy(file: string, changed: () => void): () => void {
  let soon = false
  const notice = () => {
    if (soon) return
    soon = true
    setImmediate(() => {
      soon = false
      changed()
    })
  }
  try {
    const name = path.basename(file)
    const watcher = fs.watch(path.dirname(file), { persistent: false }, (_, changedName) => {
      if (changedName === null || changedName === name) notice()
    })
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined // no folder, or no watches left: the next message that passes shows it as well
  }
}
