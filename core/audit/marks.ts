// What stands in the log in the place of a secret, and what tells whether two values were equal without letting anybody
// try out what they were: both are made with a key that only this install has. The key comes from outside
// (core/audit/mark-key.ts says where it lies), because core has no files and no cryptography.

/** Keyed hash (HMAC-SHA-256) of a text, 64 lower-case hexadecimal digits. */
export type KeyedHash = (text: string) => string

export type Marks = {
  /** What stands for a secret: equal ones look equal in every session of this install. */
  mark(secret: string): string
  /**
   * What is recorded in the place of a SHA-256 (64 hexadecimal digits) over a value that a secret was taken out of: the
   * plain hash would let anybody who has the log try out passwords.
   */
  keyed(hash: string): string
  /** Whether `recorded` stands for a value with this plain hash, keyed or not. */
  isHash(recorded: string, hash: string): boolean
}

export function createMarks(keyedHash: KeyedHash): Marks {
  // Another text than any secret, so that a mark says nothing of a hash.
  const keyed = (hash: string) => keyedHash(`hash:${hash}`)
  return {
    mark: (secret) => `[redacted:${keyedHash(secret).slice(0, markDigits)}]`,
    keyed,
    isHash: (recorded, hash) => recorded === hash || recorded === keyed(hash),
  }
}

const markDigits = 12

/** A mark, anywhere in a text. */
export const markPattern: RegExp = /\[redacted:[0-9a-f]{12}\]/
