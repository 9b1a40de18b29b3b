// Policy files as the broker shows them, made from their texts by the broker's own code; and what it says of bad ones.
import { createPolicyFiles } from '../../../broker/policy-files.ts'
import type { ReadPolicy } from '../../../broker/policy-folder.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { status } from './fixtures.ts'
import type { GalleryState } from './host.ts'

const filesystemYaml = `version: 1
name: Files
server: filesystem
default:
  read: allow
  "*": require-approval
rules:
  - id: stay-in-the-project
    effect: allow
    tools: [write_file, edit_file]
    when: { path: { inside: "~/code/harbour-site/content" } }

  # People look at every other write.
  - id: ask-before-writing
    effect: require-approval
    tools: [write_file, edit_file, create_directory]
    reason: Writes in the project need a look.

  - id: never-move
    effect: deny
    tools: [move_file]
    reason: Moving files is done by people here.

  - id: few-writes
    effect: allow
    tools: [write_file]
    when: { path: { glob: "/tmp/**" }, content: { length: { lt: 20000 } } }
    limit: { max: 20, per: 1h, by: [client, tool] }
    redact: content
`

const githubYaml = `version: 1
name: GitHub
server: [github, "docs*"]
default:
  read: allow
  "*": require-approval
rules:
  - id: no-deleting
    effect: deny
    tools: ["delete_*", "*_branch_protection", transfer_repository]
    hide: true
    reason: Deleting is done by people here.

  - id: comment-on-our-repos
    effect: allow
    tools: [create_issue, add_issue_comment]
    when:
      owner: acme
      any:
        - repo: { in: [site, docs] }
        - labels: { contains: "agent-ok" }
    unless: { not: { body: { type: string } } }
    limit: { max: 5, per: 1h, then: deny }

  - id: no-tokens-out
    effect: deny
    tools: ["*"]
    when: { "**": { matches: "tok_[a-z0-9]{36}" } }

  - id: releases-are-typed
    effect: require-approval
    tools: [create_release, publish_package]
    approval: { timeout: 5m, confirm: type-name }
    redact: [token, signing.key]

  - id: ask-about-env
    effect: require-approval
    on: resources/read
    when: { uri: { glob: "**/.env*" } }

  - id: ask-before-models-and-questions
    effect: require-approval
    on: [sampling/createMessage, elicitation/create]

tests:
  - { call: { tool: create_release, server: github }, expect: hold, rule: releases-are-typed }
`

const brokenYaml = githubYaml.replace('tools: ["*"]', 'tool: ["*"]').replace('per: 1h', 'per: soon')

type Step = readonly [file: string, text: string | undefined]

/** What the broker makes of files that become this, one step after the other; `undefined` takes a file away. */
function after(...steps: readonly Step[]): Pick<GalleryState, 'files' | 'status'> {
  const files = createPolicyFiles(new Map())
  let problems: string[] = []
  for (const [file, text] of steps) {
    files.believe(file, text === undefined ? undefined : read(file, text))
    problems = files.inForce().problems
    files.published()
  }
  const policy = { ...status.policy, files: files.present().length, problems }
  return { files: files.views(), status: { ...status, policy } }
}

function read(file: string, text: string): ReadPolicy {
  const { entry, diagnostics } = parsePolicyText(text, file)
  return { file, text, entry, errors: diagnostics.filter(({ severity }) => severity === 'error') }
}

const both: readonly Step[] = [
  ['filesystem.yaml', filesystemYaml],
  ['github.yaml', githubYaml],
]

export const policies = {
  good: after(...both),
  broken: after(...both, ['github.yaml', brokenYaml]),
  brokenAtOnce: after(['filesystem.yaml', filesystemYaml], ['github.yaml', brokenYaml]),
  removed: after(...both, ['github.yaml', undefined]),
  both: after(...both, ['filesystem.yaml', undefined], ['github.yaml', brokenYaml]),
} as const
