// What the proxy loads for a decision stays plain: no zod, no YAML, nothing of Node, however deep the imports go.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const core = path.join(import.meta.dirname, '../../../core')

/** Packages imported at run time by a file and by what it imports. */
function packagesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const statements = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s+(?!type\s)[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm,
  )
  return [...statements].flatMap(([, named = '', bare = '']) => {
    const source = named || bare
    return source.startsWith('.') ? packagesOf(path.resolve(path.dirname(file), source), seen) : [source]
  })
}

test.each(['policy/compile.ts', 'policy/evaluate.ts', 'policy/explain.ts', 'risk/classify.ts', 'audit/redact.ts'])(
  '%s imports no package',
  (file) => {
    const seen = new Set<string>()
    expect(packagesOf(path.join(core, file), seen)).toEqual([])
    expect(seen.size).toBeGreaterThan(1)
  },
)

test('the check itself sees packages: reading policies needs YAML, and the engines that check patterns', () => {
  expect(packagesOf(path.join(core, 'policy/parse.ts')).sort()).toEqual(['re2js', 'unbash', 'yaml'])
})
