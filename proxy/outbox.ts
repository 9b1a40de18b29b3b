// What goes to the upstream, in the order the client sent it: what waits for the disk or the broker holds back what comes
// after it.

type Bytes = Buffer | string
/** Gives the bytes when their turn has come, or nothing if they may no longer go. */
type Take = () => Bytes | undefined

/** A place in the order for what may not go yet, or is not known yet. */
export type Place = {
  /** What stands in it: nothing, unless it is filled before it is opened. */
  fill(take: Take): void
  /** It no longer holds back what comes after it. */
  open(): void
}

export type Outbox = {
  /** Takes its place in the order. */
  add(take: Take): void
  addWaiting(): Place
  /** Sends all that may go, as one write. */
  drain(): void
}

type Slot = { ready: boolean; take: Take }

export function createOutbox(send: (bytes: Bytes) => void): Outbox {
  let slots: Slot[] = []

  return {
    add: (take) => {
      slots.push({ ready: true, take })
    },
    addWaiting: () => {
      const slot: Slot = { ready: false, take: () => undefined }
      slots.push(slot)
      return {
        fill: (take) => {
          slot.take = take
        },
        open: () => {
          slot.ready = true
        },
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
