// SHA-256 for the pure functions of core.
import * as crypto from 'node:crypto'

/** SHA-256 of a UTF-8 text, as 64 lower-case hexadecimal digits. */
export const sha256 = (text: string): string => crypto.hash('sha256', text)
