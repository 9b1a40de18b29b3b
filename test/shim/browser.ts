// One real Chromium stands in for all of Electron's renderer processes. Not test/support/browser.ts, because a launch
// there lets Playwright answer signals, and here ending on a signal is the app's own business.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const debianChromium = '/usr/bin/chromium'

const executable = async (): Promise<string> => {
  const { CHROMIUM } = process.env
  if (CHROMIUM !== undefined && CHROMIUM !== '') return CHROMIUM
  if (existsSync(debianChromium)) return debianChromium
  return (await import('@sparticuz/chromium')).default.executablePath()
}

let launched: Promise<Browser> | undefined

export const browser = (): Promise<Browser> => {
  launched ??= executable().then((executablePath) =>
    chromium.launch({
      executablePath,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    }),
  )
  return launched
}

export const closeBrowser = async (): Promise<void> => {
  const open = await launched
  launched = undefined
  await open?.close()
}
