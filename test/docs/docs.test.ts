// What the documents say is there: files, pictures, commands, options, scripts. Policies in them are good.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { parsePolicyText } from '../../core/policy/parse.ts'
import { usage as proxyUsage } from '../../proxy/options.ts'
import { runCli, temporaryFolder } from '../broker/cli/run-cli.ts'

const root = join(import.meta.dirname, '../..')
const documents = [
  ...['README.md', 'ARCHITECTURE.md', 'DECISIONS.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].flatMap(([, found]) => found ?? [])
/** Inline code and indented or fenced blocks, where commands stand. */
const codeOf = (text: string): string[] =>
  all(
    text.replace(/```\w*\n([\s\S]*?)```/g, (_, code: string) => code.replace(/^/gm, '    ')),
    /(?:`([^`\n]+)`)/g,
  ).concat(all(text, /^ {4}(.*)$/gm))
const unique = (words: readonly string[]): string[] => [...new Set(words)].sort()

/** The anchors that headings get on the usual hosts. */
const anchorsOf = (text: string): string[] =>
  all(text, /^#+ (.*)$/gm).map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )

it.each(documents)('%s: every relative link and picture leads somewhere', (file) => {
  const text = textOf(file)
  const targets = [...all(text, /\]\(([^)\s]+)\)/g), ...all(text, /(?:src|srcset)="([^"]+)"/g)]
  const lost = targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const found = path === '' ? join(root, file) : resolve(root, dirname(file), path)
    if (!existsSync(found)) return true
    return anchor !== undefined && !anchorsOf(readFileSync(found, 'utf8')).includes(anchor)
  })
  expect(lost).toEqual([])
})

it('every picture that was taken is shown somewhere, in both themes', () => {
  const shown = documents.flatMap((file) => all(textOf(file), /images\/([\w-]+\.png)/g))
  expect(unique(shown)).toEqual(readdirSync(join(root, 'docs/images')).sort())
  const themeless = (name: string) => name.replace(/-(?:light|dark)\.png$/, '')
  for (const name of unique(shown.map(themeless))) {
    expect(shown).toEqual(expect.arrayContaining([`${name}-light.png`, `${name}-dark.png`]))
  }
})

const policies = documents.flatMap((file) =>
  all(textOf(file), /```yaml\n([\s\S]*?)```/g).map((text, index) => ({ place: `${file}, policy ${index + 1}`, text })),
)
it.each(policies)('$place has no mistakes', ({ place, text }) => {
  const { entry, diagnostics } = parsePolicyText(text, place)
  expect(diagnostics).toEqual([])
  expect(entry.status).toBe('ok')
})
it('the README has a policy', () => {
  expect(policies.map(({ place }) => place)).toContain('README.md, policy 1')
})

it('every documented command of the CLI exists, and the README lists them all', async () => {
  const { out, code } = await runCli(['--help'], temporaryFolder())
  expect(code).toBe(0)
  const known = all(out, /^ {2}([a-z]+(?: [a-z]+)?) {2,}/gm)
  expect(known).toContain('serve')
  const named = unique(
    documents
      .flatMap((file) => codeOf(textOf(file)))
      .flatMap((code) => all(code, /^(?:\$ )?countersign ([a-z]+(?: [a-z]+)?)/g)),
  )
  expect(named).toContain('audit verify')
  expect(named.filter((name) => !known.includes(name))).toEqual([])
  const table = all(textOf('README.md'), /^\| `countersign ([a-z]+(?: [a-z]+)?)/gm)
  expect(unique(table)).toEqual(unique(known))
})

it('every documented option of the proxy exists', () => {
  const table = textOf('docs/getting-started.md').split('## Options of the proxy')[1]?.split('\n## ')[0] ?? ''
  const options = all(table, /`(--[a-z-]+)/g)
  expect(options.length).toBeGreaterThan(3)
  for (const option of options) expect(proxyUsage).toContain(option)
})

it('every documented npm script and test path exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
  const text = documents.map(textOf).join('\n')
  for (const name of unique(all(text, /npm run ([a-z:]+)/g))) expect(Object.keys(scripts)).toContain(name)
  const paths = all(text, /npm test -- ([^`\n]+)/g).flatMap((words) => words.match(/test\/[\w./-]+/g) ?? [])
  expect(paths.length).toBeGreaterThan(5)
  expect(unique(paths).filter((path) => !existsSync(join(root, path)))).toEqual([])
})

it('the picture of the architecture stays one that can be read at a sitting', () => {
  expect(textOf('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(150)
})
