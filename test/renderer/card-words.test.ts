// Our words on a card, where a wrong one would mislead: scopes, budgets, diffs that stand for a text, what is left unseen.
import { describe, expect, it } from 'vitest'
import type { ArgumentScope } from '../../core/schema/grant.ts'
import { noteWords } from '../../renderer/features/approvals/answer-note.tsx'
import { plainDuration } from '../../renderer/features/approvals/budget-words.ts'
import { answeredWords, beforeWord } from '../../renderer/features/approvals/card-history.tsx'
import { closedWords, groupEffectOf, hintFor } from '../../renderer/features/approvals/card-words.ts'
import { confirmationOf } from '../../renderer/features/approvals/confirmation.ts'
import { coveredByDiff } from '../../renderer/features/approvals/diff-covers.ts'
import { pastWords } from '../../renderer/features/approvals/remember-preview.tsx'
import { firstPick } from '../../renderer/features/approvals/scope-picker.tsx'
import { approveVerb, lifetimesFor, scopeProblem, scopeWords } from '../../renderer/features/approvals/scope-words.ts'
import { contentOf } from '../../renderer/features/approvals/shown-card.ts'
import { diffRows } from '../../renderer/ui/diff-view.tsx'
import { isWithin, pointerTo, pointerWords } from '../../renderer/ui/json-pointer.ts'
import { lineDiff } from '../../renderer/ui/line-diff.ts'
import { unseen } from '../../renderer/ui/review.tsx'
import { inLine } from '../../renderer/ui/sentence.tsx'
import { planTree } from '../../renderer/ui/tree-plan.ts'
import { diffCard, tidesDiff, tidesText } from './gallery/approval-cards.ts'
import { cards, now } from './gallery/fixtures.ts'

it.each([
  [45_000, '45 s'],
  [1_500, '1.5 s'],
  [240_000, '4 min'],
  [270_000, '4 min 30 s'],
  [59_999, '60 s'],
])('%i ms is %s', (ms, words) => {
  expect(plainDuration(ms)).toBe(words)
})

describe('scopes', () => {
  it.each([
    [{ kind: 'fixed', value: 'main' }, 'exactly “main”'],
    [{ kind: 'fixed', value: 5 }, 'exactly 5'],
    [{ kind: 'fixed', value: 'a\nb' }, 'exactly "a\\nb"'],
    [{ kind: 'prefix', prefix: 'src/' }, 'begins with src/'],
    [{ kind: 'inside', folder: '/home' }, 'inside the folder /home'],
    [{ kind: 'one-of', values: ['a', 2] }, 'one of “a”, 2'],
    [{ kind: 'anything' }, 'anything, or left out'],
  ] as [ArgumentScope, string][])('%j is: %s', (scope, words) => {
    const { before, value, after } = scopeWords(scope)
    expect([before, value, after].filter((part) => part !== undefined).join(' ')).toBe(words)
  })

  it('says of a long value how long it is', () => {
    expect(scopeWords({ kind: 'fixed', value: 'x'.repeat(4000) }).after).toContain('4,002 characters')
  })

  it.each([
    [{ a: { kind: 'fixed', value: 1 } }, 'Approve, allow exactly this call for an hour'],
    [{}, 'Approve, allow exactly this call for an hour'],
    [{ a: { kind: 'anything' } }, 'Approve, allow any call of this tool for an hour'],
    [
      { a: { kind: 'inside', folder: '~/site' }, b: { kind: 'anything' } },
      'Approve, allow such calls inside ~/site for an hour',
    ],
    [{ a: { kind: 'prefix', prefix: 'x' } }, 'Approve, allow calls like this for an hour'],
  ] as [Record<string, ArgumentScope>, string][])('the button for %j', (scopes, verb) => {
    expect(approveVerb('hour', scopes)).toBe(verb)
  })

  it.each([
    [{ kind: 'prefix', prefix: '' }, true],
    [{ kind: 'inside', folder: '' }, true],
    [{ kind: 'prefix', prefix: 'x'.repeat(5000) }, true],
    [{ kind: 'prefix', prefix: 'x' }, false],
    [{ kind: 'anything' }, false],
  ] as [ArgumentScope, boolean][])('%j cannot be asked about: %s', (scope, wrong) => {
    expect(scopeProblem(scope) !== undefined).toBe(wrong)
  })

  it('picks the narrowest, or what was suggested, also where it is not offered', () => {
    const fixed: ArgumentScope = { kind: 'fixed', value: 1 }
    const any: ArgumentScope = { kind: 'anything' }
    const other: ArgumentScope = { kind: 'prefix', prefix: 'x' }
    expect(firstPick([fixed, any], undefined)?.pick).toEqual({ at: 0, scope: fixed })
    expect(firstPick([fixed, any], any)?.pick).toEqual({ at: 1, scope: any })
    expect(firstPick([fixed, any], other)).toEqual({ options: [other, fixed, any], pick: { at: 0, scope: other } })
    expect(firstPick([], undefined)).toBeUndefined()
  })
})

it.each([
  [{ matched: 0, unknown: 0, of: 0 }, 'No earlier call of this tool by this client is on record.'],
  [{ matched: 1, unknown: 0, of: 1 }, 'Would have matched the one call of this tool by this client that is on record.'],
  [
    { matched: 0, unknown: 0, of: 1 },
    'Would not have matched the one call of this tool by this client that is on record.',
  ],
])('the past of %j', (past, words) => {
  expect(pastWords(past)).toBe(words)
})

it('says nothing of answers there were none of', () => {
  expect(answeredWords({ approved: 0, refused: 0, expired: 0 })).toBeUndefined()
  expect(answeredWords({ approved: 2, refused: 0, expired: 1 })).toBe(
    'In the last 30 days: 2 approved, 1 not answered.',
  )
})

describe('confirmation', () => {
  it.each([
    ['click', 'elevated', undefined, 'none'],
    ['click', 'critical', undefined, 'typed'],
    ['click', 'critical', 'touch-id', 'typed'],
    ['type-name', 'low', undefined, 'typed'],
    ['os-auth', 'low', undefined, 'typed'],
    ['os-auth', 'critical', 'windows-hello', 'system'],
  ] as const)('%s on a %s card with %s is %s', (confirm, level, osAuth, kind) => {
    expect(confirmationOf({ ...cards.write, confirm, level }, osAuth).kind).toBe(kind)
  })
})

describe('a note', () => {
  const shown = { id: cards.write.id, binding: cards.write.binding, waiting: 2 }
  const changed = { outcome: 'changed', shown, problems: [] } as const
  it('tells more of the same from something else', () => {
    expect(noteWords(changed, { ...cards.write, waiting: 3 }, { kind: 'none' })).toContain(
      '3 identical calls wait now instead of 2',
    )
    expect(noteWords(changed, { ...cards.write, binding: 'x', waiting: 3 }, { kind: 'none' })).toContain(
      'changed while',
    )
  })
})

describe('contentOf', () => {
  const before = contentOf(cards.write)
  it.each([
    ['more identical calls', { waiting: 2 }, true],
    ['another binding', { binding: 'x' }, true],
    ['a mark', { marks: [{ at: '/path', kind: 'glob' as const }] }, true],
    ['a caller that went', { caller: { state: 'gone' as const } }, true],
    ['a caller with a ticket', { waiting: 0, caller: { state: 'released' as const } }, true],
    [
      'a caller away for a moment',
      { waiting: 0, caller: { state: 'released' as const, asksAgain: true as const } },
      false,
    ],
    ['a later end of the wait', { caller: { state: 'waiting' as const, until: now + 1 } }, false],
    ['another answer to a call like it', { before: [], answered: { approved: 99, refused: 0, expired: 0 } }, false],
  ])('%s', (_, part, differs) => {
    expect(contentOf({ ...cards.write, ...part }) !== before).toBe(differs)
  })
})

describe('a diff that stands for a text', () => {
  it('is one whose every hunk is in the text at its very lines', () => {
    expect([...coveredByDiff(diffCard.arguments, tidesDiff)]).toEqual([['/content', 'raw']])
  })
  it.each([
    ['another text', { content: tidesText.replace('2.4', '2.5') }],
    ['the same lines in another place', { content: `// one more\n${tidesText}` }],
    ['two texts that could be it', { content: tidesText, note: tidesText }],
    ['a text of one line, which is seen anyway', { content: 'short' }],
  ])('is not one beside %s', (_, args) => {
    expect([...coveredByDiff(args, tidesDiff)]).toEqual([])
  })
  it('is not one that is not known', () => {
    expect([...coveredByDiff(diffCard.arguments, undefined)]).toEqual([])
    expect([...coveredByDiff(diffCard.arguments, { state: 'unknown', problem: '' })]).toEqual([])
  })
})

describe('unseen', () => {
  const end = (id: string, seen: boolean, side?: 'diff' | 'raw') => ({ id, seen, side })
  it.each([
    [[end('a', false)], ['a'], 'one end'],
    [[end('a', true), end('d', true, 'diff'), end('r', false, 'raw')], [], 'the diff instead of the text'],
    [[end('d', false, 'diff'), end('r', true, 'raw')], [], 'the text instead of the diff'],
    [[end('d', false, 'diff'), end('r', false, 'raw')], ['d', 'r'], 'neither'],
    [[end('a', false), end('d', true, 'diff')], ['a'], 'what has no other side'],
    [[end('d', true, 'diff'), end('e', false, 'diff'), end('r', false, 'raw')], ['e', 'r'], 'half of each'],
  ])('%j leaves %j: %s', (ends, left) => {
    expect(unseen(ends).map(({ id }) => id)).toEqual(left)
  })
})

describe('pointers', () => {
  it.each([
    ['', 'a/b~c', '/a~1b~0c'],
    ['#beside', 'task', '#beside/task'],
    ['/list', 0, '/list/0'],
  ])('%j and %j make %j', (base, key, pointer) => {
    expect(pointerTo(base, key)).toBe(pointer)
  })
  it('are within by whole names', () => {
    expect(isWithin('/path/0', '/path')).toBe(true)
    expect(isWithin('/pathology', '/path')).toBe(false)
    expect(isWithin('/path', '')).toBe(true)
  })
  it('read as places', () => {
    expect(pointerWords('/edits/1/new~1Text')).toBe('edits → 2 → new/Text')
  })
})

describe('lineDiff', () => {
  const rows = (before: string, after: string) => diffRows(lineDiff(before, after)).map(({ sign, text }) => sign + text)
  it.each([
    ['', 'a\nb\n', ['+a', '+b']],
    ['a\nb\n', 'a\nc\n', [' a', '-b', '+c']],
    ['one', 'two', ['-one', '+two']],
    ['same', 'same', []],
  ])('%j to %j', (before, after, expected) => {
    expect(rows(before, after)).toEqual(expected)
  })
  it('says where only the last line break differs', () => {
    expect(rows('a', 'a\n')).toEqual(['-a', '\\ No newline at end of file', '+a'])
  })
  it('gives up the shortest way for two long texts, never the texts', () => {
    const [before, after] = [1, 2].map((seed) =>
      Array.from({ length: 3000 }, (_, i) => `${(i * 7919 * seed) % 4001}`).join('\n'),
    )
    const signs = rows(before ?? '', after ?? '')
    expect(signs.filter((row) => row.startsWith('-'))).toHaveLength(3000)
    expect(signs.filter((row) => row.startsWith('+'))).toHaveLength(3000)
  })
})

describe('planTree', () => {
  it('opens what is nearest to the top, within a fixed amount', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 90 }, (_, i) => [`k${i}`, Array.from({ length: 90 }, () => i)]),
    )
    const { open } = planTree(wide, '')
    expect(open.has('')).toBe(true)
    expect(open.has('/k0')).toBe(true)
    expect(open.has('/k80')).toBe(false)
    expect(open.size).toBeLessThan(10)
  })
  it('draws long texts whole until they are too many', () => {
    const { brief } = planTree(Object.fromEntries([0, 1, 2, 3, 4].map((i) => [i, 'x'.repeat(60_000)])), '')
    expect([...brief]).toEqual(['/3', '/4'])
  })
  it('holds a very deep value', () => {
    let deep: unknown = 1
    for (let i = 0; i < 5000; i += 1) deep = [deep]
    expect(planTree(deep, '').open.size).toBeLessThan(500)
  })
})

describe('the hint of a row', () => {
  it.each([
    [{ path: '/home/maya/shop/cart.ts', content: 'x' }, 'cart.ts', 'the end of a path'],
    [{ path: '~/a folder/my notes.md' }, 'my notes.md', 'also with blanks'],
    [{ owner: 'acme', branch: 'feature/basket' }, 'basket', 'what looks like a path before what does not'],
    [{ command: 'make > /tmp/out; echo done' }, 'make > /tmp/out; echo done', 'a command is no path'],
    [{ url: 'https://shop.example/path?q=1' }, 'shop.example/path?q=1', 'the host says most'],
    [{ count: 3 }, '', 'nothing to name'],
  ] as [Record<string, unknown>, string, string][])('%j is %s: %s', (args, hint) => {
    expect(hintFor({ ...cards.write, arguments: args })).toBe(hint)
  })
})

it.each([
  ['allowed-by-grant', 'allowed, as remembered'],
  ['expired', 'not answered'],
  ['approved', 'approved'],
])('%s before is: %s', (outcome, words) => {
  expect(beforeWord(outcome)).toBe(words)
})

it.each([
  ['main', 'main', 'one line as it is'],
  ['A\n', '"A\\n"', 'a line break is no mark, and starts no line of its own'],
  ['a "b"\t\\', '"a \\"b\\"\\t\\\\"', 'what the quotes make ambiguous is escaped'],
  ['a\n\u202eb', '"a\\n\u202eb"', 'what hides is left for its mark'],
])('%j in a sentence is %s: %s', (value, words) => {
  expect(inLine(value)).toBe(words)
})

it.each([
  ['low', ['session', 'hour', 'day', 'always']],
  ['elevated', ['session', 'hour', 'day', 'always']],
  ['critical', ['session', 'always']],
] as const)('a %s call can be remembered for: %j', (level, possible) => {
  expect(lifetimesFor(level).flatMap((choice) => (choice.possible ? [choice.value] : []))).toEqual(possible)
})

describe('what approving a group does', () => {
  const waits = { action: 'tools/call', caller: { state: 'waiting', until: now } } as const
  const gone = { action: 'tools/call', caller: { state: 'gone' } } as const
  it.each([
    [[waits, waits], 'Approving runs exactly the ticked calls, once each.'],
    [[gone, gone], 'Approving allows for each ticked call the next identical call, once.'],
    [
      [waits, gone],
      'Approving runs exactly the ticked calls, once each; for the 1 whose client does not wait any more, the next identical call, once.',
    ],
  ])('%#', (some, words) => {
    expect(groupEffectOf(some, 'call')).toBe(words)
  })
})

it.each([
  ['refused', /did not run/],
  ['cancelled', /client took this call back.*did not run/],
  ['rejudged', /^(?!.*did not run).*policy changed.*Activity/],
] as const)('a card that closed as %s never says more than is known', (outcome, words) => {
  expect(closedWords(cards.write, outcome)).toMatch(words)
})
