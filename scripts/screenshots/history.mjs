// A month of work before the pictures of the log: spools as proxies and brokers leave them, which the host then reads like any
// others. Made up, and the same each time; only the times count back from now.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createSpoolWriter, sample, sha256 } from '../../test/support/spool-writer.ts'

const minute = 60_000
const day = 1440 * minute
const days = 30

const places = [
  { client: 'claude-code', server: 'files', share: 9 },
  { client: 'claude-code', server: 'github', share: 5 },
  { client: 'cursor', server: 'files', share: 6 },
  { client: 'cursor', server: 'postgres', share: 3 },
  { client: 'claude-desktop', server: 'slack', share: 2 },
  { client: 'claude-desktop', server: 'stripe', share: 1 },
]

/** `what`: how it is decided; `weight`: of a hundred calls of its server. */
const tools = {
  files: [
    { tool: 'read_text_file', risk: 'read', weight: 52, what: 'default', args: (word) => ({ path: at(word) }) },
    { tool: 'list_directory', risk: 'read', weight: 17, what: 'default', args: () => ({ path: at('') }) },
    {
      tool: 'search_files',
      risk: 'read',
      weight: 9,
      what: 'default',
      args: (word) => ({ path: at(''), pattern: word }),
    },
    {
      tool: 'edit_file',
      risk: 'write',
      weight: 9,
      what: 'drafts-are-free',
      args: (word) => ({ path: at(`drafts/${word}`) }),
    },
    { tool: 'write_file', risk: 'write', weight: 7, what: 'ask', args: (word) => ({ path: at(word), content: word }) },
    {
      tool: 'edit_file',
      risk: 'write',
      weight: 3,
      what: 'ask-before-deploy-files',
      args: () => ({ path: at('deploy/production.yml') }),
    },
    {
      tool: 'move_file',
      risk: 'destructive',
      weight: 3,
      what: 'never-move',
      args: (word) => ({ source: at(word), destination: at('old') }),
    },
  ],
  github: [
    { tool: 'get_file_contents', risk: 'read', weight: 60, what: 'default', args: (word) => ({ path: word }) },
    { tool: 'list_commits', risk: 'read', weight: 25, what: 'default', args: () => ({ repo: 'garden-shop' }) },
    { tool: 'create_issue', risk: 'write', weight: 10, what: 'ask', args: (word) => ({ title: word }) },
    { tool: 'merge_pull_request', risk: 'write', weight: 5, what: 'ask', args: () => ({ repo: 'garden-shop' }) },
  ],
  postgres: [
    {
      tool: 'query',
      risk: 'read',
      weight: 85,
      what: 'default',
      args: (word) => ({ sql: `select * from orders where sku = '${word}'` }),
    },
    {
      tool: 'execute_sql',
      risk: 'unknown',
      weight: 15,
      what: 'ask',
      args: (word) => ({ sql: `delete from carts where sku = '${word}'` }),
    },
  ],
  slack: [
    { tool: 'get_thread', risk: 'read', weight: 70, what: 'default', args: () => ({ channel: 'shop' }) },
    {
      tool: 'send_message',
      risk: 'network',
      weight: 30,
      what: 'ask',
      args: (word) => ({ channel: 'shop', text: word }),
    },
  ],
  stripe: [
    { tool: 'list_charges', risk: 'read', weight: 75, what: 'default', args: () => ({ limit: 20 }) },
    { tool: 'create_refund', risk: 'money', weight: 25, what: 'ask', args: (word) => ({ charge: word }) },
  ],
}

const words =
  'cart.ts shipping.ts rates.ts seeds.md newsletter.md bulbs.md garlic.md README.md prices.json labels.css'.split(' ')
const project = '/home/maya/code/garden-shop'
const at = (name) => (name === '' ? project : `${project}/${name}`)

/** A small generator of numbers from 0 up to `below`. */
function numbers(seed) {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Writes the spools into the data folder, which no host has used yet. */
export function writeHistory(data, now) {
  const folder = join(data, 'spool')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const next = numbers(20_261_123)
  const one = (list) => list[next(list.length)]
  const weighted = (list, weight) => {
    let left = next(list.reduce((sum, each) => sum + each[weight], 0))
    return list.find((each) => {
      left -= each[weight]
      return left < 0
    })
  }
  const broker = createSpoolWriter(folder, named('broker-', now - days * day, 0))
  let count = 0

  for (let back = days - 1; back >= 0; back -= 1) {
    // Two days of seven are quiet.
    const busy = back % 7 === 3 || back % 7 === 4 ? 3 : 7 + next(6)
    for (let session = 0; session < busy; session += 1) {
      const place = weighted(places, 'share')
      const begins = now - back * day - (30 + next(510)) * minute
      writeSession(place, begins, 6 + next(28))
    }
  }
  return count

  function writeSession({ client, server }, begins, calls) {
    count += 1
    const spool = createSpoolWriter(folder, named('', begins, count))
    const ends = Math.min(begins + calls * minute, now - minute)
    spool.append('session.started', sample.started({ client, server, cwd: project, command: ['npx', server] }), begins)
    let last = begins
    for (let number = 1; number <= calls; number += 1) {
      const t = Math.max(last, begins + Math.floor(((ends - begins) * number) / calls) - next(minute))
      last = call({ spool, call: `${spool.session}.${number}`, ...weighted(tools[server], 'weight') }, t)
    }
    spool.append('session.ended', { reason: 'the client closed its input' }, last)
  }

  /** Returns when it was over. */
  function call({ spool, call, tool, risk, what, args }, t) {
    const text = JSON.stringify(args(one(words)))
    const isRule = what !== 'default' && what !== 'ask'
    const decision =
      what === 'never-move' ? 'deny' : what === 'ask' || what === 'ask-before-deploy-files' ? 'hold' : 'allow'
    const decided = {
      ...{ tool, risk, decision, source: isRule ? 'rule' : 'default', argumentsHash: sha256(text) },
      rules: isRule ? [{ id: what, file: 'files.yaml', line: 7 }] : [],
      arguments: { text, bytes: text.length, truncated: false },
      ...(decision === 'allow' ? { forwarded: true } : {}),
    }
    spool.append('call.decided', sample.decided(call, decided), t)
    if (decision === 'deny') return t
    if (decision === 'allow') return answered(spool, call, t)
    const dice = next(100)
    const outcome = dice < 78 ? 'approved' : dice < 93 ? 'refused' : 'expired'
    const afterMs = outcome === 'expired' ? 300_000 : 2_000 + next(28_000)
    const approval = `a-${call}`
    spool.append('hold.opened', { call, budgetMs: 300_000 }, t)
    broker.append('approval.opened', { ...sample.opened(call, spool.session), approval, expiresAt: t + 300_000 }, t)
    const by = outcome === 'expired' ? 'clock' : 'desktop'
    broker.append('approval.decided', sample.approval(call, spool.session, outcome, { approval, by }), t + afterMs)
    spool.append('hold.closed', sample.closed(call, outcome, { afterMs, approval, by }), t + afterMs)
    if (outcome !== 'approved') return t + afterMs
    spool.append('call.forwarded', { call }, t + afterMs)
    return answered(spool, call, t + afterMs)
  }

  function answered(spool, call, t) {
    const durationMs = 2 + next(900) / 10
    const outcome = next(100) < 3 ? 'tool-error' : 'ok'
    spool.append('call.answered', { ...sample.answered(call, outcome), durationMs }, t + Math.round(durationMs))
    return t + Math.round(durationMs)
  }
}

/** As proxies and brokers name their sessions. */
function named(prefix, time, number) {
  const stamp = new Date(time).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${prefix}${stamp}-${sha256(`${prefix}${number}`).slice(0, 12)}`
}
