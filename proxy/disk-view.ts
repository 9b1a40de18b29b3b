// What stands at places on the disk, looked at once for all calls that are judged in one turn of the event loop: the same
// folders come up with every rule and every argument, and each look costs more than all the rest of a rule.
import * as fs from 'node:fs'

/** `unknown`: it cannot be told, for whatever reason. */
export type Standing = { readonly is: 'plain' | 'nothing' | 'unknown' } | { readonly is: 'link'; readonly to: string }

export type DiskView = {
  /** What is at a place whose folders are no links. */
  at(place: string): Standing
}

/** The path names nothing that exists: a part is missing, is no folder, or is too long for a name. */
const namesNothing = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** A view that lasts until the turn ends: what is judged together is judged on one picture. */
export function diskView(): DiskView {
  const seen = new Map<string, Standing>()
  return {
    at: (place) => {
      const known = seen.get(place)
      if (known) return known
      if (seen.size === 0) setImmediate(() => seen.clear())
      const found = look(place)
      seen.set(place, found)
      return found
    },
  }
}

function look(place: string): Standing {
  try {
    const stat = fs.lstatSync(place, { throwIfNoEntry: false })
    if (!stat) return { is: 'nothing' }
    return stat.isSymbolicLink() ? { is: 'link', to: fs.readlinkSync(place) } : { is: 'plain' }
  } catch (error) {
    return { is: namesNothing.has((error as NodeJS.ErrnoException).code ?? '') ? 'nothing' : 'unknown' }
  }
}
