// What this machine tells about itself, for the pure functions of core.
import * as os from 'node:os'
import { type HomeLayout, homeFolder, homeLayout } from '../core/wire/home-layout.ts'
import { sha256 } from './sha256.ts'

export function layoutHere(): HomeLayout {
  const { platform, env } = process
  const place = {
    platform,
    env,
    homeDir: os.homedir(),
    tmpDir: os.tmpdir(),
    userName: os.userInfo().username,
    sha256,
  }
  return homeLayout(homeFolder(place), place)
}
