// Names of packages in the ways launchers take them. Strict: aliases, addresses, folders and repositories bring code from
// elsewhere under a name that looks known, so they have no name here.

const npmSpec = /^((?:@[a-z\d~][\w.~-]*\/)?[a-z\d~][\w.~-]*)(?:@[\w.^~*<>=| +-]*)?$/

/** `@scope/name@1.2` → `@scope/name`. */
export const npmName = (spec: string): string | undefined => npmSpec.exec(spec)?.[1]

const pypiSpec = /^([A-Za-z\d][\w.-]*)(?:\[[\w,. -]*\])?(?:@[\w.+-]+|\s*(?:[=~!<>]=?=?\s*[\w.*+,<>=!~ -]+))?$/
const repository = /^git\+https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?(?:@[\w./-]+)?$/

/** `name[extra]==1.2` and `name@latest` → `name`; a repository on GitHub → `github:owner/name`. */
export function pypiName(spec: string): string | undefined {
  const [, owned] = repository.exec(spec) ?? []
  return owned === undefined ? pypiSpec.exec(spec)?.[1] : `github:${owned}`
}

/** The npm package in whose installed folder a file lies. */
export function scriptPackage(file: string): string | undefined {
  const parts: string[] = []
  for (const part of file.split(/[\\/]/)) {
    // `node_modules/known/../other/x.js` lies in the other one.
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  const at = parts.lastIndexOf('node_modules')
  const [scope = '', name = '', ...inside] = parts.slice(at + 1)
  if (at < 0 || scope.startsWith('.')) return undefined
  if (!scope.startsWith('@')) return name === '' ? undefined : npmName(scope)
  return inside.length === 0 ? undefined : npmName(`${scope}/${name}`)
}
