// What counts in the class of a call: the catalogue before the name, arguments and annotations above both, never below.
import { describe, expect, test } from 'vitest'
import type { ToolAnnotations } from '../../../core/risk/annotations.ts'
import { identifyServer } from '../../../core/risk/catalogue.ts'
import { classifyTool } from '../../../core/risk/classify.ts'
import { type RiskClass, riskClasses } from '../../../core/schema/risk-class.ts'

describe('annotations raise, never lower', () => {
  test.each<[string, ToolAnnotations, RiskClass, string]>([
    ['get_x', {}, 'read', 'nothing said'],
    ['get_x', { readOnlyHint: true }, 'read', 'agreed'],
    ['get_x', { destructiveHint: true }, 'destructive', 'worse than its name'],
    ['get_x', { destructiveHint: true, readOnlyHint: true }, 'destructive', 'a contradiction within'],
    ['get_x', { readOnlyHint: false }, 'write', 'worse than its name'],
    ['get_x', { readOnlyHint: false, destructiveHint: false }, 'write', 'changes, without destroying'],
    ['get_x', { openWorldHint: true }, 'read', 'the world outside is no harm'],
    ['get_x', { idempotentHint: false }, 'read', 'nor is doing it twice'],
    ['frobnicate', { readOnlyHint: true }, 'unknown', 'a claim does not make it known'],
    ['frobnicate', { readOnlyHint: false }, 'write', 'this much is known'],
    ['delete_x', { readOnlyHint: true }, 'destructive', 'a claim against its name'],
    ['delete_x', { destructiveHint: false }, 'destructive', 'a claim against its name'],
    ['run_shell', { destructiveHint: true }, 'execute', 'its name is worse'],
    ['get_secret', { readOnlyHint: true }, 'credentials', 'reading can be grave'],
  ])('%s %j is %s (%s)', (tool, annotations, riskClass) => {
    expect(classifyTool(tool, undefined, { annotations }).class).toBe(riskClass)
  })

  test('whatever a server says, no class is milder than without it', () => {
    const values = [true, false, undefined]
    for (const tool of ['get_x', 'add_x', 'delete_x', 'run_shell', 'frobnicate', 'pay', 'get_secret', 'fetch']) {
      const without = riskClasses.indexOf(classifyTool(tool).class)
      for (const readOnlyHint of values) {
        for (const destructiveHint of values) {
          for (const openWorldHint of values) {
            const annotations = { readOnlyHint, destructiveHint, openWorldHint }
            expect(riskClasses.indexOf(classifyTool(tool, {}, { annotations }).class)).toBeGreaterThanOrEqual(without)
          }
        }
      }
    }
  })

  test('a claim against the evidence is itself evidence', () => {
    expect(classifyTool('delete_x', undefined, { annotations: { readOnlyHint: true } }).evidence).toEqual([
      'Its name says “delete” (destructive)',
      'Its server claims that it only reads, which speaks against what else is known',
    ])
    expect(classifyTool('get_x', undefined, { annotations: { destructiveHint: true } }).evidence).toEqual([
      'Its server marks it as destructive',
    ])
  })
})

const called = (command: string, tool: string, args = {}, annotations: ToolAnnotations = {}) =>
  classifyTool(tool, args, { catalogued: identifyServer(command.split(' '))?.tools[tool], annotations })

describe('the catalogue speaks before the name', () => {
  test.each<[string, string, Record<string, unknown>, ToolAnnotations, RiskClass, string]>([
    [
      'npx @modelcontextprotocol/server-filesystem',
      'write_file',
      { path: 'a' },
      { destructiveHint: true },
      'write',
      'what its server says of writing does not count',
    ],
    ['npx @modelcontextprotocol/server-filesystem', 'move_file', {}, {}, 'destructive', 'as listed'],
    [
      'npx @modelcontextprotocol/server-filesystem',
      'read_file',
      { path: '~/.ssh/id_rsa' },
      {},
      'credentials',
      'arguments raise',
    ],
    [
      'npx @evil/server-filesystem',
      'write_file',
      { path: 'a' },
      { destructiveHint: true },
      'destructive',
      'not the listed server',
    ],
    [
      'npx @notionhq/notion-mcp-server',
      'API-post-search',
      {},
      { destructiveHint: true },
      'read',
      'every POST is marked',
    ],
    ['npx evil', 'API-post-search', {}, { destructiveHint: true }, 'destructive', 'not the listed server'],
    ['npx @modelcontextprotocol/server-redis', 'list', {}, {}, 'read', 'as listed'],
    ['npx @modelcontextprotocol/server-google-maps', 'maps_geocode', {}, {}, 'read', 'its name says nothing'],
    [
      'npx @modelcontextprotocol/server-google-maps',
      'maps_delete',
      {},
      {},
      'destructive',
      'not listed, so its name counts',
    ],
    [
      'npx @modelcontextprotocol/server-google-maps',
      'maps_geocode',
      {},
      { destructiveHint: true },
      'destructive',
      'newly said to destroy',
    ],
    ['npx @sentry/mcp-server', 'execute_sentry_tool', {}, {}, 'execute', 'as listed'],
    [
      'npx @playwright/mcp',
      'browser_hover',
      {},
      { destructiveHint: true, readOnlyHint: false },
      'write',
      'everything is marked',
    ],
    ['npx @playwright/mcp', 'browser_snapshot', {}, { readOnlyHint: true }, 'read', 'as listed'],
    [
      'npx @playwright/mcp',
      'browser_snapshot',
      { filename: 'a' },
      { readOnlyHint: true },
      'write',
      'an argument makes more of it',
    ],
    ['npx @playwright/mcp', 'browser_snapshot', { filename: null }, {}, 'read', 'the argument is not given'],
    [
      'npx mongodb-mcp-server',
      'aggregate',
      { pipeline: [{ $match: {} }] },
      { readOnlyHint: true },
      'read',
      'no stage writes',
    ],
    [
      'npx mongodb-mcp-server',
      'aggregate',
      { pipeline: [{ $out: 'x' }] },
      { readOnlyHint: true },
      'destructive',
      'a stage writes',
    ],
    ['npx mcp-server-kubernetes', 'kubectl_get', { resourceType: 'pods' }, { readOnlyHint: true }, 'read', 'as listed'],
    [
      'npx mcp-server-kubernetes',
      'kubectl_get',
      { resourceType: 'secrets' },
      { readOnlyHint: true },
      'credentials',
      'what it asks for',
    ],
    ['uvx mcp-server-sqlite', 'read_query', { query: 'SELECT 1' }, {}, 'read', 'as listed'],
    [
      'uvx mcp-server-sqlite',
      'read_query',
      { query: 'WITH x AS (SELECT 1) DELETE FROM t' },
      {},
      'destructive',
      'its SQL',
    ],
    [
      'npx @modelcontextprotocol/server-everything',
      'get-env',
      {},
      { readOnlyHint: true },
      'credentials',
      'harmless only by name',
    ],
  ])('%s: %s %j %j is %s (%s)', (command, tool, args, annotations, riskClass) => {
    const found = called(command, tool, args, annotations)
    expect(found.class, found.evidence.join('; ')).toBe(riskClass)
  })

  test('its evidence names the package and what the tool does', () => {
    expect(called('npx @modelcontextprotocol/server-filesystem', 'write_file').evidence).toEqual([
      'Listed for @modelcontextprotocol/server-filesystem: creates a file, or overwrites the one that is there',
    ])
    expect(called('docker run ghcr.io/github/github-mcp-server', 'list_issues').evidence).toEqual([
      'Listed for ghcr.io/github/github-mcp-server: only reads',
    ])
    expect(called('uvx mcp-server-git', 'git_add').evidence).toEqual(['Listed for mcp-server-git: changes things'])
    expect(called('npx @playwright/mcp', 'browser_snapshot', { filename: 'a' }).evidence).toEqual([
      'Listed for @playwright/mcp: with “filename” it changes things',
    ])
    // Some servers match keys without regard to case.
    expect(called('npx @playwright/mcp', 'browser_snapshot', { fileName: 'a' }).class).toBe('write')
    expect(classifyTool('x', {}, { catalogued: { class: 'read' } }).evidence).toEqual([
      'Listed in the catalogue: only reads',
    ])
  })

  test('evidence holds nothing of what a server or a caller makes up', () => {
    const found = called('npx @playwright/mcp', 'browser_snapshot', {
      filename: '<b>',
      '<i>': 'https://<u>',
      url: 'https://<u>',
    })
    expect(found.evidence.join()).not.toMatch(/</)
  })
})
