// What a check of the log says: for people in a terminal, for programs as JSON.

export type VerifyProblem = {
  where: 'event' | 'call' | 'session' | 'card' | 'spool'
  /** What is affected, in words: `event 12 (session s, call.decided)`, `call s.3, column tool`, `s.jsonl, line 4`. */
  place: string
  /** For events and spools a word such as `hash-mismatch`, `chain-broken`, `gap`; else a sentence. */
  problem: string
}

export type VerifyReport = {
  ok: boolean
  events: number
  calls: number
  /** Hash of the newest event, to be compared with one kept elsewhere. */
  head: string
  /** The first problem of each kind of place; empty when `ok`. */
  problems: VerifyProblem[]
}
