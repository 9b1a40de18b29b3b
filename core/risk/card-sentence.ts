// One plain sentence for what is asked, from our own templates only: never a word from the server or the model outside of
// the values.
import type { Action } from '../schema/policy-words.ts'
import type { Sentence } from '../wire/ui-contract.ts'
import { identifyServer } from './catalogue.ts'
import { saysOf } from './catalogue-sentences.ts'
import { filesystemSentence } from './filesystem-sentences.ts'
import { sentenceOf } from './sentence.ts'
import { joined, valueParts } from './sentence-values.ts'

export type Asked = {
  readonly action: Action
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly client: string
  readonly server: string
  /** Which server it is goes by the command that starts it, never by what it says of itself. */
  readonly command: readonly string[]
  /** The project folder. */
  readonly folder: string
}

/** Nothing where there is no template for this tool, or the arguments are not as it needs them. */
export function cardSentence(asked: Asked): Sentence | undefined {
  if (asked.action !== 'tools/call') return requestSentence(asked)
  const { tool, arguments: args, command, folder } = asked
  const server = identifyServer(command)
  if (server === undefined) return undefined
  const byHand = server.id === 'filesystem' ? filesystemSentence(tool, args, folder) : undefined
  if (byHand !== undefined) return byHand
  const says = saysOf(server.id, tool)
  return says === undefined ? undefined : sentenceOf(says, args, folder)
}

/** Who wants what of whom: the server may be the one that asks. */
function requestSentence({ action, tool, arguments: args, client, server, folder }: Asked): Sentence | undefined {
  const [who, whom, what] = [client, server, tool].map((text) => valueParts(text, folder))
  if (who === undefined || whom === undefined || what === undefined) return undefined
  switch (action) {
    case 'resources/read':
      return joined([...who, { text: ' wants to read the resource ' }, ...what, { text: ' from ' }, ...whom])
    case 'prompts/get':
      return joined([...who, { text: ' wants to use the prompt ' }, ...what, { text: ' from ' }, ...whom])
    case 'sampling/createMessage':
      return joined([...whom, { text: ' asks ' }, ...who, { text: '’s model to write a message (sampling)' }])
    case 'elicitation/create': {
      const words =
        args['mode'] === 'url' ? ' asks you to open a web address through ' : ' asks you a question through '
      return joined([...whom, { text: words }, ...who, { text: ' (elicitation)' }])
    }
    default:
      return undefined
  }
}
