// Which package, image or program a launch command starts. Only the place where a launcher takes its package counts, so
// that an argument which merely mentions one names nothing; a command not certainly understood names nothing either.
import { npmName, pypiName, scriptPackage } from './package-names.ts'
import { type OptionTable, skipOptions } from './skip-options.ts'

export type Launch = {
  readonly kind: 'npm' | 'pypi' | 'image' | 'program' | 'host'
  readonly name: string
  /** The program that is to be run out of the package, where the command names one. */
  readonly program?: string
  /** The words after it. */
  readonly rest: readonly string[]
}

/** PyPI's own normal form; modules are written with underscores. */
export const pythonName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** Packages that are Node: what they run is in the words after them. */
const nodeItself = /^node(?:-(?:linux|darwin|win)-(?:x64|x86|arm64|armv7l))?$/

/** What the command may start, surest first; empty when that cannot be told. */
export function launches(command: readonly string[], depth = 0): Launch[] {
  const [first, ...rest] = command
  if (first === undefined || depth > 4) return []
  const inner = (words: readonly string[] | undefined) => (words ? launches(words, depth + 1) : [])
  const inPackage = scriptPackage(first)
  if (inPackage && !nodeItself.test(inPackage)) return [{ kind: 'npm', name: inPackage, rest }]
  const program = programName(first)
  if (/^python[\d.]*$|^pypy[\d.]*$|^py$/.test(program)) return python(rest)
  switch (program) {
    case 'env':
      return inner(afterEnv(rest))
    case 'cmd':
      return inner(afterCmd(rest))
    case 'npx':
    case 'pnpx':
    case 'bunx':
      return packageRun(rest)
    case 'npm':
      return managerRun(rest, ['exec', 'x'])
    case 'pnpm':
    case 'yarn':
      return managerRun(rest, ['dlx'])
    case 'bun':
      return rest[0] === 'x' ? packageRun(rest.slice(1)) : script(rest[0] === 'run' ? rest.slice(1) : rest)
    case 'deno':
      return deno(rest)
    case 'node':
    case 'tsx':
      return script(rest)
    case 'uvx':
      return uvTool(rest)
    case 'uv':
      return uv(rest, inner)
    case 'pipx':
      return rest[0] === 'run' ? pipx(rest.slice(1)) : []
    case 'docker':
    case 'podman':
    case 'nerdctl':
      return container(rest)
    default:
      return [{ kind: 'program', name: program, program, rest }]
  }
}

/** The last part of a path, without the endings of Windows programs, whose letters may be large or small. */
function programName(word: string): string {
  const last = word.split(/[\\/]/).at(-1) ?? ''
  const windows = /^(.+)\.(?:exe|cmd|bat|ps1)$/i.exec(last)?.[1]
  return windows?.toLowerCase() ?? last
}

function afterEnv(words: readonly string[]): string[] | undefined {
  // Not -S: it splits a text by rules of its own.
  const rest = skipOptions(words, { flags: '-i -0 --ignore-environment', valued: '-u --unset -C --chdir' })?.rest
  const from = rest?.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word)) ?? -1
  return from < 0 ? undefined : rest?.slice(from)
}

function afterCmd(words: readonly string[]): string[] | undefined {
  const at = words.findIndex((word) => /^\/[ck]$/i.test(word))
  if (at < 0 || !words.slice(0, at).every((word) => /^\/[a-z](?::\w+)?$/i.test(word))) return undefined
  const rest = words.slice(at + 1)
  // cmd joins its arguments and reads the text anew: one of these could begin another command.
  if (rest.some((word) => /[&|<>^%"!\r\n]/.test(word))) return undefined
  return rest.length === 1 ? rest[0]?.trim().split(/\s+/) : rest
}

// Another registry, or a configuration that could name one, serves what it likes under a known name: not listed here.
const npxOptions: OptionTable = {
  flags:
    '-y --yes --no --no-install -q --quiet -s --silent --verbose --bun --prefer-offline --prefer-online --offline --ignore-existing',
  valued: '-w --workspace --prefix --cache --loglevel',
  packages: '-p --package',
}

function packageRun(words: readonly string[]): Launch[] {
  const read = skipOptions(words, npxOptions)
  const [first, ...rest] = read?.rest ?? []
  if (!read || first === undefined) return []
  if (read.packages.length === 0) {
    const name = npmName(first)
    return name === undefined ? [] : npmLaunch({ kind: 'npm', name, rest })
  }
  return read.packages.flatMap((spec): Launch[] => {
    const name = npmName(spec)
    return name === undefined ? [] : [{ kind: 'npm', name, program: npmName(first) ?? first, rest }]
  })
}

/** `mcp-remote` only passes on: the server is where its address leads. */
function npmLaunch(launch: Launch): Launch[] {
  if (launch.name !== 'mcp-remote') return [launch]
  const host = /^https:\/\/([a-z\d.-]+)(?::443)?(?:[/?#]|$)/i.exec(launch.rest[0] ?? '')?.[1]
  return host === undefined ? [] : [{ kind: 'host', name: host.toLowerCase(), rest: launch.rest.slice(1) }]
}

function managerRun(words: readonly string[], verbs: readonly string[]): Launch[] {
  const rest = skipOptions(words, npxOptions)
  const [verb = '', ...after] = rest?.rest ?? []
  if (!verbs.includes(verb)) return []
  return packageRun([...(rest?.packages ?? []).map((name) => `--package=${name}`), ...after])
}

/** A file run by Node or Bun counts as part of the package in whose folder it lies. */
function script(words: readonly string[]): Launch[] {
  const [file, ...rest] =
    skipOptions(words, {
      flags:
        '--no-warnings --enable-source-maps --use-system-ca --trace-warnings --trace-uncaught --no-deprecation --inspect --smol',
      valued: '-r --require --import --loader --experimental-loader -C --conditions --env-file --tsconfig',
    })?.rest ?? []
  const name = file === undefined ? undefined : scriptPackage(file)
  if (name !== undefined) return npmLaunch({ kind: 'npm', name, rest })
  const linked = file && /(?:^|[\\/])node_modules[\\/]\.bin[\\/]([\w.-]+)$/.exec(file)?.[1]
  return linked ? [{ kind: 'program', name: programName(linked), program: programName(linked), rest }] : []
}

function deno(words: readonly string[]): Launch[] {
  if (words[0] !== 'run') return []
  const flags =
    '-A -q -r --allow-all --allow-env --allow-net --allow-read --allow-write --allow-run --allow-sys --no-prompt --quiet --node-modules-dir'
  const [spec, ...rest] = skipOptions(words.slice(1), { flags, valued: '' })?.rest ?? []
  const name = spec?.startsWith('npm:') ? npmName(spec.slice(4)) : undefined
  return name === undefined ? [] : npmLaunch({ kind: 'npm', name, rest })
}

function python(words: readonly string[]): Launch[] {
  const at = words.indexOf('-m')
  const options = skipOptions(words.slice(0, Math.max(at, 0)), { flags: '-u -B -I -s -E -O -q -P -3', valued: '-X -W' })
  const module = words[at + 1]
  if (at < 0 || options?.rest.length !== 0 || module === undefined || !/^\w+(?:\.\w+)*$/.test(module)) return []
  const parts = module.split('.')
  const rest = words.slice(at + 2)
  // `awslabs.x_mcp_server.server`: the package is some first part of the module's name.
  return parts.map((_, left) => ({ kind: 'pypi', name: parts.slice(0, parts.length - left).join('.'), rest }))
}

const uvOptions: OptionTable = {
  flags:
    '-q --quiet --refresh --no-cache -n --offline --isolated --native-tls --no-progress --frozen --locked --no-sync --no-project --no-dev',
  valued:
    '-p --python --with --directory --project --extra --group --env-file --refresh-package --python-preference --cache-dir',
  packages: '--from',
}

function uvTool(words: readonly string[]): Launch[] {
  const read = skipOptions(words, uvOptions)
  const [first, ...rest] = read?.rest ?? []
  if (!read || first === undefined) return []
  const from = read.packages.at(-1)
  const name = pypiName(from ?? first)
  if (name === undefined) return []
  return from === undefined ? [{ kind: 'pypi', name, rest }] : [{ kind: 'pypi', name, program: first, rest }]
}

function uv(words: readonly string[], inner: (words: readonly string[] | undefined) => Launch[]): Launch[] {
  const [verb, ...after] = skipOptions(words, uvOptions)?.rest ?? []
  if (verb === 'tool') return after[0] === 'run' ? uvTool(after.slice(1)) : []
  if (verb !== 'run') return []
  const module = after.findIndex((word) => word === '-m' || word === '--module')
  if (module >= 0 && skipOptions(after.slice(0, module), uvOptions)?.rest.length === 0) {
    return python(['-m', ...after.slice(module + 1)])
  }
  // A program of the project, or one that --with brings along.
  return inner(skipOptions(after, uvOptions)?.rest)
}

function pipx(words: readonly string[]): Launch[] {
  const read = skipOptions(words, { flags: '-q --quiet --verbose --no-cache', valued: '--python', packages: '--spec' })
  const [first, ...rest] = read?.rest ?? []
  const spec = read?.packages.at(-1)
  const name = first === undefined ? undefined : pypiName(spec ?? first)
  if (name === undefined) return []
  return spec === undefined ? [{ kind: 'pypi', name, rest }] : [{ kind: 'pypi', name, program: first ?? '', rest }]
}

function container(words: readonly string[]): Launch[] {
  const after = skipOptions(words, { flags: '-D --debug', valued: '-c --context -l --log-level --config' })?.rest ?? []
  const run = after[0] === 'container' ? after.slice(1) : after
  if (run[0] !== 'run') return []
  // Not --entrypoint: it runs something else out of the image.
  const [image, ...rest] =
    skipOptions(run.slice(1), {
      flags:
        '-i --interactive -t --tty -d --detach --rm --init --privileged --read-only -P --publish-all -q --quiet --no-healthcheck --sig-proxy --replace',
      valued:
        '-e --env --env-file -v --volume --mount --tmpfs -p --publish --expose --name --network --net --network-alias --ip --dns --add-host --link -h --hostname -w --workdir -u --user --userns --platform --pull -l --label -m --memory --memory-swap --cpus --shm-size --gpus --device --cap-add --cap-drop --security-opt --restart --log-driver --log-opt --ulimit --pid --ipc --runtime --group-add --stop-timeout --cidfile --annotation',
      together: true,
    })?.rest ?? []
  if (image === undefined) return []
  const name = imageName(image)
  return name === undefined ? [] : [{ kind: 'image', name, rest }]
}

/** Without tag and digest, and without the ways to write Docker's own registry. */
function imageName(image: string): string | undefined {
  const named = /^([a-z\d][a-z\d._-]*(?::\d+)?(?:\/[a-z\d][a-z\d._-]*)*?)(?::[\w.-]+)?(?:@sha256:[\da-f]{64})?$/.exec(
    image,
  )?.[1]
  return named?.replace(/^(?:index\.|registry-1\.)?docker\.io\//, '').replace(/^library\//, '')
}
