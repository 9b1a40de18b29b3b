// The rail: the mark, the screens, what needs attention. A row on top where the window is narrow.
import { Keyboard } from 'lucide-react'
import { LockdownButton } from './app-lockdown.tsx'
import { screenEntries } from './app-screens.ts'
import { goTo, type Screen, useNavigation } from './state/navigation.ts'
import { useSession } from './state/session.ts'
import { Mark } from './ui/mark.tsx'
import { Tooltip } from './ui/tooltip.tsx'

const shape = 'relative grid size-9 shrink-0 place-items-center rounded-md -outline-offset-2'
const button = `${shape} text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-ink-tint aria-[current=page]:text-ink`

export function AppSidebar({ onHelp }: { onHelp: () => void }) {
  const screen = useNavigation((navigation) => navigation.screen)
  const waiting = useSession(({ model }) => model?.approvals.length ?? 0)
  const broken = useSession(({ model }) => model?.status.policy.problems.length ?? 0)
  const counts: Partial<Record<Screen, { number: number; words: string; tone: string }>> = {
    approvals: { number: waiting, words: `${waiting} waiting`, tone: 'bg-ink-solid text-on-ink' },
    policies: { number: broken, words: `${broken} with problems`, tone: 'bg-deny text-paper' },
  }
  return (
    <nav
      aria-label="Screens"
      className="flex w-13 shrink-0 flex-col items-center gap-1 max-[24rem]:gap-0 overflow-y-auto border-r border-line py-2 [scrollbar-width:none] narrow:h-11 narrow:overflow-x-auto narrow:overflow-y-hidden narrow:w-auto narrow:flex-row narrow:border-r-0 narrow:border-b narrow:px-2 narrow:py-0"
    >
      <span className="grid size-9 shrink-0 place-items-center text-ink max-[24rem]:hidden">
        <Mark />
      </span>
      <span className="mb-1 narrow:hidden" />
      {screenEntries.map(({ screen: target, name, icon: Icon, letter }) => {
        const badge = counts[target]
        const label = badge !== undefined && badge.number > 0 ? `${name}, ${badge.words}` : name
        return (
          <Tooltip
            key={target}
            side="right"
            text={
              <>
                {label} <span className="ml-1 font-mono text-muted">g {letter}</span>
              </>
            }
          >
            <button
              type="button"
              aria-label={label}
              aria-current={screen === target ? 'page' : undefined}
              onClick={() => goTo(target)}
              className={button}
            >
              <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
              {badge !== undefined && badge.number > 0 ? (
                <span
                  aria-hidden="true"
                  className={`absolute top-0 right-0 min-w-4 rounded-full px-1 text-center text-[0.625rem] leading-4 font-semibold tabular ${badge.tone}`}
                >
                  {badge.number > 99 ? '99+' : badge.number}
                </span>
              ) : null}
            </button>
          </Tooltip>
        )
      })}
      <span className="flex-1" />
      <LockdownButton className={shape} />
      <Tooltip
        side="right"
        text={
          <>
            Keys <span className="ml-1 font-mono text-muted">?</span>
          </>
        }
      >
        <button type="button" aria-label="Keyboard shortcuts" onClick={onHelp} className={button}>
          <Keyboard size={18} strokeWidth={1.5} aria-hidden="true" />
        </button>
      </Tooltip>
    </nav>
  )
}
