// Paths by text alone, for policy tests and `explain` outside a running proxy: the same answer on every machine.
import type { PolicyPorts } from './path-inside.ts'

export function lexicalPaths(over: { home?: string; cwd?: string } = {}): PolicyPorts {
  const home = over.home ?? '/home/dev'
  const cwd = over.cwd ?? `${home}/project`
  return {
    separator: '/',
    resolvePath(text) {
      // Another user's home is resolved by some programs and a plain name to others.
      if (text.includes('\0') || /^~[^/]/.test(text)) return undefined
      // To a program that does not know `~` it is a folder like any other, and what `..` leads to is another place.
      if (text.startsWith('~') && /(^|\/)\.\.(\/|$)/.test(text)) return undefined
      const expanded = text.startsWith('~') ? home + text.slice(1) : text
      const parts: string[] = []
      for (const part of (expanded.startsWith('/') ? expanded : `${cwd}/${expanded}`).split('/')) {
        if (part === '..') parts.pop()
        else if (part !== '' && part !== '.') parts.push(part)
      }
      return `/${parts.join('/')}`
    },
  }
}
