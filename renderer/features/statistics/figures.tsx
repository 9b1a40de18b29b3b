// The figures of all answers together: one row each, numbers aligned, what is worth a thought said in words.
import type { ReactNode } from 'react'
import { Meter, percent } from '../../ui/meter.tsx'
import { type Tone, toneText } from '../../ui/outcome.tsx'
import { duration } from '../../ui/time.ts'
import { otherwise, settledShare } from './answer-words.ts'
import { figure } from './part.tsx'
import type { Statistics } from './use-statistics.ts'

function Row({
  name,
  value,
  about,
  bar,
  tone,
}: {
  name: string
  value: string
  about?: ReactNode
  bar?: { readonly part: number; readonly of: number; readonly tone: Tone } | undefined
  tone?: Tone
}) {
  return (
    <div className="grid min-h-8 grid-cols-[11rem_4.5rem_minmax(0,1fr)] items-center gap-x-4 border-b border-line py-1 narrow:grid-cols-[minmax(0,1fr)_4.5rem]">
      <dt>{name}</dt>
      <dd className={`text-right font-mono tabular ${tone === undefined ? '' : `font-medium ${toneText[tone]}`}`}>
        {value}
      </dd>
      <dd className="flex items-center gap-3 text-muted narrow:col-span-2 narrow:pb-1">
        {bar === undefined ? null : (
          <>
            <span className="w-36 shrink-0">
              <Meter {...bar} />
            </span>
            <span className="w-12 text-right tabular">{percent(bar.part, bar.of)}</span>
          </>
        )}
        {about}
      </dd>
    </div>
  )
}

export function Figures({ statistics }: { statistics: Statistics }) {
  const { asked, answered, settledAlone, medianAnswerMs, fastApprovals } = statistics
  const { approved, refused, expired } = answered
  const rest = otherwise(statistics)
  return (
    <dl>
      <Row name="You were asked" value={figure(asked)} about="Identical calls that waited together count once." />
      <Row name="You said yes" value={figure(approved)} bar={{ part: approved, of: asked, tone: 'allow' }} />
      <Row name="You said no" value={figure(refused)} bar={{ part: refused, of: asked, tone: 'deny' }} />
      <Row name="Nobody answered" value={figure(expired)} bar={{ part: expired, of: asked, tone: 'unknown' }} />
      {rest === 0 ? null : (
        <Row
          name="Ended otherwise"
          value={figure(rest)}
          bar={{ part: rest, of: asked, tone: 'plain' }}
          about={<span className="narrow:hidden">taken back, settled by policy, or still open</span>}
        />
      )}
      <Row name="Settled without asking" value={figure(settledAlone)} about={settledShare(statistics)} />
      <Row
        name="Median time to answer"
        value={medianAnswerMs === undefined ? '–' : duration(medianAnswerMs)}
        about={medianAnswerMs === undefined ? 'No answer yet.' : 'Half of your answers came sooner.'}
      />
      <Row
        name="Yes in under 1.5 s"
        value={figure(fastApprovals)}
        {...(fastApprovals > 0 ? { tone: 'hold' as const } : {})}
        about={
          fastApprovals > 0
            ? `Too fast to have read: ${percent(fastApprovals, approved)} of what you said yes to.`
            : 'Nothing was approved too fast to have been read.'
        }
      />
    </dl>
  )
}
