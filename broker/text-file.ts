// Reads a text file that a stranger named: never anything but an ordinary file, never more than fits, and not for long.
import * as fs from 'node:fs'
import { longestFile } from '../core/approval/file-become.ts'

export type ReadText = { readonly text: string | undefined } | { readonly problem: string }

/** A disk of another machine may never answer. */
const longestWaitMs = 5_000

const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants

/** What the system makes up as it is read. */
const madeUp = /^\/(?:proc|sys|dev)(?:\/|$)/

/** The text of the file at `real`, a path without links, or nothing where there is no file. Never rejects. */
export async function readText(real: string): Promise<ReadText> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<ReadText>((resolve) => {
    timer = setTimeout(() => resolve({ problem: 'The file could not be read in time.' }), longestWaitMs)
  })
  try {
    return await Promise.race([read(real), late])
  } finally {
    clearTimeout(timer)
  }
}

async function read(real: string): Promise<ReadText> {
  if (madeUp.test(real)) return notOrdinary
  try {
    // A device may do something when it is opened, and a pipe waits.
    const found = await fs.promises.lstat(real)
    if (!found.isFile()) return found.isDirectory() ? { problem: 'This path is a folder.' } : notOrdinary
    const file = await fs.promises.open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    try {
      if (!(await file.stat()).isFile()) return notOrdinary
      return textOf(await firstBytes(file))
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { text: undefined }
    if (code === 'EACCES' || code === 'EPERM') return { problem: 'Countersign may not read this file.' }
    return { problem: `This file cannot be read (${code ?? 'unknown error'}).` }
  }
}

const notOrdinary: ReadText = { problem: 'This is not an ordinary file.' }

/** One byte more than fits tells that it does not. */
async function firstBytes(file: fs.promises.FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(longestFile + 1)
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}

function textOf(bytes: Buffer): ReadText {
  if (bytes.length > longestFile) return { problem: 'The file is longer than 1 MiB, which is too much to compare.' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? notText : { text }
  } catch {
    return notText
  }
}

const notText: ReadText = { problem: 'The file is no text in UTF-8, so its lines cannot be compared.' }
