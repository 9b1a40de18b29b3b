// Spools as some years of work would leave them, written fast: what `npm run bench -- audit` puts through the real ingest.
import { closeSync, openSync, writeSync } from 'node:fs'
import { createSpoolWriter, type SpoolWriter, sample } from '../../support/spool-writer.ts'

export type MadeLog = { calls: number; events: number; bytes: number; from: number; to: number }

const clients = ['cursor', 'claude-desktop', 'claude-code', 'vscode', 'nightly-script']
const servers: Record<string, readonly string[]> = {
  files: ['read_text_file', 'write_file', 'edit_file', 'list_directory', 'search_files', 'move_file', 'get_file_info'],
  github: ['get_file_contents', 'create_issue', 'create_pull_request', 'list_commits', 'merge_pull_request'],
  postgres: ['query', 'execute_sql', 'list_schemas', 'explain_query'],
  slack: ['send_message', 'list_channels', 'get_thread'],
  stripe: ['create_refund', 'list_charges', 'create_payment_link'],
  browser: ['navigate', 'click', 'screenshot', 'fill_form'],
  memory: ['create_entities', 'search_nodes', 'read_graph'],
  kubernetes: ['kubectl_get', 'kubectl_apply', 'kubectl_delete'],
}
const words =
  `account address admin alert amount archive article author backup balance banner basket batch billing branch budget
  button cache calendar cancel catalog category channel chart checkout client column comment commit company config contact
  content contract country coupon currency customer daily dashboard database delete delivery deploy device discount document
  domain download editor email employee error event export feature feedback field filter folder format gateway group header
  history image import index invoice item journal keyboard label language layout ledger library license limit link list locale
  location login message metric migration mobile model module monthly name network note notice number offer option order owner
  package page panel parser partner payment period person phone photo picture plan policy price product profile project
  property query queue quote rating receipt record refund region release remote render report request response result review
  role route rule sample schedule schema search section segment server service session setting shipment signal source
  stage status stock storage store street style subject summary supplier support table target task template theme ticket
  title token total trace track transfer update upload user value vendor version video view visit warehouse webhook weekly`
    .trim()
    .split(/\s+/)

/** A small generator of numbers: the same log every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const day = 86_400_000

/** Writes `calls` calls into `folder`, in sessions of some thousands, spread over `days` days up to `to`. */
export function writeLog(folder: string, options: { calls: number; days: number; to: number }): MadeLog {
  const { calls, days, to } = options
  const from = to - days * day
  const next = numbers(20_261_123)
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T
  const text = (count: number) => Array.from({ length: count }, () => pick(words)).join(' ')
  const broker = spoolTo(folder, 'broker-20240101-000000-0123456789ab')
  const sessions = Math.max(1, Math.ceil(calls / 4_000))
  let events = 0
  let bytes = 0
  let left = calls
  for (let number = 0; number < sessions; number++) {
    const name = `s${String(number).padStart(5, '0')}-a1b2c3d4e5f6a7b8`
    const spool = spoolTo(folder, name)
    const server = pick(Object.keys(servers))
    const starts = from + Math.floor((number / sessions) * days * day)
    const count = Math.min(left, Math.ceil(calls / sessions))
    const step = Math.max(1, Math.floor((days * day) / sessions / count))
    spool.add('session.started', sample.started({ client: pick(clients), server }), starts)
    for (let counter = 1; counter <= count; counter++) {
      callInto({
        spool,
        broker,
        call: `${name}.${counter}`,
        tool: pick(servers[server] ?? []),
        at: starts + counter * step,
      })
    }
    spool.add('session.ended', { reason: 'the client closed its input' }, starts + (count + 1) * step)
    left -= count
    events += spool.lines()
    bytes += spool.close()
  }
  events += broker.lines()
  bytes += broker.close()
  return { calls, events, bytes, from, to }

  function callInto({ spool, broker, call, tool, at }: CallPlace): void {
    const args = {
      path: `/home/ada/projects/shop/src/${pick(words)}/${pick(words)}-${next(1000)}.ts`,
      ...argumentsOf(),
    }
    const argsText = JSON.stringify(args)
    const dice = next(1000)
    const rule = {
      id: `${pick(['files', 'git', 'data'])}/${pick(['read', 'write', 'ask'])}`,
      file: 'team.yaml',
      line: 7,
    }
    const decided = (decision: 'allow' | 'deny' | 'hold', source: 'rule' | 'default', sent: boolean) =>
      spool.add(
        'call.decided',
        sample.decided(call, {
          ...{
            tool,
            decision,
            source,
            rules: source === 'rule' ? [rule] : [],
            risk: pick(['read', 'write', 'network']),
          },
          arguments: { text: argsText, bytes: argsText.length, truncated: false },
          ...(sent ? { forwarded: true as const } : {}),
        }),
        at,
      )
    const answered = (outcome: 'ok' | 'tool-error') => {
      const result = JSON.stringify({ content: [{ type: 'text', text: text(15 + next(30)) }] })
      spool.add(
        'call.answered',
        {
          ...{ call, outcome, bytes: result.length, durationMs: next(20_000) / 10 },
          result: { text: result, bytes: result.length, truncated: false },
        },
        at + next(2_000),
      )
    }
    if (dice < 900) {
      decided('allow', dice < 780 ? 'rule' : 'default', true)
      if (dice !== 0) answered(dice < 10 ? 'tool-error' : 'ok')
      return
    }
    if (dice < 940) {
      decided('deny', 'rule', false)
      return
    }
    const outcome = dice < 980 ? 'approved' : dice < 993 ? 'refused' : 'expired'
    const after = outcome === 'expired' ? 600_000 : 1_000 + next(60_000)
    const approval = `a-${call}`
    decided('hold', 'rule', false)
    spool.add('hold.opened', { call, budgetMs: 50_000 }, at)
    broker.add('approval.opened', { ...sample.opened(call, spool.session), approval }, at)
    broker.add('approval.decided', { ...sample.approval(call, spool.session, outcome), approval }, at + after)
    spool.add('hold.closed', { call, outcome, afterMs: after, approval, by: 'desktop' }, at + after)
    if (outcome !== 'approved') return
    spool.add('call.forwarded', { call }, at + after)
    answered('ok')
  }

  function argumentsOf(): object {
    const kind = next(3)
    return kind === 0 ? { content: text(20 + next(20)) } : kind === 1 ? { head: next(200) } : { query: text(4) }
  }
}

type CallPlace = { spool: SpoolTo; broker: SpoolTo; call: string; tool: string; at: number }

type SpoolTo = {
  readonly session: string
  add: SpoolWriter['append']
  lines(): number
  /** Returns the length of the file in bytes. */
  close(): number
}

/** Gathers lines: a system call for each would be most of the time. */
function spoolTo(folder: string, session: string): SpoolTo {
  const writer = createSpoolWriter(folder, session)
  const fd = openSync(writer.path, 'w', 0o600)
  let pending: string[] = []
  let lines = 0
  let bytes = 0
  const flush = () => {
    if (pending.length > 0) bytes += writeSync(fd, `${pending.join('\n')}\n`)
    pending = []
  }
  return {
    session,
    add: (type, data, t) => {
      pending.push(writer.line(type, data, t))
      lines += 1
      if (pending.length >= 2_000) flush()
    },
    lines: () => lines,
    close: () => {
      flush()
      closeSync(fd)
      return bytes
    },
  }
}
