// A policy file that is not as its author meant it to be: said on every screen, because it decides what calls get.
import { FileWarning } from 'lucide-react'
import { goTo, useNavigation } from './state/navigation.ts'
import { useSession } from './state/session.ts'
import { HostileText } from './ui/hostile-text.tsx'
import { count } from './ui/time.ts'

const none: readonly string[] = []

/** Not on Policies, where each file says it of itself. */
export function ProblemsBanner() {
  const problems = useSession(({ model }) => model?.status.policy.problems ?? none)
  const screen = useNavigation((navigation) => navigation.screen)
  const [first] = problems
  if (first === undefined || screen === 'policies') return null
  return (
    <section
      aria-label="Policy problems"
      className="flex shrink-0 items-start gap-3 border-b border-deny-line bg-deny-tint px-4 py-2"
    >
      <FileWarning size={16} strokeWidth={1.5} aria-hidden="true" className="mt-0.5 shrink-0 text-deny" />
      <p role="status" className="min-w-0 flex-1">
        <HostileText text={first} />
        {problems.length > 1 ? (
          <b className="font-semibold"> And {count(problems.length - 1, 'more problem')}.</b>
        ) : null}{' '}
        <button
          type="button"
          onClick={() => goTo('policies', { policy: undefined })}
          className="font-medium text-ink underline decoration-ink-line underline-offset-2 hover:decoration-ink"
        >
          Open policies
        </button>
      </p>
    </section>
  )
}
