// Who may speak to the headless host: a one-time launch code, shown in the terminal, is exchanged for a browser session.
// Codes and session tokens are kept as hashes only, so that a copy of our memory or a log gives nobody a session.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export type Session = {
  /** Names the session in the audit log. Derived from the hash of its token, so it opens nothing. */
  readonly id: string
  /**
   * The session's second half. It goes to our page once, in the fragment of the launch's redirect, and stays in storage
   * that belongs to our origin, port included. Cookies know no ports: without this half, any server on this machine that
   * the browser visits could use the cookie it is sent.
   */
  readonly key: string
}

export type SessionAuth = {
  /** A new launch code. It stays good until it is used, or until `maxLaunchCodes` newer ones were made. */
  launchCode(): string
  /** Uses up a launch code; both halves of a new session, or nothing where the code is unknown or was used before. */
  redeem(code: string): { token: string; key: string } | undefined
  session(token: string): Session | undefined
  /** True where `given` is the session's own key. */
  isKeyOf(session: Session, given: string): boolean
}

/** 256 bits: not to be guessed. */
const secretBytes = 32
const maxLaunchCodes = 20
const maxSessions = 20

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** `random(n)` gives n unpredictable bytes. */
export function createSessionAuth(random: (bytes: number) => Buffer = randomBytes): SessionAuth {
  let codes: Buffer[] = []
  const sessions = new Map<string, Session>()
  const secret = () => random(secretBytes).toString('base64url')

  return {
    launchCode: () => {
      const code = secret()
      codes = [...codes, sha256(code)].slice(-maxLaunchCodes)
      return code
    },
    redeem: (code) => {
      const given = sha256(code)
      const left = codes.filter((known) => !timingSafeEqual(known, given))
      if (left.length === codes.length) return undefined
      codes = left
      const token = secret()
      const hash = sha256(token).toString('hex')
      const key = secret()
      sessions.set(hash, { id: hash.slice(0, 8), key })
      const [oldest] = sessions.keys()
      if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest)
      return { token, key }
    },
    session: (token) => sessions.get(sha256(token).toString('hex')),
    isKeyOf: (session, given) => timingSafeEqual(sha256(session.key), sha256(given)),
  }
}
