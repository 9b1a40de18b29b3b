// Pictures of every kind and state of a card for docs/cards.md: the built page in a real Chromium, with calls made up for
// each state (test/renderer/gallery), because some of them no server here can bring about.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atRoot, runNode, toolEnv } from '../lib.mjs'

/** Takes those that docs/cards.md shows, as `card-<scene>-<theme>.png` into `pictures`. */
export function takeCards(pictures) {
  const page = readFileSync(atRoot('docs/cards.md'), 'utf8')
  const scenes = [...new Set([...page.matchAll(/images\/card-([\w-]+)-(?:light|dark)\.png/g)].map(([, name]) => name))]
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cards-'))
  try {
    const pattern = `^(?:card-)?(?:${scenes.join('|')})-960-`
    const status = runNode([atRoot('test/renderer/gallery/shots.ts'), atRoot('out/renderer'), folder, pattern], {
      env: toolEnv(),
    })
    if (status !== 0) throw new Error('the pictures of the cards could not be taken; the message is above')
    for (const scene of scenes) {
      for (const theme of ['light', 'dark']) {
        const file = `card-${scene}-${theme}.png`
        const taken = [`card-${scene}`, scene].map((name) => join(folder, `${name}-960-${theme}.png`)).find(existsSync)
        if (taken === undefined) throw new Error(`docs/cards.md shows ${file}, and no scene is called ${scene}`)
        copyFileSync(taken, join(pictures, file))
        console.log(`docs/images/${file}`)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
