// What the upstream writes meets what policy says of it: requests of the server, answers that ask for something first, and
// lists with tools that are not to be seen.
import { maxClientLineBytes } from '../core/wire/limits.ts'
import { idKeyAtStart } from './answers.ts'
import type { Calls } from './calls.ts'
import type { ClientWriter } from './client-writer.ts'
import type { LineEdits } from './line-edits.ts'
import type { PolicySource, PolicyState } from './policy-source.ts'
import { blockedCode, errorLine } from './refusal.ts'
import type { TakenLine } from './server-requests.ts'
import type { ToolLists } from './tool-lists.ts'
import { createUpstreamOutput, type UpstreamOutput } from './upstream-output.ts'

export type ServerSideOptions = {
  policy: PolicySource
  calls: Calls
  lists: ToolLists
  writer: ClientWriter
  edits: LineEdits
  log(line: string): void
}

/** Results of these kinds are no lists of tools. */
const plainResult = /^\s*\{\s*"result"\s*:\s*\{\s*"(?:content|contents|messages|structuredContent)"/

/** Takes what the upstream writes, chunk by chunk. */
export function createServerSide({ policy, calls, lists, writer, edits, log }: ServerSideOptions): UpstreamOutput {
  let first = true
  let warm = false
  /** Undefined while it is not loaded: then nothing passes that it may have a word on. */
  const now = (): PolicyState | undefined => {
    if (first) {
      // Reading it takes milliseconds: better while the client is busy with the first answer than before it.
      setImmediate(() => {
        warm = true
        const state = policy.current()
        if ('then' in state) void state.then(output.lookAgain)
        else output.lookAgain()
      })
    }
    first = false
    if (!warm) return undefined
    const state = policy.lately()
    return 'then' in state ? undefined : state
  }
  const withoutEnd = (line: Buffer) => line.subarray(0, -1)

  /** What was learnt may have to go on record. */
  const learn = (line: Buffer) => {
    lists.learn(line)
    calls.flush()
  }
  const learnLater = (line: Buffer) => {
    if (lists.pending()) setImmediate(() => learn(line))
  }

  /** The same buffer where nothing is hidden. */
  const withoutHidden = (line: Buffer, state: PolicyState): Buffer => {
    if (!lists.hides(state)) learnLater(line)
    return lists.hides(state) ? (lists.withoutHidden(line, state) ?? line) : line
  }

  /** What is left of a list is read like any other line: it can ask for something as well. */
  const readNow = (line: Buffer, state: PolicyState): TakenLine | undefined => {
    const shown = withoutHidden(line, state)
    const taken = calls.server.governed(state) ? calls.server.read(shown) : undefined
    if (taken || shown === line) return taken
    const act = () => {
      calls.server.noticedLine(shown)
      calls.line(withoutEnd(shown))
    }
    return { act, answers: true }
  }

  const onceThePolicyIsThere = (line: Buffer): TakenLine | undefined => {
    const asked = calls.server.read(line)
    if (!asked && !lists.answers(line)) {
      learnLater(line)
      return undefined
    }
    const act = () => {
      calls.whenPolicyIsThere((state) => {
        const taken = readNow(line, state)
        if (taken) return taken.act()
        calls.server.noticedLine(line)
        calls.line(withoutEnd(line))
      })
    }
    return { act, answers: asked?.answers ?? true }
  }

  const output = createUpstreamOutput({
    writer,
    edits,
    reading: () => {
      const state = now()
      if (state === undefined) return true
      lists.policyNow(state)
      return calls.server.governed(state) || lists.hides(state)
    },
    copying: lists.pending,
    copied: learn,
    uncopied: lists.missed,
    read: (line) => {
      const state = now()
      return state === undefined ? onceThePolicyIsThere(line) : readNow(line, state)
    },
    harmless: (head) => {
      const state = now()
      if (state === undefined || calls.server.governed(state)) return false
      const idKey = idKeyAtStart(head)
      return idKey === undefined ? plainResult.test(head) : !lists.isAsked(idKey)
    },
    torn: (rest) => {
      const state = now()
      const taken = state === undefined || calls.server.governed(state) ? calls.server.read(rest) : undefined
      if (!taken) return true
      taken.act()
      return false
    },
    tooLong: (bytes, answer) => {
      const problem = `the server's line has ${bytes} bytes, and under this policy at most ${maxClientLineBytes} can be read`
      if (answer) calls.line(errorLine(answer.idKey, blockedCode, problem))
      log(`not passed on: ${problem}`)
    },
    interested: () => calls.anyRunning() || lists.pending(),
    answered: calls.answered,
    asked: calls.server.noticed,
    flush: calls.flush,
  })
  return output
}
