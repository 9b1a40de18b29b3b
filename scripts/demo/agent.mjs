// The agent's side: a real MCP client that starts the proxy where it would have started the server, as any client does.
import { createRequire } from 'node:module'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { atRoot } from '../lib.mjs'

/** How long the proxy holds a call before it answers with a ticket, in seconds; this client gives up after 60. */
const holdBudget = 40
const requestTimeout = 60_000

/** Where the proxy puts what it decided, for programs. */
const decisionKey = 'dev.countersign/decision'

/**
 * @typedef {{ kind: 'ran', text: string } | { kind: 'failed', text: string } | { kind: 'stopped', decision: string, reason: string, rules: string[], ticket?: string }} Ended
 * `ran`: the server's own answer. `failed`: the server ran it and reported an error. `stopped`: it never reached it.
 */

export async function connectAgent({ env, folder, signal }) {
  const server = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      atRoot('out/bin/countersign-proxy.cjs'),
      ...['--server', 'files', '--client', 'demo-agent', '--hold-budget', String(holdBudget), '--'],
      ...[process.execPath, server, folder],
    ],
    env,
    // The server greets on stderr; in a transcript that is noise.
    stderr: 'ignore',
  })
  const client = new Client({ name: 'demo-agent', version: '1.0.0' })
  await client.connect(transport, { signal })

  return {
    toolNames: async () => (await client.listTools(undefined, { signal })).tools.map((tool) => tool.name),
    /** @returns {Promise<Ended>} rejects when `signal` stops it, or the proxy is gone */
    call: async (name, args) => {
      const result = await client.callTool({ name, arguments: args }, undefined, { signal, timeout: requestTimeout })
      const text = result.content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
      const decided = result._meta?.[decisionKey]
      if (decided !== undefined) return { kind: 'stopped', rules: [], ...decided }
      return { kind: result.isError === true ? 'failed' : 'ran', text }
    },
    close: () => client.close(),
  }
}
