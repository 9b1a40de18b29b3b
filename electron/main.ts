// The composition root of the desktop app: the one place where the broker and the Electron shell meet the real world.
import os from 'node:os'
import path from 'node:path'
import { app, dialog } from 'electron'
import { startBroker } from '../broker/broker.ts'
import { layoutHere } from '../broker/paths.ts'
import { type AppOutcome, runApp } from './app.ts'
import { systemClock } from './clock.ts'
import { createLoginItem } from './login-item.ts'

/** The project's folder, or the packaged archive's root: this file is built into out/main/. */
const root = path.join(import.meta.dirname, '..', '..')

const log = (line: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`)
}

// A broken invariant: with the broker gone every proxy refuses what would ask, which is the safe end.
const die = (error: unknown): void => {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  dialog.showErrorBox('Countersign has to stop', error instanceof Error ? error.message : String(error))
  app.exit(1)
}
process.on('uncaughtException', die)
process.on('unhandledRejection', die)

const loginItem = createLoginItem({
  platform: process.platform,
  env: process.env,
  executable: process.execPath,
  homeFolder: os.homedir(),
  ...(app.isPackaged ? {} : { appFolder: root }),
})

/** Settles when the app runs or has decided not to. */
export const started: Promise<AppOutcome> = runApp({
  startBroker,
  home: layoutHere().home,
  version: app.getVersion(),
  files: {
    renderer: path.join(root, 'out', 'renderer'),
    preload: path.join(root, 'out', 'preload', 'index.cjs'),
    assets: path.join(root, 'electron', 'assets'),
    reader: path.join(import.meta.dirname, 'audit-reader.js'),
    verify: path.join(import.meta.dirname, 'verify-worker.js'),
    starterPolicies: app.isPackaged ? path.join(process.resourcesPath, 'policies') : path.join(root, 'policies'),
  },
  platform: process.platform,
  argv: process.argv,
  env: process.env,
  ...(loginItem === undefined ? {} : { loginItem }),
  clock: systemClock,
  onSignal: (ended) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ended)
  },
  log,
})
