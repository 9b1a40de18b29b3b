// What a person can answer besides yes and no: changed arguments, something to remember, the system's word for who they are.
import { describe, expect, it } from 'vitest'
import type { ApprovalsOptions, RememberPort } from '../../broker/approvals-ports.ts'
import { sha256 } from '../../broker/sha256.ts'
import type { JsonObject } from '../../core/schema/json.ts'
import { argumentsHash } from '../../core/wire/json-line.ts'
import type { ApprovalCard } from '../../core/wire/ui-contract.ts'
import { askOf, createQueue, type Queue, released, sessionOf } from './approvals-fixture.ts'

const shown = ({ id, binding, waiting }: ApprovalCard) => ({ id, binding, waiting })
const hash = (args: JsonObject) => argumentsHash(args, sha256)
const definition = {
  hash: 'd'.repeat(64),
  inputSchema: { type: 'object', properties: { n: { type: 'integer' } }, additionalProperties: false },
}

describe('edited arguments', () => {
  const approveEdited = (queue: Queue, card: ApprovalCard, edited: JsonObject) =>
    queue.approve({ ...shown(card), edited }, 'me')

  it.each(['resources/read', 'prompts/get', 'sampling/createMessage', 'elicitation/create'] as const)(
    'are for tool calls only, so that a person is not told that a %s ran with them',
    async (action) => {
      const queue = createQueue()
      void queue.request(sessionOf(), askOf({ uri: 'a' }, { action }))
      expect(await approveEdited(queue, queue.only(), { uri: 'b' })).toMatchObject({
        outcome: 'not-valid',
        problems: [{ message: expect.stringContaining('tool call') }],
      })
      expect(queue.cards()).toHaveLength(1)
      queue.stop()
    },
  )

  it('run in the place of the others, and both are on record', async () => {
    const queue = createQueue()
    const waits = queue.request(sessionOf(), askOf({ n: 1 }, { definition }))
    expect(await approveEdited(queue, queue.only(), { n: 2 })).toEqual({ outcome: 'ran' })
    expect(await waits).toMatchObject({ outcome: 'approved', edited: { n: 2 } })
    expect(queue.ofType('approval.decided')).toMatchObject([
      {
        data: { edited: { argumentsHash: hash({ n: 2 }), arguments: { text: '{"n":2}', bytes: 7, truncated: false } } },
      },
    ])
  })

  it('go with the grant, too', async () => {
    const queue = createQueue()
    const card = await released(queue)
    expect(await approveEdited(queue, card, { n: 2 })).toEqual({ outcome: 'granted' })
    expect(await queue.request(sessionOf(), askOf())).toMatchObject({ outcome: 'grant', edited: { n: 2 } })
  })

  it('that do not fit the schema approve nothing, and the card stays', async () => {
    const queue = createQueue()
    void queue.request(sessionOf(), askOf({ n: 1 }, { definition }))
    const card = queue.only()
    expect(await approveEdited(queue, card, { n: 'two' })).toEqual({
      outcome: 'not-valid',
      problems: [{ at: '/n', message: 'must be integer' }],
    })
    expect(queue.only()).toEqual(card)
    expect(queue.ofType('approval.decided')).toEqual([])
    queue.stop()
  })

  it('that are the same are no edit', async () => {
    const queue = createQueue()
    const waits = queue.request(sessionOf(), askOf({ n: 1, m: 2 }))
    await approveEdited(queue, queue.only(), { m: 2, n: 1 })
    expect(await waits).not.toHaveProperty('edited')
    expect(queue.ofType('approval.decided')[0]?.data).not.toHaveProperty('edited')
  })

  it.each<[string, Partial<ApprovalsOptions>]>([
    ['a secret in them', {}],
    ['what a rule keeps out of the log', { hides: () => true }],
  ])('leave %s off the record', async (_, options) => {
    const queue = createQueue(options)
    const waits = queue.request(sessionOf(), askOf())
    const edited = { password: 'made-up-for-this-test-9931' }
    await approveEdited(queue, queue.only(), edited)
    expect(await waits).toMatchObject({ edited })
    expect(JSON.stringify(queue.recorded)).not.toContain('9931')
    expect(queue.ofType('approval.decided')).toMatchObject([
      { data: { edited: { argumentsHash: queue.kept.hash(hash(edited)), arguments: { keyed: true } } } },
    ])
  })

  it('cannot be remembered at once', async () => {
    const queue = createQueue()
    void queue.request(sessionOf(), askOf())
    const remember = { lifetime: 'hour' as const, scopes: {}, preview: 'p' }
    await expect(queue.approve({ ...shown(queue.only()), edited: { n: 2 }, remember }, 'me')).rejects.toThrow(
      RangeError,
    )
    expect(queue.cards()).toHaveLength(1)
    queue.stop()
  })
})

describe('an answer that is remembered', () => {
  /** Remembers what its preview says, and nothing else. */
  function remembering() {
    const made: string[] = []
    const undone: string[] = []
    const remember: RememberPort = {
      check: (facts, choice) =>
        choice.preview === 'seen'
          ? {
              ok: true,
              make: ({ approval }) => {
                made.push(`${choice.kind} ${facts.ask.call} ${approval}`)
                return { undo: `undo-${made.length}`, remembered: { grant: 'g1' } }
              },
            }
          : { ok: false, problems: [{ at: '', message: 'this is not what was shown' }] },
      undo: (undo) => {
        undone.push(undo)
        return 'undone'
      },
    }
    const queue = createQueue({ remember })
    const waits = queue.request(sessionOf(), askOf())
    return { queue, waits, made, undone, card: queue.only() }
  }
  const remember = (preview: string) => ({ remember: { lifetime: 'hour' as const, scopes: {}, preview } })
  const block = (preview: string) => ({ block: { scopes: {}, preview } })

  it('approves, makes the grant and says how to undo it', async () => {
    const { queue, waits, made, card } = remembering()
    expect(await queue.approve({ ...shown(card), ...remember('seen') }, 'me')).toEqual({
      outcome: 'ran',
      undo: 'undo-1',
    })
    expect(await waits).toMatchObject({ outcome: 'approved' })
    expect(made).toEqual([`remember s1.1 ${card.id}`])
    expect(queue.ofType('approval.decided')).toMatchObject([{ data: { remembered: { grant: 'g1' } } }])
  })

  it('refuses and blocks', async () => {
    const { queue, waits, made, card } = remembering()
    expect(queue.refuse({ ...shown(card), ...block('seen'), reason: 'never' }, 'me')).toEqual({
      outcome: 'refused',
      undo: 'undo-1',
    })
    expect(await waits).toMatchObject({ outcome: 'refused', reason: 'never' })
    expect(made).toEqual([`block s1.1 ${card.id}`])
  })

  it('makes nothing but what its preview said', async () => {
    const { queue, made, card } = remembering()
    const problems = [{ at: '', message: 'this is not what was shown' }]
    expect(await queue.approve({ ...shown(card), ...remember('other') }, 'me')).toEqual({
      outcome: 'not-valid',
      problems,
    })
    expect(queue.refuse({ ...shown(card), ...block('other') }, 'me')).toEqual({ outcome: 'not-valid', problems })
    expect([made, queue.only()]).toEqual([[], card])
    queue.stop()
  })

  it('is taken back where the answer cannot be put on record', async () => {
    const { queue, undone, card } = remembering()
    queue.disk.full = true
    await expect(queue.approve({ ...shown(card), ...remember('seen') }, 'me')).rejects.toThrow(/cannot be written/)
    expect(() => queue.refuse({ ...shown(card), ...block('seen') }, 'me')).toThrow(/cannot be written/)
    expect(undone).toEqual(['undo-1', 'undo-2'])
    queue.disk.full = false
    expect(queue.only()).toEqual(card)
    queue.stop()
  })

  it('makes nothing for a card that is something else by now', async () => {
    const { queue, made, card } = remembering()
    const other = { ...shown(card), binding: 'x' }
    expect(await queue.approve({ ...other, ...remember('seen') }, 'me')).toEqual({ outcome: 'changed' })
    expect(queue.refuse({ ...other, ...block('seen') }, 'me')).toEqual({ outcome: 'changed' })
    expect(made).toEqual([])
    queue.stop()
  })
})

describe('where the system can ask who sits there', () => {
  function asking() {
    const asked: { reason: string; answer(yes: boolean): void }[] = []
    const queue = createQueue({
      osAuth: {
        kind: 'touch-id',
        confirm: (reason) => new Promise((resolve) => void asked.push({ reason, answer: resolve })),
      },
    })
    const waits = queue.request(sessionOf(), askOf({ n: 1 }, { confirm: 'os-auth' }))
    return { queue, waits, asked, card: queue.only() }
  }

  it('it is asked, in words of ours alone, and then the call runs', async () => {
    const { queue, waits, asked, card } = asking()
    expect(card.confirm).toBe('os-auth')
    const click = queue.clickApprove(card)
    expect(asked[0]?.reason).toBe(`approve the call with the ticket ${card.ticket}`)
    expect(queue.ofType('approval.decided')).toEqual([])
    asked[0]?.answer(true)
    expect(await click).toBe('ran')
    expect(await waits).toMatchObject({ outcome: 'approved' })
  })

  it('nothing is approved where it does not say yes, whatever was typed', async () => {
    const { queue, asked, card } = asking()
    const click = queue.clickApprove(card, card.tool)
    asked[0]?.answer(false)
    expect(await click).toBe('not-confirmed')
    expect(queue.only()).toEqual(card)
    queue.stop()
  })

  it('a second click does not ask a second time, and approves nothing', async () => {
    const { queue, asked, card } = asking()
    const click = queue.clickApprove(card)
    expect(await queue.clickApprove(card)).toBe('not-confirmed')
    expect(asked).toHaveLength(1)
    asked[0]?.answer(true)
    expect(await click).toBe('ran')
  })

  it.each<[string, (queue: Queue, card: ApprovalCard) => void, string, string]>([
    ['refused', (queue, card) => void queue.clickRefuse(card), 'closed', 'refused'],
    ['expired', (queue) => queue.pass(600_000), 'closed', 'expired'],
    ['lost with its session', (queue) => queue.sessionGone('s1'), 'closed', 'cancelled'],
    ['superseded', askAgain, 'ran', 'superseded'],
    ['joined by another', (queue) => void joined(queue), 'changed', 'cancelled'],
  ])('a card that was %s meanwhile is looked at again', async (_, meanwhile, outcome, heard) => {
    const { queue, waits, asked, card } = asking()
    const click = queue.clickApprove(card)
    meanwhile(queue, card)
    asked[0]?.answer(true)
    expect(await click).toBe(outcome)
    queue.sessionGone('s1')
    expect(await waits).toMatchObject({ outcome: heard })
  })

  function joined(queue: Queue): void {
    void queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.2', confirm: 'os-auth' }))
  }
  function askAgain(queue: Queue): void {
    queue.pass(2_000)
    joined(queue)
  }

  it('a call that wants it is not covered by a card that took the name of the tool', async () => {
    const { queue, asked } = asking()
    void queue.request(sessionOf(), askOf({ n: 1 }, { call: 's1.2', confirm: 'type-name' }))
    expect(queue.cards().map(({ confirm }) => confirm)).toEqual(['os-auth', 'type-name'])
    expect(asked).toEqual([])
    queue.stop()
  })
})
