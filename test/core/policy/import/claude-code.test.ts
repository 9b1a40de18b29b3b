// Claude Code's permission lists as one of our policies: what each entry becomes, and what is said about the rest.
//
// Where this comes from: code.claude.com/docs/en/permissions and permission-modes (deny before ask before allow, whatever
// is more specific; `mcp__server`, `mcp__server__*`, `mcp__server__tool`; in `allow` a `*` only after `mcp__server__`; MCP
// rules with parentheses are skipped; what each defaultMode does with the rest). Names: every character that is no letter,
// digit, `-` or `_` becomes `_`, and a name is split at the first `__` after `mcp__`.
import { describe, expect, it, test } from 'vitest'
import { evaluate } from '../../../../core/policy/evaluate.ts'
import { importPolicy } from '../../../../core/policy/import/import-policy.ts'
import { parsePolicyText } from '../../../../core/policy/parse.ts'
import type { RiskClass } from '../../../../core/schema/risk-class.ts'
import { call, compiled, noPaths } from '../helpers.ts'

type Lists = { allow?: string[]; ask?: string[]; deny?: string[]; defaultMode?: string }

function imported(settings: object, server?: string) {
  const source = JSON.stringify(settings, null, 2)
  const result = importPolicy(source, { file: 'settings.json', ...(server === undefined ? {} : { server }) })
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result
}

const warningsOf = (settings: object) =>
  imported(settings).warnings.map(({ line, column, message }) => `${line}:${column} ${message}`)

/** `server/tool` of a call, with its client after a space if it is another than Claude Code. */
function decides(lists: Lists, called: string, risk: RiskClass = 'write'): string {
  const { text } = imported({ permissions: lists })
  const [where = '', client = 'claude-code'] = called.split(' as ')
  const slash = where.indexOf('/')
  const request = call({}, { server: where.slice(0, slash), tool: where.slice(slash + 1), client, risk })
  const { kind, source } = evaluate(compiled({ 'c.yaml': text }), request, noPaths)
  return source === 'default' ? `default ${kind}` : kind
}

describe('what an entry is about', () => {
  const cases: [lists: Lists, called: string, decision: string, why: string][] = [
    [{ allow: ['mcp__github__get_issue'] }, 'github/get_issue', 'allow', 'one tool'],
    [{ allow: ['mcp__github__get_issue'] }, 'github/get_issues', 'default hold', 'not another'],
    [{ allow: ['mcp__github__get_issue'] }, 'gitlab/get_issue', 'default hold', 'not of another server'],
    [
      { allow: ['mcp__github__get_issue'] },
      'github/get_issue as cursor',
      'default hold',
      'Claude Code was allowed, not Cursor',
    ],
    [{ deny: ['mcp__github__get_issue'] }, 'github/get_issue as cursor', 'deny', 'what is denied is so for all'],
    [{ ask: ['mcp__github__get_issue'] }, 'github/get_issue as cursor', 'hold', 'what asks does so for all'],
    [{ allow: ['mcp__github'] }, 'github/anything', 'allow', 'all tools of the server'],
    [{ allow: ['mcp__github__*'] }, 'github/anything', 'allow', 'the same, as a wildcard'],
    [{ allow: ['mcp__github__get_*'] }, 'github/get_issue', 'allow', 'a wildcard in the tool'],
    [{ allow: ['mcp__github__get_*'] }, 'github/set_issue', 'default hold', 'which this is not'],
    [{ allow: ['mcp__git', 'mcp__github__*'] }, 'git/x', 'allow', 'a server whose name begins another'],
    [{ deny: ['mcp__github__delete_*'] }, 'github/delete_repo', 'deny', 'a wildcard'],
    [{ deny: ['mcp__*'] }, 'any/thing', 'deny', 'all MCP tools'],
    [{ deny: ['*'] }, 'any/thing', 'deny', 'all tools are also all MCP tools'],
    [{ deny: ['m*'] }, 'any/thing', 'deny', 'a pattern that MCP tools fit'],
    [{ ask: ['mcp__git*'] }, 'github/x', 'hold', 'a wildcard in the server'],
    [{ ask: ['mcp__git*__push'] }, 'github/push', 'hold', 'a wildcard in the server, then a tool'],
    [{ ask: ['mcp__git*__push'] }, 'git/x__push', 'hold', 'the star may reach over the separator'],
    [{ deny: ['mcp__my_server__do_it'] }, 'my server/do.it', 'deny', 'Claude Code writes other characters as _'],
    [{ deny: ['mcp__my_server'] }, 'my:server/x', 'deny', 'also in the server'],
    [{ allow: ['mcp__my_server__do_it'] }, 'my server/do_it', 'default hold', 'allowing takes names as written'],
    [{ allow: ['mcp__my_server__do_it'] }, 'my_server/do_it', 'allow', 'as written'],
    [{ deny: ['mcp__my____do'] }, 'my😀/do', 'deny', 'a character outside the first plane is two to Claude Code'],
    [{ deny: ['mcp__a__b__c'] }, 'a/b__c', 'deny', 'either name can hold __'],
    [{ deny: ['mcp__a__b__c'] }, 'a__b/c', 'deny', 'either name can hold __'],
    [{ deny: ['mcp__a__b__c'] }, 'a/c', 'default hold', 'but no more than that'],
    [{ deny: ['mcp__github__push(branch:main)'] }, 'github/push', 'deny', 'parentheses: the whole tool'],
    [{ deny: ['mcp__x'], allow: ['mcp__x__y'] }, 'x/y', 'deny', 'deny beats allow, however specific'],
    [{ ask: ['mcp__x'], allow: ['mcp__x__y'] }, 'x/y', 'hold', 'ask beats allow'],
    [{ ask: ['mcp__x'], deny: ['mcp__x__y'] }, 'x/y', 'deny', 'deny beats ask'],
  ]
  test.each(cases)('%j: %s: %s, %s', (lists, called, decision) => {
    expect(decides(lists, called)).toBe(decision)
  })
})

describe('what is left out of allow', () => {
  const cases: [entry: string, why: RegExp][] = [
    ['mcp__*', /Claude Code allows MCP tools only by/],
    ['mcp__git*__push', /Claude Code allows MCP tools only by/],
    ['*', /Claude Code allows MCP tools only by/],
    ['mcp__', /Claude Code allows MCP tools only by/],
    ['mcp____x', /Claude Code allows MCP tools only by/],
    ['mcp__github__push(branch:main)', /skips MCP rules with parentheses/],
    ['mcp__my server__x', /no MCP tool can have this name/],
    ['Bash(git:*)', /not about an MCP tool/],
    ['Read(./x)', /not about an MCP tool/],
    ['WebFetch(domain:example.com)', /not about an MCP tool/],
  ]
  test.each(cases)('%s', (entry, why) => {
    const { text, warnings } = imported({ permissions: { allow: ['mcp__ok__ok', entry] } })
    const [warning] = warnings
    expect([warning?.line, warning?.message]).toEqual([5, expect.stringMatching(why)])
    expect(text).toContain(`# allow: ${JSON.stringify(entry)} (line 5)`)
    expect(decides({ allow: ['mcp__ok__ok', entry] }, 'github/push')).toBe('default hold')
  })
})

describe('defaultMode', () => {
  it.each(['default', 'acceptEdits', 'plan', 'auto', 'somethingNew'])(
    'of %s: what nothing names is asked about, even what only reads, as Claude Code would',
    (defaultMode) => {
      expect(decides({ allow: ['mcp__a__b'], defaultMode }, 'x/y', 'read')).toBe('default hold')
      expect(decides({ allow: ['mcp__a__b'], defaultMode }, 'a/b', 'money')).toBe('allow')
      expect(warningsOf({ permissions: { allow: ['mcp__a__b'], defaultMode } })).toEqual([])
    },
  )

  it('of bypassPermissions leaves what nothing names to the risk classes, which is stricter, and says so', () => {
    const permissions = { allow: ['mcp__a__b'], defaultMode: 'bypassPermissions' }
    expect(decides(permissions, 'x/y', 'read')).toBe('default allow')
    expect(decides(permissions, 'x/y', 'write')).toBe('default hold')
    expect(warningsOf({ permissions })).toEqual([
      '1:1 Claude Code (defaultMode "bypassPermissions") allows MCP tools that no rule names. Here they get the default of their risk class',
    ])
  })

  it('of dontAsk denies what nothing allows', () => {
    const lists = { allow: ['mcp__a__b'], ask: ['mcp__a__c'], defaultMode: 'dontAsk' }
    expect(decides(lists, 'a/b', 'read')).toBe('allow')
    expect(decides(lists, 'a/c', 'read')).toBe('deny')
    expect(decides(lists, 'x/y', 'read')).toBe('default deny')
    expect(decides(lists, 'a/b as cursor', 'read')).toBe('default deny')
  })
})

it('reads a bare permissions object, and narrows to a server where one is named', () => {
  const { text } = imported({ deny: ['mcp__*', 'mcp__a__b'] }, 'github')
  const { entry } = parsePolicyText(text, 'x.yaml')
  expect(entry.status === 'ok' && [entry.policy.servers, entry.policy.rules.map(({ servers }) => servers)]).toEqual([
    ['github'],
    [undefined, ['a']],
  ])
})

it('denies servers that the settings switch off, and warns of what stays with Claude Code', () => {
  const settings = {
    permissions: { additionalDirectories: ['/x'], other: 1 },
    disabledMcpjsonServers: ['bad one'],
    deniedMcpServers: [{ serverName: 'worse' }, { serverUrl: 'https://x.example/*' }],
    enabledMcpjsonServers: ['a'],
    hooks: {},
    model: 'opus',
    env: { TOKEN: 'made-up-secret-value' },
  }
  const { text, warnings } = imported(settings)
  expect(warnings.map(({ message }) => message)).toEqual([
    '`deniedMcpServers`: only servers denied by name can be taken over; Claude Code still refuses this one',
    '`enabledMcpjsonServers`: Which servers of a project Claude Code starts stays with Claude Code',
    '`hooks`: Hooks can refuse or change calls; they stay with Claude Code',
    "`additionalDirectories` is about Claude Code's own file tools and is not imported",
    '`other` of the permissions is not imported',
  ])
  expect(text).toContain('# Not about permissions, and not imported: model, env.')
  expect(text).not.toContain('made-up-secret')
  for (const server of ['bad one', 'worse']) {
    expect(evaluate(compiled({ 'c.yaml': text }), call({}, { server }), noPaths).kind).toBe('deny')
  }
})

describe('what is refused as a whole', () => {
  const cases: [about: string, source: string, refusal: RegExp][] = [
    ['nothing about MCP', '{"permissions":{"allow":["Bash(git:*)"]}}', /^1:1 Nothing in this file is about MCP tools/],
    ['settings without permissions', '{"model":"opus"}', /neither an Intercept policy/],
    ['a list that is none', '{"permissions":{"allow":"mcp__a"}}', /`allow` must be a list/],
    ['entries that are no texts', '{"permissions":{"deny":[1]}}', /`deny` lists texts, found 1/],
    ['a mode that is no text', '{"permissions":{"deny":["mcp__a"],"defaultMode":1}}', /`defaultMode` must be a text/],
    ['duplicate keys', '{"permissions":{"deny":["mcp__a"],"deny":[]}}', /Duplicate key `deny`/],
    ['a strange key of a bare object', '{"deny":["mcp__a"],"hooks":{}}', /`hooks` is no part of a permissions object/],
    ['a name without end', `{"deny":["mcp__${'a'.repeat(2000)}"]}`, /longer than 1000 characters/],
    ['no JSON', '{"permissions":', /./],
  ]
  test.each(cases)('%s', (_, source, refusal) => {
    const result = importPolicy(source, { file: 'settings.json' })
    expect(
      result.ok
        ? 'imported'
        : result.errors[0] && `${result.errors[0].line}:${result.errors[0].column} ${result.errors[0].message}`,
    ).toMatch(refusal)
  })
})

it('reads JSON as editors write it: tabs, a byte order mark, CRLF', () => {
  const source = `\ufeff${JSON.stringify({ permissions: { deny: ['mcp__a__b'] } }, null, '\t').replaceAll('\n', '\r\n')}\r\n`
  const result = importPolicy(source, { file: 'settings.json' })
  expect(result.ok && result.text).toContain('# Claude Code: deny: "mcp__a__b" (line 4)')
})
