// What goes to the upstream, in the order the client sent it: what waits for the disk holds back what comes after it.

type Bytes = Buffer | string

export type Outbox = {
  /** Takes its place in the order. `take` gives the bytes when its turn has come, or nothing if they may no longer go. */
  add(take: () => Bytes | undefined): void
  /** The same for what may not go yet; the returned function says that it may. */
  addWaiting(take: () => Bytes | undefined): () => void
  /** Sends all that may go, as one write. */
  drain(): void
}

export function createOutbox(send: (bytes: Bytes) => void): Outbox {
  let slots: { ready: boolean; take: () => Bytes | undefined }[] = []

  return {
    add: (take) => {
      slots.push({ ready: true, take })
    },
    addWaiting: (take) => {
      const slot = { ready: false, take }
      slots.push(slot)
      return () => {
        slot.ready = true
      }
    },
    drain: () => {
      if (slots.length === 0) return
      const blocked = slots.findIndex(({ ready }) => !ready)
      const due = blocked === -1 ? slots : slots.slice(0, blocked)
      slots = blocked === -1 ? [] : slots.slice(blocked)
      const out = due.flatMap(({ take }) => take() ?? [])
      const [only] = out
      if (only === undefined) return
      send(out.length === 1 ? only : joined(out))
    },
  }
}

/** Texts are joined as texts: turning each into bytes by itself costs more than the one write saves. */
function joined(parts: readonly Bytes[]): Bytes {
  if (parts.every((part) => typeof part === 'string')) return parts.join('')
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}
