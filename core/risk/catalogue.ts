// The catalogue shipped in policies/catalogue, packed into catalogue.json by scripts/catalogue.mjs: which well-known server
// a launch command starts, and what is known of its tools. Unpacked server by server, so that a proxy pays for one.
import type { RiskClass } from '../schema/risk-class.ts'
import packed from './catalogue.json' with { type: 'json' }
import { type Launch, launches, pythonName } from './launch-command.ts'

export type CataloguedTool = {
  readonly class: RiskClass
  /** What the tool does, after "Listed for …: ". */
  readonly why?: string
  /** What its server says of it is known to mislead, so it does not count. */
  readonly ignoreAnnotations?: true
  /** Names of its top-level arguments, where they are known. */
  readonly arguments?: readonly string[]
  /** Arguments that make more of it than its class says: a reading tool that writes a file when given `filename`. */
  readonly raises?: ReadonlyMap<string, RiskClass>
  /** What identifies the server it is listed for. */
  readonly listedFor?: string
}

export type CatalogueServer = {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  /** Names on npm and, after `pypi:`, on PyPI. */
  readonly packages: readonly string[]
  readonly images: readonly string[]
  /** Names of programs, with the words that must follow (`heroku mcp:start`). */
  readonly programs: readonly string[]
  /** Hosts where it runs for everybody, reached through a bridge such as mcp-remote. */
  readonly hosts: readonly string[]
  /** Has no prototype: tools are looked up by names that strangers make up. */
  readonly tools: Readonly<Record<string, CataloguedTool>>
}

/** One letter for each class in the packed catalogue. */
const classByLetter: ReadonlyMap<string, RiskClass> = new Map([
  ['r', 'read'],
  ['u', 'unknown'],
  ['w', 'write'],
  ['n', 'network'],
  ['d', 'destructive'],
  ['x', 'execute'],
  ['c', 'credentials'],
  ['m', 'money'],
])

const packedServers: ReadonlyMap<string, string> = new Map(Object.entries(packed))
const unpacked = new Map<string, CatalogueServer>()
let index: ReadonlyMap<string, string> | undefined

/** The catalogued server that this command starts: what it names counts, never what the server says of itself. */
export function identifyServer(command: readonly string[]): CatalogueServer | undefined {
  for (const launch of launches(command)) {
    const id = identityIndex().get(keyOf(launch))
    const server = id === undefined ? undefined : serverById(id)
    if (server && provides(server, launch)) return server
  }
  return undefined
}

/** For tests, lint and explain, which know no launch command; at run time an alias proves nothing. */
export function serverByAlias(alias: string): CatalogueServer | undefined {
  const id = identityIndex().get(aliasKey(alias))
  return id === undefined ? undefined : serverById(id)
}

export function serverById(id: string): CatalogueServer | undefined {
  const known = unpacked.get(id)
  if (known) return known
  const text = packedServers.get(id)
  if (text === undefined) return undefined
  const server = unpack(id, text)
  unpacked.set(id, server)
  return server
}

export const catalogueIds = (): string[] => [...packedServers.keys()]

const aliasKey = (alias: string): string =>
  `alias ${alias
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/^mcp-|-mcp$|-mcp-server$|-server$/g, '')}`

function keyOf(launch: Launch): string {
  return launch.kind === 'pypi' ? `pypi ${pythonName(launch.name)}` : `${launch.kind} ${launch.name}`
}

/** With `npx -p package program` or a program with subcommands, the rest of the line must fit too. */
function provides(server: CatalogueServer, launch: Launch): boolean {
  const starts = (program: string) => {
    const [name, ...rest] = program.split(' ')
    return name === launch.program && rest.every((word, position) => launch.rest[position] === word)
  }
  if (launch.kind === 'program') return server.programs.some(starts)
  if (launch.program === undefined) return true
  return launch.program === launch.name.split('/').at(-1) || server.programs.some(starts)
}

function identityIndex(): ReadonlyMap<string, string> {
  if (index) return index
  const built = new Map<string, string>()
  for (const [id, text] of packedServers) {
    const [, aliases, packages, images, programs, hosts] = text.split('\n', 6).map(words)
    for (const alias of [id, ...(aliases ?? [])]) built.set(aliasKey(alias), id)
    for (const name of packages ?? []) {
      const python = /^pypi:(.+)/.exec(name)?.[1]
      built.set(python === undefined ? `npm ${name}` : `pypi ${pythonName(python)}`, id)
    }
    for (const image of images ?? []) built.set(`image ${image}`, id)
    for (const program of programs ?? []) built.set(`program ${program.split('+')[0]}`, id)
    for (const host of hosts ?? []) built.set(`host ${host}`, id)
  }
  index = built
  return built
}

const classOf = (letter: string): RiskClass => classByLetter.get(letter) ?? 'unknown'
const words = (line: string | undefined): string[] => (line ? line.split(' ') : [])

function unpack(id: string, text: string): CatalogueServer {
  const [title = id, aliases, packages, images, programs, hosts, shared, ...lines] = text.split('\n')
  const tools: Record<string, CataloguedTool> = Object.create(null)
  const listedFor =
    [packages, images, programs, hosts]
      .flatMap(words)[0]
      ?.replace(/^pypi:/, '')
      .replaceAll('+', ' ') ?? title
  let tool = ''
  for (const line of lines) {
    // Each name begins as the one before it does, for as many letters as its first letter says.
    const [name = '', letters = '', names = '', ...why] = line.split(' ')
    tool = tool.slice(0, Number.parseInt(name.slice(0, 1), 36)) + name.slice(1)
    const named = names === '-' ? [] : names.split(',').map((one) => argumentOf(one, words(shared)))
    const raises = named.flatMap(({ argument, letter }) => (letter ? [[argument, classOf(letter)] as const] : []))
    tools[tool] = {
      class: classOf(letters.slice(0, 1)),
      ...(why.length > 0 ? { why: why.join(' ') } : {}),
      ...(letters.endsWith('!') ? { ignoreAnnotations: true as const } : {}),
      ...(names ? { arguments: named.map(({ argument }) => argument) } : {}),
      ...(raises.length > 0 ? { raises: new Map(raises) } : {}),
      listedFor,
    }
  }
  return {
    id,
    name: title,
    aliases: words(aliases),
    packages: words(packages),
    images: words(images),
    programs: words(programs).map((program) => program.replaceAll('+', ' ')),
    hosts: words(hosts),
    tools,
  }
}

/** `path`, or by its place among the shared names `0`, and `^w` for a class that it raises to. */
function argumentOf(written: string, shared: readonly string[]): { argument: string; letter: string | undefined } {
  const [name = '', letter] = written.split('^')
  return { argument: /^\d/.test(name) ? (shared[Number.parseInt(name, 36)] ?? name) : name, letter }
}
