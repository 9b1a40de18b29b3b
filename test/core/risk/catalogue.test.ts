// The catalogue against what the servers themselves list, and against what the programs carry.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { catalogueIds, identifyServer, serverById } from '../../../core/risk/catalogue.ts'
import { saysOf } from '../../../core/risk/catalogue-sentences.ts'
import { classifyTool } from '../../../core/risk/classify.ts'
import { riskClasses } from '../../../core/schema/risk-class.ts'
import { listed, written } from './catalogue-files.ts'

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
        says: saysOf(id, name),
        'ignore-annotations': tool.ignoreAnnotations,
        arguments: tool.arguments,
        raises: tool.raises && Object.fromEntries(tool.raises),
      }).toEqual(file.tools[name])
    }
  }
})

test('the packed catalogue is not stale, and stays small', () => {
  const { stderr } = spawnSync(process.execPath, ['scripts/generate.mjs', '--check'], { encoding: 'utf8' })
  expect(stderr).not.toContain('core/risk/catalogue')
  expect(readFileSync('core/risk/catalogue.json').length).toBeLessThan(43_000)
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
