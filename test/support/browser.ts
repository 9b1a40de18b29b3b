// One way to start a real Chromium for every test that needs a window.
import { existsSync } from 'node:fs'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Never sparticuz's own `args`: they switch off web security, which these tests are about. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The Chromium named by `CHROMIUM`, the system's, or the one from npm (unpacked to the temp folder on first use). */
async function executable(): Promise<string> {
  const named = process.env['CHROMIUM']
  if (named !== undefined && named !== '') return named
  return existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : sparticuz.executablePath()
}

/** Starts Chromium; the caller closes it. Pass `locale: 'en-US'` to `newContext`: the bare C locale is none to Intl. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await executable(), args, headless: true })
}
