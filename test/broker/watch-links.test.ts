// What a watch on a folder of links does not see: changes where the links lead. Without the slow look behind it, so that
// what is heard here was noticed by the watch itself.
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { watchLinks } from '../../broker/watch-links.ts'

function createTree() {
  const top = fs.mkdtempSync(path.join(tmpdir(), 'countersign-links-'))
  const elsewhere = fs.mkdtempSync(path.join(tmpdir(), 'countersign-elsewhere-'))
  const heard: string[] = []
  let wake: () => void = () => undefined
  const logged: string[] = []
  const links = watchLinks({
    within: top,
    changed: (key) => {
      heard.push(key)
      wake()
    },
    log: (line) => void logged.push(line),
  })
  onTestFinished(() => {
    links.stop()
    for (const folder of [top, elsewhere]) fs.rmSync(folder, { recursive: true, force: true })
  })
  fs.mkdirSync(path.join(top, 'policies'))
  return {
    top,
    elsewhere,
    links,
    logged,
    /** The first change of this key from now on. */
    async hears(key: string) {
      heard.length = 0
      while (!heard.includes(key)) await new Promise<void>((resolve) => (wake = resolve))
    },
    heard,
  }
}

type Tree = ReturnType<typeof createTree>
const file = 'policies/a.yaml'
const at = (tree: Tree, name: string) => path.join(tree.top, name)
const away = (tree: Tree, name: string) => path.join(tree.elsewhere, name)

it.each<[what: string, prepare: (tree: Tree) => void, change: (tree: Tree) => void]>([
  [
    'a file that a link leads to is written',
    (tree) => {
      fs.writeFileSync(away(tree, 'x.yaml'), '1')
      fs.symlinkSync(away(tree, 'x.yaml'), at(tree, file))
    },
    (tree) => fs.writeFileSync(away(tree, 'x.yaml'), '2'),
  ],
  [
    'another file takes its place',
    (tree) => {
      fs.writeFileSync(away(tree, 'x.yaml'), '1')
      fs.symlinkSync(away(tree, 'x.yaml'), at(tree, file))
      fs.writeFileSync(away(tree, 'y'), '2')
    },
    (tree) => fs.renameSync(away(tree, 'y'), away(tree, 'x.yaml')),
  ],
  [
    'it comes into being',
    (tree) => fs.symlinkSync(away(tree, 'x.yaml'), at(tree, file)),
    (tree) => fs.writeFileSync(away(tree, 'x.yaml'), '1'),
  ],
  [
    'a link in the middle of a relative way is moved',
    (tree) => {
      for (const version of ['v1', 'v2']) {
        fs.mkdirSync(away(tree, version))
        fs.writeFileSync(away(tree, `${version}/a.yaml`), version)
      }
      fs.symlinkSync('v1', away(tree, 'current'))
      fs.symlinkSync(path.relative(at(tree, 'policies'), away(tree, 'current/a.yaml')), at(tree, file))
      fs.symlinkSync('v2', away(tree, 'next'))
    },
    (tree) => fs.renameSync(away(tree, 'next'), away(tree, 'current')),
  ],
  [
    'the link itself is moved',
    (tree) => {
      fs.symlinkSync(away(tree, 'x.yaml'), at(tree, file))
      fs.symlinkSync(away(tree, 'y.yaml'), at(tree, 'policies/.new'))
    },
    (tree) => fs.renameSync(at(tree, 'policies/.new'), at(tree, file)),
  ],
  [
    'the topmost folder is replaced, link or not',
    (tree) => fs.mkdirSync(at(tree, 'other')),
    (tree) => {
      fs.renameSync(at(tree, 'policies'), at(tree, 'old'))
      fs.renameSync(at(tree, 'other'), at(tree, 'policies'))
    },
  ],
])('is heard when %s', async (_, prepare, change) => {
  const tree = createTree()
  prepare(tree)
  tree.links.follow(new Map([['a', file]]))
  const heard = tree.hears('a')
  change(tree)
  await heard
  expect(tree.logged).toEqual([])
})

it('hears of what a link leads to now, and no more of what it led to', async () => {
  const tree = createTree()
  for (const name of ['old', 'new']) {
    fs.mkdirSync(away(tree, name))
    fs.writeFileSync(away(tree, `${name}/x`), '1')
  }
  fs.symlinkSync(away(tree, 'old/x'), at(tree, file))
  tree.links.follow(new Map([['a', file]]))
  fs.rmSync(at(tree, file))
  fs.symlinkSync(away(tree, 'new/x'), at(tree, file))
  tree.links.follow(
    new Map([
      ['a', file],
      ['b', 'policies/b.yaml'],
    ]),
  )
  await tree.hears('a')
  fs.writeFileSync(away(tree, 'old/x'), '2')
  const heard = tree.hears('a')
  fs.writeFileSync(away(tree, 'new/x'), '2')
  await heard
  expect(tree.heard).not.toContain('b')
})

it.each([
  ['a link to itself', (tree: Tree) => fs.symlinkSync(at(tree, file), at(tree, file))],
  ['a link to nothing', (tree: Tree) => fs.symlinkSync(away(tree, 'no/where'), at(tree, file))],
  ['nothing at all', () => undefined],
])('%s can be followed without harm', (_, prepare) => {
  const tree = createTree()
  prepare(tree)
  tree.links.follow(new Map([['a', file]]))
  tree.links.follow(new Map())
})
