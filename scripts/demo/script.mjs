// What the demo's agent does, call by call, and what has to be true in the folder afterwards.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Shown as held when it has not ended by then, in milliseconds. */
const heldAfter = 1_000
/** Pause before a held call is tried again, and how long the agent keeps trying, in milliseconds. */
const retryAfter = 3_000
const patience = 10 * 60_000

const summary = 'Three things to do:\n- call the printer\n- water the garden on Thursday\n- book the train to Leeds\n'

/** Resolves with true if everything ended as told. */
export async function runScript({ agent, folder, where, transcript, signal }) {
  const at = (name) => join(folder, name)
  const outcomes = []

  const tools = await agent.toolNames()
  transcript.call('tools/list', '')
  transcript.result('ran', `the server offers ${tools.length} tools; listing them runs nothing`)

  for (const name of ['notes.txt', 'shopping.txt']) {
    transcript.call('read_text_file', name)
    const ended = await agent.call('read_text_file', { path: at(name) })
    outcomes.push(ended.kind === 'ran' && ended.text.includes(readFileSync(at(name), 'utf8').trim()))
    transcript.result(...said(ended, 'nobody was asked: the policy lets it read'))
  }

  transcript.call('write_file', 'summary.txt')
  outcomes.push(await write({ agent, path: at('summary.txt'), where, transcript, signal }))

  transcript.call('move_file', 'notes.txt → archive.txt')
  const moved = await agent.call('move_file', { source: at('notes.txt'), destination: at('archive.txt') })
  transcript.result(...said(moved, 'it was moved'))
  outcomes.push(isStopped(moved, 'denied') && existsSync(at('notes.txt')) && !existsSync(at('archive.txt')))
  return outcomes.every(Boolean)
}

/** Writes the summary, through as many tickets as it takes a person to answer. */
async function write({ agent, path, where, transcript, signal }) {
  const deadline = Date.now() + patience
  let told = false
  const tellHeld = () => {
    transcript.result(
      'held',
      `the policy asks you first. Answer it in ${where.link === undefined ? where.place : 'the app:'}`,
    )
    if (where.link !== undefined) transcript.note(where.link)
  }
  for (;;) {
    const timer = setTimeout(() => {
      if (!told) tellHeld()
      told = true
    }, heldAfter)
    const ended = await agent.call('write_file', { path, content: summary }).finally(() => clearTimeout(timer))
    if (!isStopped(ended, 'released') || Date.now() > deadline) {
      transcript.result(...said(ended, `you approved it; the file now has ${summary.split('\n').length - 1} lines`))
      const written = existsSync(path) && readFileSync(path, 'utf8') === summary
      return ended.kind === 'ran' ? written : isStopped(ended, 'refused') && !existsSync(path)
    }
    transcript.result('held', `still; nothing has run (ticket ${ended.ticket}). The agent asks again until you answer`)
    told = true
    await pause(retryAfter, undefined, { signal })
  }
}

const isStopped = (ended, decision) => ended.kind === 'stopped' && ended.decision === decision

/** The word and the sentence for what became of a call. */
function said(ended, ranBecause) {
  if (ended.kind === 'ran') return ['ran', ranBecause]
  if (ended.kind === 'failed') return ['failed', ended.text]
  const word = ['denied', 'refused', 'expired'].includes(ended.decision) ? ended.decision : 'stopped'
  return [word, ended.reason]
}
