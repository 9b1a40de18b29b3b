// Whether the desktop app can be opened here: needs a display, and Electron's binary, which npm no longer brings along.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atRoot, modernNode } from './lib.mjs'

const downloadMs = 120_000
const failedBefore = atRoot('node_modules/.countersign-no-electron')

/** Electron's executable, or nothing where it was never fetched. */
function installedElectron() {
  const { ELECTRON_OVERRIDE_DIST_PATH: elsewhere } = process.env
  const pathFile = atRoot('node_modules/electron/path.txt')
  if (!existsSync(pathFile) && !elsewhere) return undefined
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron'
  const binary = join(elsewhere ?? atRoot('node_modules/electron/dist'), name)
  return existsSync(binary) ? binary : undefined
}

/**
 * Finds or fetches Electron. A failed download is remembered, so that later starts are quick; `again` tries it anyway.
 * @param {{ again: boolean }} options
 * @returns {{ binary: string } | { reason: string }} the reason is part of a sentence: "because …"
 */
export function findElectron({ again }) {
  const { platform, env } = process
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return { reason: 'there is no display' }
  const installed = installedElectron()
  if (installed !== undefined) return { binary: installed }
  if (existsSync(failedBefore) && !again) {
    return { reason: 'Electron could not be downloaded before (npm start -- --electron tries again)' }
  }
  console.log('Downloading Electron (about 110 MB, once)…')
  const install = atRoot('node_modules/electron/install.js')
  const { status } = spawnSync(modernNode(), [install], { stdio: 'ignore', timeout: downloadMs })
  const fetched = status === 0 ? installedElectron() : undefined
  if (fetched !== undefined) {
    rmSync(failedBefore, { force: true })
    return { binary: fetched }
  }
  writeFileSync(failedBefore, '')
  return { reason: 'Electron could not be downloaded' }
}
