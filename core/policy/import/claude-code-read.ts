// Reads Claude Code's settings (settings.json, settings.local.json, managed settings) or a bare permissions object.
import { describe, entryOf, type Located, type LocatedEntry, type Place } from '../located.ts'
import { code } from '../read-values.ts'
import type { ImportNotes } from './import-notes.ts'

export const permissionLists = ['allow', 'ask', 'deny'] as const
export type PermissionList = (typeof permissionLists)[number]

export type Listed = Place & { readonly list: PermissionList; readonly text: string }

export type ClaudeCodeSettings = {
  readonly entries: readonly Listed[]
  readonly mode: string | undefined
  /** Servers that the settings keep Claude Code from using. */
  readonly disabled: readonly (Place & { readonly name: string })[]
  /** Settings that have nothing to do with permissions, by name only: values can be secrets. */
  readonly others: readonly string[]
}

const permissionKeys: readonly string[] = [...permissionLists, 'defaultMode', 'additionalDirectories']

/** Settings that also decide about MCP tools, with what becomes of them. */
const beside: Readonly<Record<string, string>> = {
  hooks: 'Hooks can refuse or change calls; they stay with Claude Code',
  enabledMcpjsonServers: 'Which servers of a project Claude Code starts stays with Claude Code',
  enableAllProjectMcpServers: 'Which servers of a project Claude Code starts stays with Claude Code',
  allowedMcpServers: 'The list of permitted servers cannot be said; Claude Code still holds to it',
  allowManagedMcpServersOnly: 'The list of permitted servers cannot be said; Claude Code still holds to it',
  allowManagedPermissionRulesOnly: 'That only managed rules count stays with Claude Code',
  autoMode: 'What Claude Code lets its classifier decide is not imported',
  sandbox: 'The sandbox concerns shell commands, not MCP tools',
}

/** Whether a map looks like one of these, rather than anything else. */
export function looksLikeClaudeCode(root: Located): boolean {
  if (entryOf(root, 'permissions')?.value.kind === 'map') return true
  return permissionLists.some((list) => entryOf(root, list)?.value.kind === 'list')
}

/** Nothing if the file cannot be imported as a whole; the notes then say why. */
export function readClaudeCode(root: Located, notes: ImportNotes): ClaudeCodeSettings | undefined {
  const { report } = notes
  if (root.kind !== 'map') {
    report.error(root, `Claude Code's settings are a map, found ${describe(root)}`)
    return undefined
  }
  const inner = entryOf(root, 'permissions')?.value
  if (inner && inner.kind !== 'map') {
    report.error(inner, `\`permissions\` must be a map, found ${describe(inner)}`)
    return undefined
  }
  const permissions = inner ?? root
  const others = inner ? root.entries.filter(({ key }) => key !== 'permissions') : []
  const settings: ClaudeCodeSettings = {
    entries: permissionLists.flatMap((list) => readList(list, entryOf(permissions, list), notes)),
    mode: readMode(entryOf(permissions, 'defaultMode'), notes),
    disabled: [
      ...readDisabled(entryOf(root, 'disabledMcpjsonServers'), notes),
      ...readDenied(entryOf(root, 'deniedMcpServers'), notes),
    ],
    others: others.flatMap(({ key, at }) => {
      if (key === 'disabledMcpjsonServers' || key === 'deniedMcpServers') return []
      const words = Object.hasOwn(beside, key) ? beside[key] : undefined
      if (words === undefined) return key
      notes.warn(at, `${code(key)}: ${words}`)
      return []
    }),
  }
  for (const { key, at } of permissions.entries) {
    if (key === 'additionalDirectories')
      notes.warn(at, `${code(key)} is about Claude Code's own file tools and is not imported`)
    else if (!permissionKeys.includes(key) && inner) notes.warn(at, `${code(key)} of the permissions is not imported`)
    else if (!permissionKeys.includes(key)) report.error(at, `${code(key)} is no part of a permissions object`)
  }
  return report.diagnostics.length > 0 ? undefined : settings
}

function readList(list: PermissionList, entry: LocatedEntry | undefined, { report }: ImportNotes): Listed[] {
  if (!entry) return []
  if (entry.value.kind !== 'list') {
    report.error(entry.value, `${code(list)} must be a list, found ${describe(entry.value)}`)
    return []
  }
  return entry.value.items.flatMap((item) => {
    if (item.kind === 'text') return { line: item.line, column: item.column, list, text: item.value }
    report.error(item, `${code(list)} lists texts, found ${describe(item)}`)
    return []
  })
}

function readMode(entry: LocatedEntry | undefined, { report }: ImportNotes): string | undefined {
  if (!entry) return undefined
  if (entry.value.kind === 'text') return entry.value.value
  report.error(entry.value, `\`defaultMode\` must be a text, found ${describe(entry.value)}`)
  return undefined
}

function readDisabled(entry: LocatedEntry | undefined, notes: ImportNotes): ClaudeCodeSettings['disabled'] {
  return itemsOf(entry, notes).flatMap((item) => {
    if (item.kind === 'text') return { line: item.line, column: item.column, name: item.value }
    notes.report.error(item, `\`disabledMcpjsonServers\` lists names, found ${describe(item)}`)
    return []
  })
}

function readDenied(entry: LocatedEntry | undefined, notes: ImportNotes): ClaudeCodeSettings['disabled'] {
  return itemsOf(entry, notes).flatMap((item) => {
    const name = entryOf(item, 'serverName')?.value
    if (name?.kind === 'text') return { line: item.line, column: item.column, name: name.value }
    notes.warn(
      item,
      '`deniedMcpServers`: only servers denied by name can be taken over; Claude Code still refuses this one',
    )
    return []
  })
}

function itemsOf(entry: LocatedEntry | undefined, { report }: ImportNotes): readonly Located[] {
  if (!entry) return []
  if (entry.value.kind === 'list') return entry.value.items
  report.error(entry.value, `${code(entry.key)} must be a list, found ${describe(entry.value)}`)
  return []
}
