// What a host (the Electron shell or `countersign serve`) gives the broker, and what it gets from it.
import type { QueueCaps } from '../core/wire/limits.ts'
import type { BrokerStatus, UiEvent, UiEventEnvelope, UiReply } from '../core/wire/ui-contract.ts'

/** Encrypts the install's private key at rest. Electron passes `safeStorage`; without one the key is a 0600 file. */
export type SecretBox = {
  encrypt(plain: string): Uint8Array
  decrypt(sealed: Uint8Array): string
}

/** Reads and sets whether the app starts at login, where the host can. */
export type LoginItem = { get(): boolean; set(on: boolean): void }

/** Has the system ask who sits there (Touch ID, Windows Hello), where the host can. */
export type OsAuth = {
  readonly kind: 'touch-id' | 'windows-hello'
  /** Resolves with whether it was confirmed; `reason` is shown by the system. Never rejects. */
  confirm(reason: string): Promise<boolean>
}

export type BrokerOptions = {
  /** The data folder; see broker/paths.ts for its layout. */
  home: string
  host: 'desktop' | 'headless'
  version: string
  secretBox?: SecretBox
  loginItem?: LoginItem
  osAuth?: OsAuth
  /** How much the queue takes; only tests want another number. */
  caps?: QueueCaps
  /** Folder with the starter policies that a first start copies. */
  starterPolicies: string
  /** The program of the thread that answers questions on the log: broker/audit/reader-worker.ts, or what it was built into. */
  readerFile: string
  /** The program of the thread that helps to check the log: broker/audit/verify-worker.ts, or what it was built into. */
  verifyFile: string
  /** One line for the host's log; never secrets, never argument values. */
  log(line: string): void
}

/** The UI contract at the broker's end. Both transports call exactly this. */
export type UiApi = {
  /** Never throws. `actor` names who asks, for the audit log: `desktop` or `headless:<session>`. */
  handle(method: string, params: unknown, actor: string): Promise<UiReply>
  /** Events from now on, in order; returns a function that stops them. */
  subscribe(listener: (envelope: UiEventEnvelope) => void): () => void
}

export type Broker = {
  readonly api: UiApi
  status(): BrokerStatus
  /** Sends an event of the host's own to every UI (a clicked notification reveals its card). */
  emit(event: Extract<UiEvent, { type: 'reveal' }>): void
  /** Puts something that should not happen on record and in front of the person. */
  alert(kind: string, detail: string): void
  /** Releases every held call (refused, nothing runs), closes the socket and the database. */
  stop(): Promise<void>
}

/**
 * Starts the broker. Rejects with a `BrokerStartError` when another broker serves this data folder, the folder cannot
 * be written, or the database is newer than this program.
 */
export type StartBroker = (options: BrokerOptions) => Promise<Broker>

export class BrokerStartError extends Error {
  readonly code:
    | 'already-running'
    | 'home-unwritable'
    | 'home-unsafe'
    | 'database-newer'
    | 'database-corrupt'
    | 'database-locked'
    | 'key-unreadable'
  constructor(code: BrokerStartError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BrokerStartError'
    this.code = code
  }
}
