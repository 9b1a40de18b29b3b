// Everything that is recorded about one call, over the list it was chosen from.
import { useEffect, useRef } from 'react'
import { isInvoluntary, isPlain, isWriting } from '../../state/keys.ts'
import { coverScreen, goTo, useNavigation } from '../../state/navigation.ts'
import { useSession } from '../../state/session.ts'
import { Button } from '../../ui/button.tsx'
import { Layer } from '../../ui/layer.tsx'
import { EmptyState, FailedState, SkeletonRows } from '../../ui/state-views.tsx'
import { count } from '../../ui/time.ts'
import { CallActions, type Step } from './call-actions.tsx'
import { CallDetailView } from './call-detail.tsx'
import { useCallDetail } from './use-call-detail.ts'

function Missing() {
  const retention = useSession(({ model }) => model?.settings.retention)
  const { days, megabytes } = retention ?? {}
  const kept = [
    ...(days === undefined ? [] : [`the last ${count(days, 'day')}`]),
    ...(megabytes === undefined ? [] : [`${megabytes.toLocaleString('en-US')} MB at most`]),
  ]
  return (
    <EmptyState title="Not in the log">
      {kept.length === 0
        ? 'This call is not recorded here, or not any more.'
        : `This call is not recorded here, or not any more: the log keeps ${kept.join(', ')}.`}
      {kept.length === 0 ? null : (
        <Button className="mt-3" onClick={() => goTo('settings', { call: undefined })}>
          What is kept, in Settings
        </Button>
      )}
    </EmptyState>
  )
}

/** `j` and `k` go to the next and the previous call of the list, unless something else lies over the drawer. */
function useStepKeys(onStep: Step | undefined): void {
  useEffect(() => {
    if (onStep === undefined) return
    const onKey = (event: KeyboardEvent): void => {
      const delta = event.key === 'j' ? 1 : event.key === 'k' ? -1 : undefined
      if (delta === undefined || isInvoluntary(event) || !isPlain(event) || isWriting(event.target)) return
      if (useNavigation.getState().layers > 1) return
      event.preventDefault()
      onStep(delta)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [onStep])
}

function Body({ call, state, reload }: { call: string } & ReturnType<typeof useCallDetail>) {
  const top = useRef<HTMLDivElement>(null)
  const before = useRef(call)
  useEffect(() => {
    if (before.current === call) return
    before.current = call
    // Another call begins at its beginning, and what had the focus may be gone with the last one.
    top.current?.closest('[data-scroller]')?.scrollTo({ top: 0 })
    if (!document.activeElement?.closest('[role="dialog"]')) top.current?.focus({ preventScroll: true })
  }, [call])
  return (
    <div ref={top} tabIndex={-1} className="outline-none">
      {state.kind === 'loading' ? <SkeletonRows rows={12} label="Loading the call" /> : null}
      {state.kind === 'failed' ? (
        <FailedState what="The call could not be loaded" problem={state.problem} onRetry={reload} />
      ) : null}
      {state.kind === 'missing' ? <Missing /> : null}
      {state.kind === 'ready' ? <CallDetailView key={call} detail={state.detail} /> : null}
    </div>
  )
}

/** @param onStep goes to the next (1) or previous (-1) call of the list; without it the drawer shows one call only */
export function CallDrawer({
  call,
  onClose,
  onStep,
}: {
  call: string | undefined
  onClose: () => void
  onStep?: Step | undefined
}) {
  const { state, reload } = useCallDetail(call)
  const open = call !== undefined
  useStepKeys(open ? onStep : undefined)
  return (
    <Layer
      open={open}
      onClose={onClose}
      title="Call"
      shape="right"
      cover={coverScreen}
      footer={
        open && (state.kind === 'ready' || onStep !== undefined) ? (
          <CallActions call={call} usable={state.kind === 'ready'} onStep={onStep} />
        ) : undefined
      }
    >
      {open ? <Body call={call} state={state} reload={reload} /> : null}
    </Layer>
  )
}
