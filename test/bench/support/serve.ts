// `countersign serve` in a process of its own, for benchmarks that look at its page.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const serveFile = join(import.meta.dirname, '../../../out/bin/countersign.cjs')

/** Throws where it ends without a link. */
export async function serve(
  env: Record<string, string>,
): Promise<{ link: string; pid: number; stop(): Promise<void> }> {
  if (!existsSync(serveFile)) throw new Error('out/bin/countersign.cjs is missing: run npm run build.')
  const host = spawn(process.execPath, [serveFile, 'serve', '--port', '0', '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => host.once('exit', () => resolve()))
  if (!host.stdout) throw new Error('countersign serve has no standard output')
  for await (const line of createInterface({ input: host.stdout })) {
    const { link } = JSON.parse(line) as { link?: string }
    if (link === undefined) continue
    return {
      link,
      pid: host.pid ?? 0,
      stop: () => {
        host.kill('SIGTERM')
        return ended
      },
    }
  }
  throw new Error('countersign serve ended without a link')
}
