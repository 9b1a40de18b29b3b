// More calls need a person than can wait: said on every screen, because what was turned away is nowhere to be seen.
import { Users } from 'lucide-react'
import { goTo, useNavigation } from './state/navigation.ts'
import { useSession } from './state/session.ts'
import { HostileText } from './ui/hostile-text.tsx'
import { count } from './ui/time.ts'

/** On a wide Approvals screen the list of what waits says it. */
export function FloodBanner() {
  const flood = useSession(({ model }) => model?.status.flood)
  const listed = useSession(({ model }) => (model?.approvals.length ?? 0) > 0)
  const onApprovals = useNavigation(({ screen }) => screen === 'approvals')
  if (flood === undefined) return null
  const { turnedAway, client, server } = flood
  return (
    <section
      aria-label="Too many calls"
      className={`flex shrink-0 items-start gap-3 border-b border-hold-line bg-hold-tint px-4 py-2 ${onApprovals && listed ? 'wide:hidden' : ''}`}
    >
      <Users size={16} strokeWidth={1.5} aria-hidden="true" className="mt-0.5 shrink-0 text-hold" />
      <p role="status" className="min-w-0 flex-1">
        <b className="font-semibold tabular">{count(turnedAway, 'call')} turned away</b> in the last minute because too
        many wait; the last was of <HostileText text={client.slice(0, 60)} /> to{' '}
        <HostileText text={server.slice(0, 60)} />. A card can refuse everything from its session.{' '}
        {onApprovals ? null : (
          <button
            type="button"
            onClick={() => goTo('approvals')}
            className="font-medium text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
          >
            Open approvals
          </button>
        )}
      </p>
    </section>
  )
}
