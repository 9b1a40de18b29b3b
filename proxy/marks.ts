// The marks of this install as a proxy makes them. The key is read when the first secret is met: most sessions meet none
// while they start.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import { readOrMakeMarkKey } from '../core/audit/mark-key.ts'
import { createMarks } from '../core/audit/marks.ts'
import { layoutHere } from './place.ts'

let key: Buffer | undefined

export const { mark, keyed } = createMarks((text) => {
  key ??= readKey()
  return crypto.createHmac('sha256', key).update(text).digest('hex')
})

/** Where there is none to be had, one of this process: secrets are marked all the same, only not found again. */
function readKey(): Buffer {
  const { keys: folder, markKey: file } = layoutHere()
  const randomHex = (bytes: number) => crypto.randomBytes(bytes).toString('hex')
  try {
    return Buffer.from(readOrMakeMarkKey({ fs, folder, file, randomHex }), 'hex')
  } catch {
    return crypto.randomBytes(32)
  }
}
