// The baseline guards Countersign's own files at their usual places. With a data folder elsewhere, the first start writes
// the same guards for it into a file of their own.
import * as path from 'node:path'
import { homeFolder } from '../core/wire/home-layout.ts'

export const ownFolderFile = 'this-installation.yaml'

/** The text of the file, or nothing where the data folder `home` is at its usual place. */
export function ownFolderPolicy(home: string, homeDir: string, platform: string): string | undefined {
  if (home === homeFolder({ platform, env: {}, homeDir })) return undefined
  const name = path.basename(home).replace(/[^A-Za-z0-9]/g, (char) => (/[\w\s]/.test(char) ? char : `\\${char}`))
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const folder = quoted(home)
  // A path that names the folder, so that a text which merely cannot be told is not denied.
  const named = quoted(`(?i)\\A[^\\n*?]*${name}[^\\n*?]*\\z`)
  const plain = quoted('\\A[^\\s"\'`$%{}*?]{1,500}\\z')
  return `# yaml-language-server: $schema=./policy.schema.json
# Written at the first start, because Countersign's data folder is not at its usual place: what baseline.yaml has for the
# usual places, for this one. If you move the data folder, change the paths here.
version: 1
name: This installation
rules:
  - id: never-read-keys-here
    effect: deny
    tools: "*"
    when:
      "**": { length: { lte: 4096 }, matches: ${named}, inside: ${quoted(path.join(home, 'keys'))} }
    reason: With these keys approvals could be forged.

  - id: never-change-files-here
    effect: deny
    tools: "*"
    risk: [unknown, write, network, destructive, execute, credentials, money]
    when:
      "**": { length: { lte: 4096 }, matches: ${named}, inside: ${folder} }
    reason: These are Countersign's own files; a person changes them in the app or in an editor.

  - id: ask-before-files-here
    effect: require-approval
    tools: "*"
    when:
      any:
        - "**": { matches: ${plain}, inside: ${folder} }
        - command.**: { contains: ${folder} }
    reason: These are Countersign's own files; a person has to agree.
`
}
