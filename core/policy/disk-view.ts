// What stands at places on the disk, looked at once for all calls that are judged in one turn of the event loop: the same
// folders come up with every rule and every argument, and each look costs more than all the rest of a rule.

/** Node's `fs`, as far as it is looked with. */
export type DiskPort = {
  lstatSync(place: string, options: { throwIfNoEntry: false }): { isSymbolicLink(): boolean } | undefined
  readlinkSync(place: string): string
  realpathSync: { native(place: string): string }
}

/** `unknown`: it cannot be told, for whatever reason. */
export type Standing = { readonly is: 'plain' | 'nothing' | 'unknown' } | { readonly is: 'link'; readonly to: string }

export type DiskView = {
  /** What is at a place whose folders are no links. */
  at(place: string): Standing
}

/** The path names nothing that exists: a part is missing, is no folder, or is too long for a name. */
const namesNothing = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** A view that lasts until the turn ends, when `later` calls back: what is judged together is judged on one picture. */
export function diskView(fs: DiskPort, later: (act: () => void) => unknown): DiskView {
  const seen = new Map<string, Standing>()
  return {
    at: (place) => {
      const known = seen.get(place)
      if (known) return known
      if (seen.size === 0) later(() => seen.clear())
      const found = look(fs, place)
      seen.set(place, found)
      return found
    },
  }
}

function look(fs: DiskPort, place: string): Standing {
  try {
    const stat = fs.lstatSync(place, { throwIfNoEntry: false })
    if (!stat) return { is: 'nothing' }
    return stat.isSymbolicLink() ? { is: 'link', to: fs.readlinkSync(place) } : { is: 'plain' }
  } catch (error) {
    return { is: namesNothing.has((error as { code?: string }).code ?? '') ? 'nothing' : 'unknown' }
  }
}
