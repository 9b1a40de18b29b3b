// The explorer over a large log, in a real Chromium: how soon it shows rows, and how it scrolls.
import type { Page } from 'playwright-core'
import { launchBrowser } from '../../support/browser.ts'
import { serve } from './serve.ts'
import { percentile } from './statistics.ts'

/** Milliseconds; `coldPaintMs`: the broker has just started; `frames`: median, 95 %, longest. */
export type Seen = { coldPaintMs: number; firstPaintMs: number; frames: number[] }

export async function lookAt(home: string): Promise<Seen> {
  const host = await serve({ COUNTERSIGN_HOME: home })
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1280, height: 800 } })
    await page.goto(host.link)
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    const coldPaintMs = await openActivity(page)
    // The counts beside the rows come from the columns: they are there now.
    await page.locator('[aria-label="Filter"] [aria-pressed]').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.getByRole('heading', { name: 'Nothing waiting' }).waitFor()
    const firstPaintMs = await openActivity(page)
    return { coldPaintMs, firstPaintMs, frames: await scroll(page) }
  } finally {
    await browser.close()
    await host.stop()
  }
}

/** Presses the link in the page itself: a click from here would count its way there. */
function openActivity(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const link = document.querySelector<HTMLElement>('button[aria-label="Activity"]')
        if (!link) {
          reject(new Error('there is no way to Activity'))
          return
        }
        const started = performance.now()
        const look = () => {
          if (document.querySelector('[data-call]') === null) requestAnimationFrame(look)
          else requestAnimationFrame(() => resolve(performance.now() - started))
        }
        link.click()
        look()
      }),
  )
}

/** Wheel for three seconds, then jumps to all parts of the log. */
async function scroll(page: Page): Promise<number[]> {
  const frames = await page.evaluate(
    () =>
      new Promise<number[]>((resolve, reject) => {
        const row = document.querySelector('[data-call]')
        const area = row?.closest<HTMLElement>('[data-scrolls]')
        if (!area) {
          reject(new Error('there is nothing to scroll'))
          return
        }
        const times: number[] = []
        let last = performance.now()
        let frame = 0
        const step = () => {
          const now = performance.now()
          times.push(now - last)
          last = now
          frame += 1
          if (frame < 180) area.scrollTop += 160
          else if (frame % 6 === 0) area.scrollTop = area.scrollHeight * ((frame % 97) / 97)
          if (frame < 360) requestAnimationFrame(step)
          else resolve(times.slice(1))
        }
        requestAnimationFrame(step)
      }),
  )
  return [percentile(frames, 50), percentile(frames, 95), Math.max(...frames)]
}
