// A real file system of a few megabytes, where this machine lets one be mounted, and filling it to the last byte.
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const mount = (folder: string, megabytes: number) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'countersign-test', folder], { stdio: 'pipe' })

/** Why no file system can be mounted here; nothing where one can. */
export function whyNoMount(): string | undefined {
  const folder = fs.mkdtempSync(join(tmpdir(), 'countersign-mount-'))
  try {
    mount(folder, 1)
    execFileSync('umount', [folder])
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n').at(-2) ?? 'mount failed'
  } finally {
    fs.rmdirSync(folder)
  }
}

export type SmallDisk = {
  /** Takes all room that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
  remove(): void
}

/** Mounts over an empty folder, which must exist. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  mount(folder, megabytes)
  const filler = join(folder, 'filler')
  return {
    fill: () => {
      const fd = fs.openSync(filler, 'a')
      try {
        for (let size = 1024 * 1024; size >= 1; ) {
          try {
            if (fs.writeSync(fd, Buffer.alloc(size)) < size) size = Math.floor(size / 2)
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
            size = Math.floor(size / 2)
          }
        }
      } finally {
        fs.closeSync(fd)
      }
    },
    free: () => fs.rmSync(filler, { force: true }),
    remove: () => void execFileSync('umount', ['-l', folder]),
  }
}
