// A folder that looks enough like an Electron distribution for electron-builder: the layout of the package can then be
// made and checked on a machine that cannot download Electron. The result does not run as an app.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What marks the fuses in Electron's binary (@electron/fuses), version 1 and nine fuses as Electron ships them. */
const fuseWire = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101001101'),
])

/** @param {string} folder an empty folder @param {string} version of Electron */
export const makeStubElectron = (folder, version) => {
  const script = '#!/bin/sh\necho "This is the layout of Countersign without Electron." >&2\nexit 1\n'
  const executable = path.join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron')
  mkdirSync(path.join(folder, 'resources'), { recursive: true })
  mkdirSync(path.join(folder, 'locales'))
  writeFileSync(executable, Buffer.concat([Buffer.from(script), fuseWire]))
  chmodSync(executable, 0o755)
  for (const file of ['LICENSE', 'LICENSES.chromium.html', path.join('locales', 'en-US.pak')]) {
    writeFileSync(path.join(folder, file), '')
  }
  writeFileSync(path.join(folder, 'version'), version)
}
