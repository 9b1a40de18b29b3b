// One story for both hosts: an agent writes through our proxy to the published filesystem server, a person answers in
// the window. What counts is what stands on the disk afterwards, and what the agent got.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { proxyFile } from '../support/countersign.ts'

type ToolResult = { isError?: boolean; content: { type: string; text?: string }[]; _meta?: Record<string, unknown> }

export type Agent = {
  call(tool: string, args: Record<string, unknown>): Promise<ToolResult>
  tools(): Promise<string[]>
  close(): Promise<void>
}

const serverFile = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

export const agentKinds = ['SDK v1', 'SDK v2'] as const

/** A real SDK client that starts the proxy where it would have started the server. */
export async function startAgent(
  kind: (typeof agentKinds)[number],
  home: string,
  folder: string,
  options: { holdBudget?: string; timeout?: number } = {},
): Promise<Agent> {
  const budget = options.holdBudget === undefined ? [] : ['--hold-budget', options.holdBudget]
  const launch = {
    command: process.execPath,
    args: [proxyFile, '--server', 'files', '--client', 'agent', ...budget, '--', process.execPath, serverFile, folder],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', COUNTERSIGN_HOME: home },
    stderr: 'ignore' as const,
  }
  const limit = options.timeout === undefined ? {} : { timeout: options.timeout }
  const info = { name: 'e2e-agent', version: '1.2.3' }
  if (kind === 'SDK v1') {
    const client = new ClientV1(info)
    await client.connect(new StdioV1(launch))
    return {
      call: (name, args) => client.callTool({ name, arguments: args }, undefined, limit) as Promise<ToolResult>,
      tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
      close: () => client.close(),
    }
  }
  const client = new ClientV2(info)
  await client.connect(new StdioV2(launch))
  return {
    call: (name, args) => client.callTool({ name, arguments: args }, limit) as Promise<ToolResult>,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    close: () => client.close(),
  }
}

/** A folder for the agent to work in, by its real path: the server resolves links itself. */
export const workFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'countersign-work-')))
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** The card that shows this path, ready to be answered. */
async function cardShowing(page: Page, path: string) {
  const card = page.getByRole('article').filter({ hasText: path })
  await card.waitFor()
  return card
}

/** Waits out the inert moment the way a person does: until the button says it is ready. */
export async function approve(page: Page): Promise<void> {
  await page.locator('button[aria-disabled="false"]', { hasText: 'Approve once' }).waitFor()
  await page.keyboard.press('Control+Enter')
}

export async function refuse(page: Page, reason: string): Promise<void> {
  await page.keyboard.press('d')
  await page.getByRole('textbox', { name: /reason/i }).fill(reason)
  await page.keyboard.press('Control+Enter')
}

/** Approved: the file is there and the agent has the server's own answer. Refused: no file, and the agent reads why. */
export async function writeHeldApprovedAndRefused(agent: Agent, page: Page, folder: string): Promise<void> {
  const first = join(folder, 'approved note.md')
  const content = '# Kept\n\nWritten by an agent, <b>signed</b> by a person.\n'
  const written = agent.call('write_file', { path: first, content })
  const card = await cardShowing(page, first)
  for (const line of content.trim().split('\n')) expect(await card.textContent()).toContain(line)
  expect(existsSync(first)).toBe(false)
  await approve(page)
  const result = await written
  expect(result.isError ?? false).toBe(false)
  expect(result.content[0]?.text).toContain('Successfully wrote to')
  expect(readFileSync(first, 'utf8')).toBe(content)

  const second = join(folder, 'refused note.md')
  const refused = agent.call('write_file', { path: second, content: 'no' })
  await cardShowing(page, second)
  await refuse(page, 'Not in this folder, please.')
  const answer = await refused
  expect(answer.isError).toBe(true)
  expect(answer.content[0]?.text).toContain('Not in this folder, please.')
  expect(answer.content[0]?.text).toContain(
    'Held because: No rule covers this call of write_file; the default for write is to ask',
  )
  expect(answer._meta?.['dev.countersign/decision']).toMatchObject({ decision: 'refused' })
  expect(existsSync(second)).toBe(false)

  // What only reads is never asked about.
  const read = await agent.call('read_text_file', { path: first })
  expect(read.content[0]?.text).toBe(content)
}
