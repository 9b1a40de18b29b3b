// The key of the marks that stand for secrets: one an install, so that the same secret is found again in every session.
// Whoever needs it first makes it, a proxy too; however many do so at once, they end up with the same one.

/** The part of `node:fs` this needs. */
export type KeyFs = {
  mkdirSync(folder: string, options: { recursive: true; mode: number }): unknown
  readFileSync(file: string, encoding: 'utf8'): string
  writeFileSync(file: string, text: string, options: { flag: 'wx'; mode: number; flush: true }): void
  linkSync(existing: string, file: string): void
  rmSync(file: string, options: { force: true }): void
}

export type MarkKeyOptions = {
  fs: KeyFs
  folder: string
  file: string
  /** So many random bytes, as hexadecimal digits. */
  randomHex(bytes: number): string
}

const keyBytes = 32
const isKey = /^[0-9a-f]{64}$/

/**
 * The install's key, 64 hexadecimal digits.
 * @throws if it can neither be read nor made, or the file holds something else.
 */
export function readOrMakeMarkKey(options: MarkKeyOptions): string {
  return read(options) ?? make(options)
}

function read({ fs, file }: MarkKeyOptions): string | undefined {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
  if (!isKey.test(text)) throw new Error(`${file} is not a key`)
  return text
}

/** Linked to its place when it is whole: whoever sees the file sees all of it, and the first one stays. */
function make(options: MarkKeyOptions): string {
  const { fs, folder, file, randomHex } = options
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomHex(8)}.new`
  const key = randomHex(keyBytes)
  const written = { flag: 'wx', mode: 0o600, flush: true } as const
  try {
    fs.writeFileSync(draft, `${key}\n`, written)
    try {
      fs.linkSync(draft, file)
    } catch (error) {
      // A disk without links: then the file itself is made, by one of them.
      if ((error as { code?: unknown }).code !== 'EEXIST') fs.writeFileSync(file, `${key}\n`, written)
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
  const kept = read(options)
  if (kept === undefined) throw new Error(`${file} could not be made`)
  return kept
}
