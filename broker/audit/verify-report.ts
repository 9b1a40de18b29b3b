// What a check of the log says: for people in a terminal, for programs as JSON.

export type VerifyProblem = {
  where: 'checkpoint' | 'event' | 'call' | 'session' | 'card' | 'policy' | 'spool'
  /** What is affected, in words: `event 12 (session s, call.decided)`, `call s.3, column tool`, `s+2.jsonl, line 4`. */
  place: string
  /** For events and spools a word such as `hash-mismatch`, `gap`; else a sentence. */
  problem: string
}

export type VerifyReport = {
  ok: boolean
  /** How many there are; what was given up behind a checkpoint is not counted. */
  events: number
  calls: number
  /** Hash of the newest event, to be compared with one kept elsewhere. */
  head: string
  /** The log was given up to this event, on this signed word. */
  checkpoint?: { seq: number; hash: string; at: number; events: number; calls: number }
  /** The first problem of each kind of place; empty when `ok`. */
  problems: VerifyProblem[]
}
