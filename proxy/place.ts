// What this machine tells about itself, for the pure functions of core.
import * as os from 'node:os'
import * as path from 'node:path'
import { type HomeLayout, homeFolder, homeLayout } from '../core/wire/home-layout.ts'
import { sha256 } from './sha256.ts'

export function layoutHere(): HomeLayout {
  const { platform, env } = process
  const place = {
    platform,
    env,
    homeDir: os.homedir(),
    tmpDir: os.tmpdir(),
    userName: userName(),
    sha256,
  }
  return homeLayout(path.resolve(homeFolder(place)), place)
}

function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'user') // containers run under ids that have no name
  }
}
