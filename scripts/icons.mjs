// Renders the PNGs in electron/assets from the SVGs beside them, with the same Chromium the tests use. The PNGs are
// committed, so nobody needs to run this to build: node scripts/icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { launchBrowser } from '../test/support/browser.ts'

const root = path.join(import.meta.dirname, '..')
const assets = path.join(root, 'electron', 'assets')
const interFile = 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'
const font = (await readFile(path.join(root, interFile))).toString('base64')
const fontFace = `@font-face{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,${font})}`

const browser = await launchBrowser()
const context = await browser.newContext({ locale: 'en-US' })
const page = await context.newPage()

/** Renders `svg` as a transparent square of `size` pixels into the assets file `name`. */
const render = async (svg, size, name, colour = 'black') => {
  const style = `${fontFace} html,body{margin:0;background:transparent;color:${colour}} svg{display:block;width:${size}px;height:${size}px}`
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<!doctype html><style>${style}</style>${svg}`)
  await page.evaluate(() => document.fonts.load('700 10px Inter').then(() => document.fonts.ready))
  const png = await page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } })
  const file = path.join(assets, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, png)
}

const source = (name) => readFile(path.join(assets, name), 'utf8')
/** Two characters need a smaller hand to fit the dot. */
const numbered = (svg, number) => svg.replace('{number}', number).replace('{size}', number.length > 1 ? '7.6' : '9.6')
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [String(number), String(number)])
const counts = [...numbers, ['many', '9+']]

try {
  const icon = await source('icon.svg')
  const small = await source('icon-small.svg')
  for (const size of [16, 20]) await render(small, size, `icon-${size}.png`)
  await render(small, 32, 'icon-16@2x.png')
  for (const size of [32, 64, 128, 256, 512, 1024]) await render(icon, size, `icon-${size}.png`)

  const waitingNumber = await source('tray/waiting-number.svg')
  const shapes = [
    ['protecting', await source('tray/protecting.svg')],
    ['degraded', await source('tray/degraded.svg')],
    ['waiting', await source('tray/waiting.svg')],
    ['lockdown', await source('tray/lockdown.svg')],
    ...counts.map(([name, text]) => [`waiting-${name}`, numbered(waitingNumber, text)]),
  ]
  for (const colour of ['black', 'white']) {
    for (const [name, svg] of shapes) {
      await render(svg, 16, `tray/${name}-${colour}.png`, colour)
      await render(svg, 32, `tray/${name}-${colour}@2x.png`, colour)
    }
  }

  const overlay = await source('overlay.svg')
  for (const [name, text] of counts) await render(numbered(overlay, text), 32, `overlay/${name}.png`)
} finally {
  await browser.close()
}
