// The file that a held call writes, where that is known and lies on this machine's disk.
import { type FileEdit, fileEditOf } from '../core/approval/file-edit.ts'
import { launches } from '../core/risk/launch-command.ts'
import type { Ask, Session } from './approval-card.ts'

/** A container, or a server on the network, has other files than we see under the same path. */
const hasOwnFiles = (command: readonly string[]): boolean =>
  launches(command).some(({ kind }) => kind === 'image' || kind === 'host')

export function callFile(session: Session, ask: Ask): FileEdit | undefined {
  if (ask.action !== 'tools/call' || hasOwnFiles(session.command)) return undefined
  return fileEditOf(ask.tool, ask.arguments)
}
