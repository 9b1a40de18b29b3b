// One permission as a paragraph of a ledger: what it is for, what it matches, how long it still holds.
import { useId, useState } from 'react'
import type { Grant } from '../../../core/wire/ui-contract.ts'
import { useNow } from '../../state/clock.ts'
import { AskedFor } from '../../ui/asked-for.tsx'
import { Button } from '../../ui/button.tsx'
import { HostileText } from '../../ui/hostile-text.tsx'
import { Sentence } from '../../ui/sentence.tsx'
import { countdown, exactTime } from '../../ui/time.ts'
import { GrantFacts } from './grant-facts.tsx'
import { nextEnd } from './lifetime.ts'

/** Lines that are shown at first. */
const fewLines = 8

function Words({ words }: Pick<Grant, 'words'>) {
  const [all, setAll] = useState(false)
  const shown = all ? words : words.slice(0, fewLines)
  return (
    <ul aria-label="What it lets through" className="flex flex-col gap-0.5 border-l border-line-strong pl-3">
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one immutable permission
        <li key={index} className="break-words">
          <Sentence parts={line} valueClass="font-mono text-mono text-ink" />
        </li>
      ))}
      {shown.length < words.length ? (
        <li>
          <Button variant="quiet" className="h-6 px-1.5" onClick={() => setAll(true)}>
            {words.length - shown.length} more lines
          </Button>
        </li>
      ) : null}
    </ul>
  )
}

function Left({ grant, now }: { grant: Grant; now: number }) {
  const { at, of } = nextEnd(grant)
  const left = Math.max(0, at - now)
  const share = of <= 0 ? 0 : Math.min(1, left / of)
  return (
    <div className="flex w-24 shrink-0 flex-col items-end gap-1 narrow:items-start" title={`Over at ${exactTime(at)}`}>
      <span className="font-mono tabular">
        {countdown(left)}
        <span className="font-sans text-muted"> left</span>
      </span>
      <div aria-hidden="true" className="h-0.5 w-full overflow-hidden bg-line">
        <div className="clock-line h-full bg-ink" style={{ transform: `scaleX(${share.toFixed(4)})` }} />
      </div>
    </div>
  )
}

export function GrantEntry({
  grant,
  revoking,
  onRevoke,
}: {
  grant: Grant
  revoking: boolean
  onRevoke: (grant: Grant) => void
}) {
  const now = useNow()
  const name = useId()
  const { tool, client, server, words } = grant
  return (
    <li>
      <article data-grant={grant.id} aria-labelledby={name} className="flex flex-col gap-2.5 border-b border-line py-4">
        <header className="flex items-start gap-4 narrow:flex-wrap narrow:gap-y-2">
          <div id={name} className="min-w-0 flex-1 narrow:basis-full">
            <h3 className="text-title font-semibold break-words">
              <AskedFor call={grant} longest={200} />
              {tool.length > 200 ? '…' : null}
            </h3>
            <p className="text-muted break-words">
              <HostileText text={client} /> → <HostileText text={server} />
            </p>
          </div>
          <Left grant={grant} now={now} />
          <Button
            variant="refuse"
            className="narrow:ml-auto"
            aria-describedby={name}
            aria-disabled={revoking}
            onClick={(event) => {
              // The second click of a double click: another permission may stand there by now.
              if (event.detail > 1 || revoking) return
              onRevoke(grant)
            }}
          >
            Revoke
          </Button>
        </header>
        <Words words={words} />
        <GrantFacts grant={grant} now={now} />
      </article>
    </li>
  )
}
