// What can be made of a call, and the way to the calls beside it; in sight however long the record is.
import { ChevronDown, ChevronUp, FilePlus2, FlaskConical } from 'lucide-react'
import { type DraftKind, goTo } from '../../state/navigation.ts'
import { Button } from '../../ui/button.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'

/** 1: the next call of the list, which is older; -1: the previous one. */
export type Step = (delta: 1 | -1) => void

const steps = [
  { delta: -1, name: 'Previous call', key: 'k', icon: ChevronUp },
  { delta: 1, name: 'Next call', key: 'j', icon: ChevronDown },
] as const

/** @param usable its record is there, so that something can be made of it */
export function CallActions({ call, usable, onStep }: { call: string; usable: boolean; onStep: Step | undefined }) {
  const start = (kind: DraftKind): void => goTo('policies', { call: undefined, draft: { kind, call } })
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 py-2.5">
      <Button disabled={!usable} onClick={() => start('rule')}>
        <FilePlus2 size={14} strokeWidth={1.5} aria-hidden="true" />
        Make a rule from this
      </Button>
      <Button disabled={!usable} onClick={() => start('simulate')}>
        <FlaskConical size={14} strokeWidth={1.5} aria-hidden="true" />
        Try in the simulator
      </Button>
      {onStep === undefined ? null : (
        <span className="ml-auto flex">
          {steps.map(({ delta, name, key, icon: Icon }) => (
            <Tooltip
              key={key}
              text={
                <>
                  {name} <span className="ml-1 font-mono text-muted">{key}</span>
                </>
              }
            >
              <button
                type="button"
                aria-label={name}
                aria-keyshortcuts={key}
                onClick={() => onStep(delta)}
                className="grid size-8 place-items-center rounded-[5px] text-muted hover:bg-hover hover:text-text"
              >
                <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
              </button>
            </Tooltip>
          ))}
        </span>
      )}
    </div>
  )
}
