// Everything is refused: the switch in the rail, what it means on every screen, and the way out, which asks once more.
import { Lock, LockOpen, X } from 'lucide-react'
import { useEffect } from 'react'
import { useNow } from './state/clock.ts'
import { askToLift, dismissLockdownProblem, liftLockdown, lockDown, useLockdown } from './state/lockdown.ts'
import { coverScreen } from './state/navigation.ts'
import { useSession } from './state/session.ts'
import { showToast } from './state/toasts.ts'
import { Actor } from './ui/actor.tsx'
import { Button } from './ui/button.tsx'
import { ConfirmDialog } from './ui/confirm-dialog.tsx'
import { dayTime } from './ui/day-time.ts'
import { HostileText } from './ui/hostile-text.tsx'
import { age, exactTime } from './ui/time.ts'
import { Tooltip } from './ui/tooltip.tsx'

const liftInertFor = 700

export function LockdownButton({ className }: { className: string }) {
  const on = useSession(({ model }) => model?.status.lockdown !== undefined)
  const sending = useLockdown((state) => state.sending)
  const label = on ? 'The lockdown is on. Lift it' : 'Refuse everything'
  const Icon = on ? Lock : LockOpen
  return (
    <Tooltip side="right" text={on ? label : 'Refuse everything, of every client, until you lift it'}>
      <button
        type="button"
        aria-label={label}
        aria-haspopup={on ? 'dialog' : undefined}
        aria-disabled={sending}
        onClick={(event) => {
          // The second click of a double click is about what the first one changed.
          if (event.detail > 1) return
          if (on) askToLift(true)
          else void lockDown()
        }}
        className={`${className} ${on ? 'bg-deny text-paper' : 'text-muted hover:bg-deny-tint hover:text-deny'}`}
      >
        <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
      </button>
    </Tooltip>
  )
}

function NotCertain({ problem }: { problem: string }) {
  return (
    <div
      role="alert"
      className="flex shrink-0 flex-wrap items-start justify-end gap-x-3 gap-y-1 border-b border-deny-line bg-deny-tint px-4 py-2"
    >
      <Lock size={16} strokeWidth={1.5} aria-hidden="true" className="mt-1.5 shrink-0 text-deny" />
      <p className="min-w-0 flex-1 basis-64 py-1">
        <b className="font-semibold">It is not certain that everything is refused.</b> <HostileText text={problem} /> To
        be safe now, quit the clients.
      </p>
      <Button variant="refuse" onClick={() => void lockDown()}>
        Try again
      </Button>
      <button
        type="button"
        aria-label="Dismiss"
        onClick={dismissLockdownProblem}
        className="grid size-8 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-text"
      >
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </button>
    </div>
  )
}

export function LockdownBanner() {
  const lockdown = useSession(({ model }) => model?.status.lockdown)
  const problem = useLockdown((state) => state.problem)
  const now = useNow()
  return (
    <>
      {problem === undefined ? null : <NotCertain problem={problem} />}
      {lockdown === undefined || problem !== undefined ? null : (
        <section
          aria-label="Lockdown"
          className="flex shrink-0 flex-wrap items-start gap-x-3 gap-y-1 border-b border-deny-line bg-deny-tint px-4 py-2"
        >
          <Lock size={16} strokeWidth={1.5} aria-hidden="true" className="mt-1.5 shrink-0 text-deny" />
          <p role="status" className="min-w-0 flex-1 basis-64 py-1">
            <b className="font-semibold">Everything is refused</b> in every client, also what policy allows: since{' '}
            <time title={exactTime(lockdown.since)} className="whitespace-nowrap tabular">
              {dayTime(lockdown.since, now)}
            </time>
            , for {age(lockdown.since, now)}, <Actor by={lockdown.by} />.
          </p>
          <Button aria-haspopup="dialog" onClick={() => askToLift(true)}>
            Lift…
          </Button>
        </section>
      )}
    </>
  )
}

/** Stands once in the app, wherever it was asked for. */
export function LiftQuestion() {
  const asked = useLockdown((state) => state.lifting)
  const on = useSession(({ model }) => model?.status.lockdown !== undefined)
  useEffect(() => {
    // Lifted elsewhere: the question must not be there again at the next lockdown.
    if (!on) askToLift(false)
  }, [on])
  const lift = async (): Promise<void> => {
    await liftLockdown()
    showToast('plain', 'The lockdown is lifted. Policy decides again; what was refused stays refused.')
  }
  return (
    <ConfirmDialog
      open={asked && on}
      title="Lift the lockdown?"
      action="Lift the lockdown"
      keep="Keep refusing"
      failed="It is not certain that it was lifted."
      inertFor={liftInertFor}
      cover={coverScreen}
      onConfirm={lift}
      onClose={() => askToLift(false)}
    >
      <p>
        Policy decides again at once, in every client: what it allows runs, and what it asks about waits for you. What
        was refused meanwhile stays refused; a client has to ask for it again.
      </p>
      <p className="text-muted">Sessions that you refuse by themselves stay refused. Lifting is recorded.</p>
    </ConfirmDialog>
  )
}
