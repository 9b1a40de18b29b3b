// Carries out what notification-model.ts decides, with the system's notifications. Their buttons answer through the same
// door as the window, and only where the call is still exactly what the notification was about: anything else, and
// every doubt, opens the window and decides nothing.
import { Notification } from 'electron'
import type { UiApi } from '../broker/host-contract.ts'
import { uiRequests } from '../core/wire/ui-contract.ts'
import type { Clock } from './clock.ts'
import type { NoticeWindow } from './notice-window.ts'
import {
  hasButtons,
  mayApprove,
  type Notice,
  type NoticeButton,
  nextNotice,
  nothingNoticed,
} from './notification-model.ts'
import type { ShellState } from './shell-state.ts'

export type NotifierDeps = {
  platform: NodeJS.Platform
  clock: Clock
  api: Pick<UiApi, 'handle'>
  /** Brings up the window, on the card `id` where there is one. */
  open(id?: string): void
  /** Stands in where the system shows no notifications. */
  fallback: NoticeWindow
  log(line: string): void
}

export type Notifier = {
  update(state: ShellState): void
  /** Tells something that is not about a call. A click opens the app. */
  tell(title: string, body: string): void
  closeAll(): void
}

/** For the audit log: a person answered, on a notification. */
const actor = 'notification'

const labels: Record<NoticeButton, string> = { refuse: 'Refuse', approve: 'Approve once' }
const outcomesMeant = new Set(['refused', 'ran', 'granted'])

export const createNotifier = ({ platform, clock, api, open, fallback, log }: NotifierDeps): Notifier => {
  // Electron drops a notification's events once the object is collected, so each is held until it has ended.
  const held = new Map<number, Notification>()
  const others = new Set<Notification>()
  let state: ShellState | undefined
  let noticed = nothingNoticed
  let quiet = false
  let stopWaiting = () => {}

  /** A click that comes late, on a card that is closed by now, opens the app and nothing more. */
  const openOn = ({ cards: [card, ...more] }: Notice) => {
    const current = state?.cards.find(({ id }) => id === card?.id)
    open(more.length === 0 ? current?.id : undefined)
  }

  const answer = async (notice: Notice, button: NoticeButton | undefined): Promise<void> => {
    const [about] = notice.cards
    const card = state?.cards.find(({ id }) => id === about?.id)
    const same = card !== undefined && card.binding === about?.binding && card.waiting === about.waiting
    const allowed = button === 'refuse' || (button === 'approve' && state && card && mayApprove(card, state.settings))
    if (!same || !allowed || notice.cards.length !== 1 || card.expiresAt <= clock.now()) return openOn(notice)
    const method = button === 'refuse' ? 'approvals.refuse' : 'approvals.approve'
    const reply = await api.handle(method, { id: card.id, binding: card.binding, waiting: card.waiting }, actor)
    const result = reply.ok ? uiRequests[method].result.safeParse(reply.value) : undefined
    if (result?.success === true && outcomesMeant.has(result.data.outcome)) return
    if (!reply.ok) log(`The answer on a notification was not taken: ${reply.error.message}`)
    openOn(notice)
  }

  const show = (notice: Notice, waiting: number) => {
    if (!Notification.isSupported()) {
      fallback.show(waiting)
      return
    }
    const notification = new Notification({
      title: notice.title,
      body: notice.body,
      silent: notice.silent,
      // Linux takes the default, low, as leave not to show it. Critical would break through do-not-disturb.
      ...(platform === 'linux' ? { urgency: 'normal' } : {}),
      ...(notice.buttons.length > 0 && hasButtons(platform)
        ? { actions: notice.buttons.map((button) => ({ type: 'button', text: labels[button] }) as const) }
        : {}),
    })
    // Windows can tell of one press in more than one way.
    let pressed = false
    notification.on('action', ({ actionIndex }) => {
      if (pressed) return
      pressed = true
      answer(notice, notice.buttons[actionIndex]).catch((error: unknown) => {
        log(`The answer on a notification failed: ${String(error)}`)
        openOn(notice)
      })
    })
    notification.on('click', () => openOn(notice))
    notification.on('show', () => fallback.close())
    notification.on('failed', (_event, error) => {
      log(`The system showed no notification: ${error}`)
      if (!quiet && state !== undefined && state.cards.length > 0) fallback.show(state.cards.length)
    })
    // That somebody dismissed it, or that it timed out, decides nothing; it is held all the same, to be taken out of the
    // system's list when its cards are closed.
    held.set(notice.key, notification)
    notification.show()
  }

  const look = () => {
    if (state === undefined) return
    stopWaiting()
    const step = nextNotice(noticed, state, clock.now(), platform)
    noticed = step.noticed
    quiet = step.quiet
    for (const key of step.close) {
      held.get(key)?.close()
      held.delete(key)
    }
    const waiting = state.cards.length
    if (quiet || waiting === 0) fallback.close()
    else fallback.count(waiting)
    if (step.show !== undefined) show(step.show, waiting)
    stopWaiting = step.wakeAt === undefined ? () => {} : clock.after(step.wakeAt - clock.now(), look)
  }

  // What an earlier run left in the system's list, when it ended without taking it away, is about nothing that is there.
  if (platform === 'darwin') Notification.removeAll()
  if (platform === 'win32') {
    Notification.handleActivation(() => {
      if (noticed.nextKey === nothingNoticed.nextKey) open()
    })
  }

  return {
    update: (next) => {
      state = next
      look()
    },
    tell: (title, body) => {
      if (quiet || !Notification.isSupported()) return
      const notification = new Notification({ title, body })
      notification.on('click', () => open())
      notification.on('close', () => others.delete(notification))
      others.add(notification)
      notification.show()
    },
    closeAll: () => {
      stopWaiting()
      state = undefined
      for (const notification of [...held.values(), ...others]) notification.close()
      held.clear()
      others.clear()
      fallback.close()
    },
  }
}
