// The catalogue against what the servers themselves list (test/core/risk/listed, written by scripts/list-tools.mjs), and
// against what the programs carry.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { catalogueIds, identifyServer, serverById } from '../../../core/risk/catalogue.ts'
import { classifyTool } from '../../../core/risk/classify.ts'
import { riskClasses } from '../../../core/schema/risk-class.ts'

const hint = z.boolean().optional()
const listedServer = z.strictObject({
  package: z.string(),
  version: z.string(),
  tools: z.array(
    z.strictObject({
      name: z.string(),
      annotations: z
        .strictObject({ readOnlyHint: hint, destructiveHint: hint, idempotentHint: hint, openWorldHint: hint })
        .optional(),
      arguments: z.array(z.string()),
    }),
  ),
})

const folder = path.join(import.meta.dirname, 'listed')
const listed = readdirSync(folder).map((file) => {
  const id = file.replace('.json', '')
  const server = serverById(id)
  if (!server) throw new Error(`${id} is listed but not in the catalogue`)
  return { id, server, list: listedServer.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))) }
})

const riskClass = z.enum(riskClasses)
const writtenTool = z.strictObject({
  class: riskClass,
  why: z.string().optional(),
  'ignore-annotations': z.literal(true).optional(),
  raises: z.record(z.string(), riskClass).optional(),
  arguments: z.array(z.string()).optional(),
})
const names = z.array(z.string()).default([])
const writtenServer = z.strictObject({
  id: z.string(),
  name: z.string(),
  checked: z.string(),
  start: z.strictObject({ args: names, env: z.record(z.string(), z.string()).optional() }).optional(),
  aliases: names,
  npm: names,
  pypi: names,
  images: names,
  programs: names,
  hosts: names,
  tools: z.record(z.string(), z.union([writtenTool, riskClass.transform((only) => ({ class: only }))])),
})
const written = new Map(
  readdirSync('policies/catalogue')
    .sort()
    .map((file) => {
      const server = writtenServer.parse(parse(readFileSync(path.join('policies/catalogue', file), 'utf8')))
      return [server.id, server]
    }),
)

test('at least 30 servers, most of them checked against what they list', () => {
  const tools = catalogueIds().flatMap((id) => Object.keys(serverById(id)?.tools ?? {}))
  console.log(`catalogue: ${catalogueIds().length} servers, ${tools.length} tools, ${listed.length} servers as listed`)
  expect(catalogueIds().length).toBeGreaterThanOrEqual(30)
  expect(listed.length).toBeGreaterThanOrEqual(30)
})

test('what the programs carry is what the files say', () => {
  expect(catalogueIds()).toEqual([...written.keys()])
  for (const [id, file] of written) {
    const server = serverById(id)
    expect(server?.name).toBe(file.name)
    const { aliases, images, programs, hosts } = file
    expect(server).toMatchObject({ aliases, images, programs, hosts })
    expect(server?.packages).toEqual([...file.npm, ...file.pypi.map((name) => `pypi:${name}`)])
    expect(Object.keys(server?.tools ?? {})).toEqual(Object.keys(file.tools).sort())
    for (const [name, tool] of Object.entries(server?.tools ?? {})) {
      expect({
        class: tool.class,
        why: tool.why,
        'ignore-annotations': tool.ignoreAnnotations,
        arguments: tool.arguments,
        raises: tool.raises && Object.fromEntries(tool.raises),
      }).toEqual(file.tools[name])
    }
  }
})

test('the packed catalogue is not stale, and stays small', () => {
  const { stderr } = spawnSync(process.execPath, ['scripts/generate.mjs', '--check'], { encoding: 'utf8' })
  expect(stderr).not.toContain('core/risk/catalogue.json')
  expect(readFileSync('core/risk/catalogue.json').length).toBeLessThan(41_000)
})

describe.each(listed)('$id', ({ server, list, id }) => {
  test('has exactly the tools and arguments that the package lists', () => {
    expect(written.get(id)?.checked).toBe(`listed from ${list.package}@${list.version}`)
    expect(server.packages).toContain(list.package)
    expect(identifyServer(['npx', '-y', list.package])).toBe(server)
    expect(Object.keys(server.tools)).toEqual(list.tools.map(({ name }) => name).sort())
    for (const tool of list.tools)
      expect([tool.name, server.tools[tool.name]?.arguments ?? []]).toEqual([tool.name, tool.arguments])
  })

  test('is right about what the package says of its tools, or says that it does not count', () => {
    for (const { name, annotations } of list.tools) {
      const catalogued = server.tools[name]
      expect([name, classifyTool(name, undefined, { catalogued, annotations }).class]).toEqual([
        name,
        catalogued?.class,
      ])
    }
  })

  test('has a reason where something that is said to destroy counts as reading', () => {
    for (const { name, annotations } of list.tools) {
      const catalogued = server.tools[name]
      if (catalogued?.class !== 'read') continue
      const grave = annotations?.destructiveHint === true || classifyTool(name).class === 'destructive'
      if (grave) expect([name, catalogued.why]).toEqual([name, expect.any(String)])
    }
  })
})

test('the others say where their names are from', () => {
  const ids = new Set(listed.map(({ id }) => id))
  for (const [id, file] of written)
    if (!ids.has(id)) expect(file.checked).toMatch(/^from (?:the project's|public) documentation$/)
})

test('every class has a server that shows it', () => {
  const classes = catalogueIds().flatMap((id) => Object.values(serverById(id)?.tools ?? {}).map((tool) => tool.class))
  expect(new Set(classes)).toEqual(new Set(riskClasses))
})
