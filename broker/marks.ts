// The marks of this install as the broker and the command line make them.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { readOrMakeMarkKey } from '../core/audit/mark-key.ts'
import { createMarks, type KeyedHash, type Marks } from '../core/audit/marks.ts'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { writeAtomically } from './paths.ts'

/**
 * The marks of the install, whose key is made where there is none. A key that is damaged is replaced: what is marked from
 * then on is not found equal to what was marked before. Where none can be had, marks of this process alone. Never throws.
 */
export function loadMarks(layout: Pick<HomeLayout, 'keys' | 'markKey'>): Marks {
  const { keys: folder, markKey: file } = layout
  const load = () => marksWith(readOrMakeMarkKey({ fs, folder, file, randomHex }))
  try {
    return load()
  } catch (error) {
    // What the system refuses to do is no damage.
    if ((error as NodeJS.ErrnoException).code !== undefined) return ownMarks()
  }
  try {
    writeAtomically(file, `${randomHex(32)}\n`)
    return load()
  } catch {
    return ownMarks()
  }
}

/** As they would be found in the log of this data folder; nothing where nobody has made the key yet. Makes no key. */
export function existingMarks(layout: Pick<HomeLayout, 'markKey'>): Marks | undefined {
  try {
    const key = fs.readFileSync(layout.markKey, 'utf8').trim()
    return /^[0-9a-f]{64}$/.test(key) ? marksWith(key) : undefined
  } catch {
    return undefined // never made, or not ours to read: nothing was marked with it that we could look for
  }
}

/** Marks that nobody else can make: for what is kept by one process alone. */
export const ownMarks = (): Marks => marksWith(randomHex(32))

function marksWith(key: string): Marks {
  const bytes = Buffer.from(key, 'hex')
  const keyedHash: KeyedHash = (text) => crypto.createHmac('sha256', bytes).update(text).digest('hex')
  return createMarks(keyedHash)
}

const randomHex = (bytes: number): string => crypto.randomBytes(bytes).toString('hex')
