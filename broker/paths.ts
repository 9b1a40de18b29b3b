// Where the broker keeps everything, and making sure that nobody else can write there.
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { type HomeLayout, homeFolder, homeLayout } from '../core/wire/home-layout.ts'
import { BrokerStartError } from './host-contract.ts'
import { sha256 } from './sha256.ts'

/** The layout of `home`, by default of the data folder the environment names. */
export function layoutHere(home?: string): HomeLayout {
  const { platform, env } = process
  const chosen = home ?? homeFolder({ platform, env, homeDir: os.homedir() })
  return homeLayout(path.resolve(chosen), { platform, tmpDir: os.tmpdir(), userName: userName(), sha256 })
}

/** As the proxy finds it (proxy/place.ts): containers run under ids that have no name. */
function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'user')
  }
}

/**
 * Makes the folders, each for its owner alone.
 * @throws BrokerStartError if one cannot be made or written, belongs to somebody else, or is a link.
 */
export function prepareHome(layout: HomeLayout): void {
  for (const folder of [
    layout.home,
    layout.policies,
    path.dirname(layout.published),
    layout.spool,
    layout.keys,
    layout.run,
  ]) {
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
      fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK)
    } catch (error) {
      const { message } = error as Error
      throw new BrokerStartError(
        'home-unwritable',
        `The folder ${folder} cannot be used: ${message}. Nothing was started. ` +
          'Make it writable, or name another data folder in COUNTERSIGN_HOME.',
        { cause: error },
      )
    }
  }
  for (const folder of [layout.home, path.dirname(layout.published), layout.spool]) keepWritersOut(folder)
  for (const folder of [layout.keys, layout.run]) ownPrivately(folder)
}

/** Whoever can write in the data folder can put another one in the place of any of its folders. */
function keepWritersOut(folder: string): void {
  if (process.platform === 'win32') return // the profile folder's access list keeps others out
  const stat = fs.statSync(folder)
  const ours = stat.uid === process.getuid?.()
  if (!ours && (stat.uid !== 0 || (stat.mode & 0o022) !== 0)) {
    throw new BrokerStartError(
      'home-unsafe',
      `The folder ${folder} belongs to somebody else, who could change what is in it. Nothing was started. ` +
        'Remove it, or name another data folder in COUNTERSIGN_HOME.',
    )
  }
  if (ours && (stat.mode & 0o022) !== 0) fs.chmodSync(folder, stat.mode & 0o755)
}

function ownPrivately(folder: string): void {
  if (process.platform === 'win32') return // the profile folder's access list keeps others out
  const stat = fs.lstatSync(folder)
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new BrokerStartError(
      'home-unsafe',
      `The folder ${folder} is a link or belongs to somebody else, who could read the keys or stand in for this app. ` +
        'Nothing was started. Remove it, and start again.',
    )
  }
  if ((stat.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700)
}

/** Writes a file so that readers see the old or the new content, never a part, and a crash keeps one of them. */
export function writeAtomically(file: string, content: string | Uint8Array, mode = 0o600): void {
  const draft = writeDraft(file, content, mode)
  try {
    fs.renameSync(draft, file)
  } catch (error) {
    fs.rmSync(draft, { force: true })
    throw error
  }
}

/** Puts what is to become of `file` on the disk beside it. Returns where; nothing is left of it if it throws. */
export function writeDraft(file: string, content: string | Uint8Array, mode: number): string {
  const draft = `${file}.${process.pid}.new`
  fs.rmSync(draft, { force: true })
  try {
    // A file of our own making, not one that lay there with another mode.
    const fd = fs.openSync(draft, 'wx', mode)
    try {
      fs.writeFileSync(fd, content)
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    fs.rmSync(draft, { force: true })
    throw error
  }
  return draft
}
