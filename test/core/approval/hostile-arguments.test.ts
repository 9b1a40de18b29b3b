// Whatever a call hides is marked, raises the care that its card asks for, and never gets among our own words.
import { describe, expect, it } from 'vitest'
import { deceptiveIn } from '../../../core/approval/deceptive.ts'
import { argumentMarks } from '../../../core/approval/marks.ts'
import { riskLevel } from '../../../core/approval/risk-level.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import { cardSentence } from '../../../core/risk/card-sentence.ts'
import packed from '../../../core/risk/catalogue-sentences.json' with { type: 'json' }
import { sentenceOf } from '../../../core/risk/sentence.ts'
import { parseTemplate } from '../../../core/risk/sentence-template.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import type { Action } from '../../../core/schema/policy-words.ts'
import type { Sentence } from '../../../core/wire/ui-contract.ts'
import { hostileCalls } from '../../fixtures/hostile-texts.ts'

const project = '/home/dev/project'
const ports = {
  paths: lexicalPaths(),
  project,
  own: ['/home/dev/.local/share/countersign'],
  seenHosts: () => new Set<string>(['github.com']),
}
const honest = {
  who: { client: 'cursor', folder: project },
  where: { server: 'notes', command: ['node', 'server.js'] },
}
const ours = (sentence: Sentence | undefined): string =>
  (sentence ?? []).map((part) => ('text' in part ? part.text : '')).join('|')

const asking: readonly { action: Action; tool?: string; args(text: string): JsonObject }[] = [
  { action: 'tools/call', tool: 'read_file', args: (path) => ({ path }) },
  { action: 'tools/call', tool: 'move_file', args: (text) => ({ source: text, destination: text }) },
  { action: 'tools/call', tool: 'search_files', args: (text) => ({ path: text, pattern: text }) },
  { action: 'resources/read', args: (uri) => ({ uri }) },
  { action: 'prompts/get', args: (name) => ({ name }) },
  { action: 'sampling/createMessage', args: (text) => ({ systemPrompt: text }) },
  { action: 'elicitation/create', args: (message) => ({ message }) },
]

describe.each(hostileCalls)('$name', ({ tool, arguments: args, marks, deceives, payload }) => {
  it('is marked where it stands', () => {
    const found = argumentMarks({ arguments: args as JsonObject }, ports).map(({ kind, at }) => `${kind} ${at}`)
    for (const [kind, at] of marks) expect(found).toContain(`${kind} ${at}`)
  })

  it('is marked in what stands beside the arguments, too', () => {
    const found = argumentMarks({ arguments: {}, beside: args as JsonObject }, ports).map(
      ({ kind, at }) => `${kind} ${at}`,
    )
    for (const [kind, at] of marks) expect(found).toContain(`${kind} #beside${at}`)
  })

  it(deceives ? 'raises the level' : 'is only text', () => {
    const deceptive = deceptiveIn({ action: 'tools/call', tool, arguments: args, ...honest })
    expect(deceptive > 0).toBe(deceives)
    expect(riskLevel('read', deceptive)).toBe(deceives ? 'elevated' : 'low')
    expect(riskLevel('write', deceptive)).toBe(deceives ? 'critical' : 'elevated')
  })

  it('changes nothing of our words, whoever asks', () => {
    for (const { action, tool, args } of asking) {
      const sentence = (text: string) =>
        ours(
          cardSentence({
            action,
            tool: tool ?? text,
            arguments: args(text),
            client: text,
            server: text,
            command: ['npx', '-y', '@modelcontextprotocol/server-filesystem', text],
            folder: project,
          }),
        )
      expect(sentence(payload)).toBe(sentence('harmless'))
      expect(sentence(payload)).not.toBe('')
    }
  })
})

const templates = Object.values<Readonly<Record<string, string>>>(packed).flatMap((tools) => Object.values(tools))

it.each(hostileCalls)('no template of the catalogue takes $name among its words', ({ payload }) => {
  for (const says of templates) {
    const names = (parseTemplate(says) ?? []).flatMap(({ pieces }) =>
      pieces.flatMap((piece) => ('name' in piece ? piece.name : [])),
    )
    const all = Object.fromEntries(names.map((name) => [name, payload]))
    const lists = Object.fromEntries(names.map((name) => [name, [payload, payload]]))
    for (const args of [all, lists]) expect(ours(sentenceOf(says, args))).not.toContain(payload)
  }
})
