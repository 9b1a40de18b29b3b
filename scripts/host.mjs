// Starts the app, or where it cannot be opened the headless host, as a child that never outlives the script.
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { atRoot, modernNode, root } from './lib.mjs'

/** A host that was asked to end and has not by then is killed, in milliseconds. */
const stopGraceMs = 10_000

const cli = atRoot('out/bin/countersign.cjs')

/**
 * @typedef {object} Host
 * @property {Promise<number>} exited its exit code; never rejects
 * @property {Promise<{ place: string, link?: string } | undefined>} ready where to answer calls, and a link that opens
 *   that place once; nothing where it ended before it was ready
 * @property {() => void} stop asks it to end, and insists if it does not in time
 */

/**
 * Serves the user interface on loopback. The child prints its link itself; the channel tells us when it is ready, and
 * ends it should this script be killed.
 * @returns {Host}
 */
export function startHeadless({ env, port }) {
  const args = [cli, 'serve', ...(port === undefined ? [] : ['--port', port])]
  const child = spawn(modernNode(), args, { cwd: root, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const exited = exitOf(child)
  const ready = new Promise((resolve) => {
    child.on('message', (message) => resolve({ place: message.url, link: message.link }))
    void exited.then(() => resolve(undefined))
  })
  // Ctrl+C reaches the child from the terminal too, so a signal from here would be its second: closing the channel is not.
  const stop = once(() => {
    if (child.connected) child.disconnect()
    insistOn(child)
  })
  return { exited, ready, stop }
}

/** @returns {Host} */
export function startDesktop({ env, binary }) {
  const child = spawn(binary, [root], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const exited = exitOf(child)
  let ended = false
  void exited.then(() => {
    ended = true
  })
  const poll = async () => {
    while (!ended) {
      if (await isRunning(env)) return { place: 'the Countersign window' }
      await pause(500)
    }
    return undefined
  }
  const stop = once(() => {
    child.kill('SIGTERM')
    insistOn(child)
  })
  return { exited, ready: poll(), stop }
}

/** npm passes Ctrl+C on to a script that has had it from the terminal already. */
function once(action) {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}

function insistOn(child) {
  setTimeout(() => child.kill('SIGKILL'), stopGraceMs).unref()
}

/** Asks the CLI, which knows where the socket of this data folder is. */
function isRunning(env) {
  return new Promise((resolve) => {
    const child = spawn(modernNode(), [cli, 'status', '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0 && JSON.parse(text).running === true))
  })
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1))
    child.once('error', (error) => {
      console.error(`Cannot start: ${error.message}`)
      resolve(1)
    })
  })
}
