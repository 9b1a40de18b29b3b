// The demo: a scripted agent works on a temporary folder through the real proxy and the published filesystem server.
// Reading passes, a write waits for a person, a move is denied. What the agent asked and got stands in the terminal.
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atRoot } from '../lib.mjs'
import { connectAgent } from './agent.mjs'
import { runScript } from './script.mjs'
import { createTranscript } from './transcript.mjs'

const files = {
  'notes.txt': 'Call the printer about the order.\nThe garden needs water on Thursday.\nBook the train to Leeds.\n',
  'shopping.txt': 'milk\nbread\nlemons\n',
}

/** A data folder with the demo's policies and a folder for the agent, both of which `remove` takes away again. */
export function makeDemoFolders() {
  // The real path: where the temporary folder is a link, the server would not take the short one for its own.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-demo-')))
  const [home, work] = [join(root, 'home'), join(root, 'work')]
  mkdirSync(join(home, 'policies'), { recursive: true, mode: 0o700 })
  mkdirSync(work)
  for (const policy of ['baseline.yaml', 'demo.yaml']) {
    copyFileSync(atRoot('policies', policy), join(home, 'policies', policy))
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text)
  return { home, work, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }) }
}

/**
 * Runs the agent once. True if every call ended as its policy and the person's answer say; the transcript names what
 * did not. `signal` stops it in the middle, which is no failure.
 * @param {{ env: NodeJS.ProcessEnv, folders: ReturnType<typeof makeDemoFolders>, where: { place: string, link?: string }, once: boolean, signal: AbortSignal }} options
 */
export async function runDemo({ env, folders, where, once, signal }) {
  const transcript = createTranscript(process.stdout)
  transcript.title(`Demo: an agent works in ${folders.work}`, [
    'Its calls go through Countersign. The policy: reading passes, changing asks you, moving never happens.',
  ])
  let agent
  try {
    agent = await connectAgent({ env, folder: folders.work, signal })
    const ok = await runScript({ agent, folder: folders.work, where, transcript, signal })
    const next = once
      ? []
      : [`See every call under Activity in ${where.place}. Ctrl+C stops and removes the temporary folders.`]
    transcript.title(
      ok
        ? 'Demo finished: every call ended as the policy and you said.'
        : 'The demo did not end as it should; see above.',
      next,
    )
    return ok
  } catch (error) {
    if (signal.aborted) return true
    transcript.title(`The demo stopped: ${error.message}`, [])
    return false
  } finally {
    await agent?.close()
  }
}
