// Packs policies/catalogue/*.yaml into core/risk/catalogue.json, which the programs carry: one text a server, so that
// starting costs one look at each server's names and only the server in use is unpacked (core/risk/catalogue.ts). What is
// said of calls goes into catalogue-sentences.json, which only the broker carries.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { atRoot } from './lib.mjs'

const letters = {
  read: 'r',
  unknown: 'u',
  write: 'w',
  network: 'n',
  destructive: 'd',
  execute: 'x',
  credentials: 'c',
  money: 'm',
}
const serverKeys = ['id', 'name', 'checked', 'start', 'aliases', 'npm', 'pypi', 'images', 'programs', 'hosts', 'tools']
const toolKeys = ['class', 'why', 'says', 'ignore-annotations', 'raises', 'arguments']

const catalogueFolder = atRoot('policies/catalogue')

/** The catalogue's files as they are written, by their ids. */
export function readCatalogue() {
  const files = readdirSync(catalogueFolder).filter((file) => file.endsWith('.yaml'))
  return new Map(files.sort().map((file) => [file.slice(0, -5), readServer(file)]))
}

function readServer(file) {
  const server = parse(readFileSync(`${catalogueFolder}/${file}`, 'utf8'))
  const must = (holds, problem) => {
    if (!holds) throw new Error(`policies/catalogue/${file}: ${problem}`)
  }
  must(server?.id === file.slice(0, -5), 'the id must be the name of the file')
  for (const key of Object.keys(server)) must(serverKeys.includes(key), `unknown key ${key}`)
  must(/^[^\n]+$/.test(server.name ?? ''), 'it needs a name')
  must(
    /^(?:listed from \S+@\S+|from (?:the project's|public) documentation)$/.test(server.checked),
    'how was it checked?',
  )
  const { aliases = [], npm = [], pypi = [], images = [], programs = [], hosts = [] } = server
  for (const name of [...aliases, ...npm, ...pypi, ...images, ...hosts])
    must(/^[\w./@-]+$/.test(name), `odd name ${name}`)
  for (const program of programs) must(/^[\w.:-]+(?: [\w.:-]+)*$/.test(program), `odd program ${program}`)
  must([...npm, ...pypi, ...images, ...programs, ...hosts].length > 0, 'nothing identifies it')
  for (const [tool, written] of Object.entries(server.tools)) {
    const entry = typeof written === 'string' ? { class: written } : written
    for (const key of Object.keys(entry)) must(toolKeys.includes(key), `${tool}: unknown key ${key}`)
    must(/^\S+$/.test(tool), `odd tool ${tool}`)
    must(entry.class in letters, `${tool}: no class ${entry.class}`)
    must(
      entry.why === undefined || /^[a-z`][^\n“”]{1,99}$/.test(entry.why),
      `${tool}: why, in few words that follow a colon`,
    )
    must(/^[[A-Z][^\n]*[^\s.]$/.test(entry.says ?? ''), `${tool}: says what a call does, without a full stop`)
    for (const argument of entry.arguments ?? [])
      must(/^[^\s,^\d][^\s,^]*$/.test(argument), `${tool}: odd argument ${argument}`)
    for (const [argument, riskClass] of Object.entries(entry.raises ?? {})) {
      must(riskClass in letters && entry.arguments?.includes(argument), `${tool}: raises ${argument}`)
    }
    server.tools[tool] = entry
  }
  return { aliases, npm, pypi, images, programs, hosts, ...server }
}

/** What core/risk/catalogue.json holds; throws where two servers claim the same name. */
export function packCatalogue() {
  const owners = new Map()
  const packed = {}
  for (const [id, server] of readCatalogue()) {
    const { aliases, npm, pypi, images, programs, hosts } = server
    const names = { alias: [id, ...aliases], npm, pypi, image: images, program: programs, host: hosts }
    for (const name of Object.entries(names).flatMap(([kind, all]) => all.map((one) => `${kind} ${one}`))) {
      if (owners.has(name)) throw new Error(`${name} is claimed by ${owners.get(name)} and ${id}`)
      owners.set(name, id)
    }
    const repeated = repeatedArguments(server)
    packed[id] = [
      server.name,
      aliases.join(' '),
      [...npm, ...pypi.map((name) => `pypi:${name}`)].join(' '),
      images.join(' '),
      programs.map((program) => program.replaceAll(' ', '+')).join(' '),
      hosts.join(' '),
      repeated.join(' '),
      ...packTools(server.tools, repeated),
    ].join('\n')
  }
  return packed
}

/** What core/risk/catalogue-sentences.json holds: each tool's template by the ids of the servers. */
export function packSentences() {
  const sentencesOf = ({ tools }) => Object.fromEntries(Object.entries(tools).map(([tool, { says }]) => [tool, says]))
  return Object.fromEntries([...readCatalogue()].map(([id, server]) => [id, sentencesOf(server)]))
}

/** Names that several tools share, most often used first; tools give their places in this list, in base 36. */
function repeatedArguments({ tools }) {
  const counts = new Map()
  for (const name of Object.values(tools).flatMap((entry) => entry.arguments ?? [])) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const repeated = [...counts].filter(([name, count]) => count > 1 && name.length > 2)
  return repeated.sort(([, a], [, b]) => b - a).map(([name]) => name)
}

/** Sorted, and each with as many letters of the name before it as its first letter says in base 36. */
function packTools(tools, repeated) {
  let before = ''
  return Object.entries(tools)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tool, entry]) => {
      let same = 0
      while (same < 35 && same < before.length && before[same] === tool[same]) same++
      before = tool
      return `${same.toString(36)}${tool.slice(same)} ${packTool(entry, repeated)}`.trimEnd()
    })
}

/**
 * `letter arguments why`: `!` after the letter for annotations that do not count, `^` before a class that an argument
 * raises to, `-` for no arguments at all.
 */
function packTool(entry, repeated) {
  const named = entry.arguments?.map((argument) => {
    const place = repeated.indexOf(argument)
    const short = place < 0 ? argument : place.toString(36).replace(/^(?=[a-z])/, '0')
    const raised = entry.raises?.[argument]
    return raised ? `${short}^${letters[raised]}` : short
  })
  const names = named === undefined ? '' : named.join(',') || '-'
  return `${letters[entry.class]}${entry['ignore-annotations'] ? '!' : ''} ${names} ${entry.why ?? ''}`
}
