// What it means for calls right now that the broker cannot be reached, and what to do.
import { Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Connection } from './state/sync.ts'
import { Button } from './ui/button.tsx'
import { HostileText } from './ui/hostile-text.tsx'
import { Mark } from './ui/mark.tsx'

/** Above a screen that still shows what was known. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  if (connection.state !== 'lost' && connection.state !== 'incompatible') return null
  return (
    <div role="alert" className="flex shrink-0 items-start gap-3 border-b border-hold-line bg-hold-tint px-4 py-2">
      <Unplug size={16} strokeWidth={1.5} aria-hidden="true" className="mt-0.5 shrink-0 text-hold" />
      {connection.state === 'lost' ? (
        <p>
          <b className="font-semibold">Countersign does not answer.</b> Calls that policy allows or denies go on as
          before. Calls that need a person are refused until it is back. What you see is the last known state; trying
          again by itself.
        </p>
      ) : (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span>
            <b className="font-semibold">This window and Countersign are of different versions.</b> Calls are decided as
            before; to answer them, reload.
          </span>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </p>
      )}
    </div>
  )
}

function Page({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid h-full place-items-center overflow-y-auto px-6">
      <div className="flex max-w-104 flex-col gap-3 py-12">
        <span className="mb-1 text-ink">
          <Mark size={32} />
        </span>
        <h1 className="text-summary font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  )
}

/** Instead of the app, while nothing is known yet or the session is not accepted. */
export function ConnectionPage({ connection }: { connection: Connection }) {
  switch (connection.state) {
    case 'unauthorized':
      return (
        <Page title="This link has been used or has expired">
          <p>Get a new one from the terminal where Countersign runs: it prints a fresh link when asked.</p>
          <p className="text-muted">
            Each link opens one session, once. Nothing was approved, and calls are decided as before.
          </p>
        </Page>
      )
    case 'connecting':
    case 'live':
      return (
        <Page title="Countersign">
          <p role="status" className="text-muted">
            Connecting…
          </p>
        </Page>
      )
    case 'lost':
    case 'incompatible':
      return (
        <Page title={connection.state === 'lost' ? 'Countersign does not answer' : 'Different versions'}>
          <p>
            {connection.state === 'lost'
              ? 'Calls that policy allows or denies go on as before. Calls that need a person are refused until it is back.'
              : 'This window and Countersign are of different versions. Calls are decided as before; reload to answer them.'}
          </p>
          <p role="status" className="text-muted">
            {connection.state === 'lost' ? 'Trying again by itself. ' : ''}
            <HostileText text={connection.problem} />
          </p>
          <Button className="self-start" onClick={() => window.location.reload()}>
            Reload
          </Button>
        </Page>
      )
  }
}
