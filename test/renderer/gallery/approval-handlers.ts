// The gallery's answers about held calls: plain ones that settle what they are asked to settle, in the shapes of the
// contract.
import type { ArgumentScope, ArgumentScopes } from '../../../core/schema/grant.ts'
import type { ApprovalCard, Sentence, UiEvent, UiMethod, UiParams, UiResult } from '../../../core/wire/ui-contract.ts'
import type { GalleryState } from './host.ts'

export type ApprovalWorld = {
  readonly state: GalleryState
  emit(event: UiEvent): void
  close(id: string, outcome: 'approved' | 'refused'): void
}

type Methods = Extract<UiMethod, `approvals.${string}`> | 'sessions.refuse' | 'remembered.undo'
type Handlers = { [M in Methods]: (params: UiParams<M>) => UiResult<M> }

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

function optionsOf(value: unknown): ArgumentScope[] {
  const fixed: ArgumentScope = { kind: 'fixed', value: value as never }
  if (typeof value !== 'string' || !value.startsWith('/')) return [fixed, { kind: 'anything' }]
  const folder = folderOf(value)
  if (folderOf(folder) === '') return [fixed, { kind: 'anything' }]
  return [
    fixed,
    { kind: 'inside', folder },
    { kind: 'inside', folder: folderOf(folder) },
    { kind: 'prefix', prefix: `${folder}/` },
    { kind: 'anything' },
  ]
}

function wordsOf(scopes: ArgumentScopes): Sentence[] {
  return Object.entries(scopes).map(([name, scope]) => {
    if (scope.kind === 'anything') return [{ value: name }, { text: ': anything' }]
    if (scope.kind === 'inside') return [{ value: name }, { text: ' inside ' }, { value: scope.folder }]
    if (scope.kind === 'prefix') return [{ value: name }, { text: ' begins with ' }, { value: scope.prefix }]
    const value = scope.kind === 'fixed' ? scope.value : scope.values
    return [{ value: name }, { text: ' is exactly ' }, { value: JSON.stringify(value).slice(0, 200) }]
  })
}

const rulesBefore = `version: 1
name: Remembered answers
servers: ["*"]
rules:
  - id: remembered-1
    effect: allow
    servers: [filesystem]
    tools: [read_text_file]
`

function ruleText(card: ApprovalCard | undefined, effect: string, scopes: ArgumentScopes): string {
  const when = Object.entries(scopes).map(([name, scope]) => {
    const key = /^[a-z]+$/.test(name) ? name : JSON.stringify(name)
    if (scope.kind === 'inside') return `      ${key}: { inside: ${scope.folder} }`
    if (scope.kind === 'prefix') return `      ${key}: { startsWith: ${scope.prefix} }`
    if (scope.kind === 'anything') return `      ${key}: { exists: any }`
    return `      ${key}: { equals: ${JSON.stringify(scope.kind === 'fixed' ? scope.value : scope.values)} }`
  })
  return `  - id: remembered-2\n    effect: ${effect}\n    servers: [${card?.where.server ?? ''}]\n    clients: [${card?.who.client ?? ''}]\n    tools: [${card?.tool ?? ''}]\n    when:\n${when.join('\n')}\n`
}

const lifetimeWords = {
  session: 'Until this client session ends, and for 8 hours at most.',
  hour: 'For one hour, until 15:00.',
  day: 'Until 14:00 tomorrow; earlier when it is not used for 4 hours.',
  always: 'Until somebody takes the rule out of the policy.',
}

export function approvalHandlers({ state, emit, close }: ApprovalWorld): Handlers {
  const find = (id: string): ApprovalCard | undefined => state.approvals.find((card) => card.id === id)
  const ran = (id: string): 'ran' | 'granted' => (find(id)?.caller.state === 'waiting' ? 'ran' : 'granted')
  return {
    'approvals.approve': ({ id, remember }) => {
      const outcome = ran(id)
      close(id, 'approved')
      return remember === undefined ? { outcome } : { outcome, undo: `undo ${id}` }
    },
    'approvals.refuse': ({ id, block }) => {
      close(id, 'refused')
      return block === undefined ? { outcome: 'refused' } : { outcome: 'refused', undo: `undo ${id}` }
    },
    'approvals.answer-group': ({ answer, cards }) => ({
      cards: cards.map(({ id }) => {
        const outcome = answer === 'refuse' ? 'refused' : ran(id)
        close(id, answer === 'refuse' ? 'refused' : 'approved')
        return { id, outcome }
      }),
    }),
    'approvals.scopes': ({ id }) => ({
      arguments: Object.entries(find(id)?.arguments ?? {}).map(([name, value]) => ({
        name,
        options: optionsOf(value),
      })),
    }),
    'approvals.preview': ({ id, choice }) => {
      const block = choice.kind === 'block'
      const rule = block || choice.lifetime === 'always'
      const after = `${rulesBefore}${ruleText(find(id), block ? 'deny' : 'allow', choice.scopes)}`
      return {
        preview: `preview of ${JSON.stringify(choice)}`,
        problems: [],
        words: [
          [{ value: find(id)?.tool ?? '' }, { text: ' of ' }, { value: find(id)?.where.server ?? '' }],
          ...wordsOf(choice.scopes),
        ],
        ...(choice.kind === 'remember' ? { lifetimeWords: lifetimeWords[choice.lifetime] } : {}),
        files: rule ? [{ file: 'remembered.yaml', before: rulesBefore, after }] : [],
        past: { matched: 12, unknown: 3, of: 40, since: state.status.startedAt },
      }
    },
    'approvals.check-edit': () => ({ problems: [] }),
    'approvals.file-diff': () => ({ state: 'unknown', problem: 'The file is longer than 2 MB.' }),
    'sessions.refuse': ({ session }) => {
      const cards = state.approvals.filter(({ who }) => who.session === session)
      for (const { id } of cards) close(id, 'refused')
      const refused = { since: state.status.startedAt, by: 'mara' }
      const sessions = state.status.sessions.map((one) => (one.session === session ? { ...one, refused } : one))
      state.status = { ...state.status, sessions }
      emit({ type: 'status.changed', status: state.status })
      return { outcome: 'refused', cards: cards.length }
    },
    'remembered.undo': () => ({ outcome: 'undone' }),
  }
}
