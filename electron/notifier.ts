// One native notification for each newly held call. It says that something waits and where, never what: a lock screen
// shows it to anybody. It decides nothing; a click only leads to the card.
import { Notification } from 'electron'
import type { ApprovalCard } from '../core/wire/ui-contract.ts'
import { plainText } from './plain-text.ts'
import type { ShellChange, ShellState } from './shell-state.ts'

export type Notifier = {
  update(state: ShellState, change: ShellChange): void
  /** Tells something that is not about a call. A click opens the app. */
  tell(title: string, body: string): void
  closeAll(): void
}

/** @param open brings up the window, on the card `id` where there is one */
export const createNotifier = (open: (id?: string) => void): Notifier => {
  // Electron drops a notification's click once the object is collected, so each is held until it has ended.
  const held = new Map<string, Notification>()
  const others = new Set<Notification>()
  let openCards: ReadonlySet<string> = new Set()

  const announce = (title: string, body: string, onClick: () => void): Notification => {
    const notification = new Notification({ title, body })
    notification.on('click', onClick)
    notification.show()
    return notification
  }

  const tell = (title: string, body: string) => {
    if (!Notification.isSupported()) return
    const notification = announce(title, body, () => open())
    others.add(notification)
    notification.on('close', () => others.delete(notification))
  }

  const announceCard = (card: ApprovalCard) => {
    const { id } = card
    const where = `${plainText(card.tool, 60)} on ${plainText(card.where.server, 40)}`
    // A click that comes late, on a card that is closed by now, opens the app and nothing more.
    held.set(
      id,
      announce('A call waits for you', where, () => open(openCards.has(id) ? id : undefined)),
    )
  }

  return {
    update: (state, change) => {
      openCards = new Set(state.cards.map((card) => card.id))
      switch (change.type) {
        case 'started':
          if (!state.settings.notifications || state.cards.length === 0) return
          tell(
            'Countersign is back',
            `${state.cards.length === 1 ? 'A call waits' : `${state.cards.length} calls wait`} for you.`,
          )
          return
        case 'card-opened':
          if (state.settings.notifications && Notification.isSupported()) announceCard(change.card)
          return
        case 'card-closed':
          held.get(change.id)?.close()
          held.delete(change.id)
          return
        case 'other':
          return
        default:
          change satisfies never
      }
    },
    tell,
    closeAll: () => {
      for (const notification of [...held.values(), ...others]) notification.close()
      held.clear()
      others.clear()
    },
  }
}
