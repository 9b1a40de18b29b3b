// Where a copy of what happens is sent, for teams that keep it elsewhere: an OpenTelemetry collector. Off unless a person
// writes an address.
import { useEffect, useId, useRef, useState } from 'react'
import type { Settings } from '../../../core/wire/ui-contract.ts'
import { useMetrics } from '../../state/use-metrics.ts'
import { CollectorState } from '../../ui/collector-state.tsx'
import { headersVariable, isOpen, readEndpoint } from './collector-words.ts'
import { Check, FieldNote, Row, Section } from './field.tsx'
import { useSave } from './use-save.ts'

type Telemetry = NonNullable<Settings['telemetry']>

function Address({ endpoint, onSave }: { endpoint: string; onSave: (endpoint: string) => void }) {
  const [draft, setDraft] = useState(endpoint)
  const [problem, setProblem] = useState<string>()
  const note = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    setDraft(endpoint)
    setProblem(undefined)
  }, [endpoint])
  useEffect(() => {
    if (endpoint === '') field.current?.focus()
  }, [endpoint])
  const commit = (): void => {
    if (draft.trim() === '' && endpoint === '') return
    const read = readEndpoint(draft)
    setProblem('problem' in read ? read.problem : undefined)
    if ('endpoint' in read && read.endpoint !== endpoint) onSave(read.endpoint)
  }
  return (
    <div className="flex basis-full flex-col gap-2">
      <label className="flex flex-wrap items-center gap-x-3 gap-y-1">
        Address
        <input
          ref={field}
          type="url"
          autoComplete="off"
          spellCheck={false}
          maxLength={2000}
          placeholder="http://127.0.0.1:4318"
          aria-invalid={problem !== undefined}
          aria-describedby={note}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
          }}
          className="h-8 min-w-0 flex-1 basis-56 rounded-[5px] border border-line-strong bg-sheet px-2 font-mono text-mono placeholder:text-muted aria-invalid:border-deny-line"
        />
      </label>
      <FieldNote id={note} hint="Without a path: /v1/traces and /v1/logs are added to it." problem={problem} />
      {isOpen(endpoint) ? (
        <p className="text-hold">Without https, whoever is on the way there can read what is sent.</p>
      ) : null}
    </div>
  )
}

function Sending() {
  const { reload: _reload, ...loaded } = useMetrics(1)
  if (loaded.state === 'failed')
    return <p className="basis-full text-muted">How the sending goes could not be found out: {loaded.problem}</p>
  // Right after the address was written nothing is known of it yet.
  if (loaded.state === 'loading' || loaded.metrics.telemetry === undefined) return null
  return (
    <div className="basis-full">
      <CollectorState telemetry={loaded.metrics.telemetry} />
    </div>
  )
}

function Content({ telemetry }: { telemetry: Telemetry }) {
  const { problem, save } = useSave()
  return (
    <Row
      title="Arguments and results"
      about={
        telemetry.content ? (
          <span className="text-hold">
            They leave this machine as they stand in the log: without the secrets that were known as such, but with
            everything else, file contents and messages among it.
          </span>
        ) : (
          'Not sent: who called what, when, what was decided and how long it took, and no more.'
        )
      }
      problem={problem}
    >
      <Check
        label="Send them too"
        checked={telemetry.content}
        onChange={(content) => void save({ telemetry: { ...telemetry, content } })}
      />
    </Row>
  )
}

export function Collector({ telemetry }: Pick<Settings, 'telemetry'>) {
  const { problem, save } = useSave()
  const [opened, setOpened] = useState(false)
  const on = telemetry !== undefined || opened
  return (
    <Section title="Collector">
      <Row
        title="OpenTelemetry"
        about={
          <>
            Sends a trace of each call and a record of each decision to a collector of yours (OTLP over HTTP). Headers
            it asks for, such as a key, are read from the environment variable{' '}
            <span className="font-mono text-mono [overflow-wrap:anywhere]">{headersVariable}</span> when Countersign
            starts; they are not kept here. No call ever waits for it.
          </>
        }
        problem={problem}
      >
        <Check
          label="Send to a collector"
          checked={on}
          onChange={(next) => {
            setOpened(next)
            if (!next && telemetry !== undefined) void save({ telemetry: null })
          }}
        />
        {on ? (
          <Address
            endpoint={telemetry?.endpoint ?? ''}
            onSave={(endpoint) => void save({ telemetry: { endpoint, content: telemetry?.content ?? false } })}
          />
        ) : null}
        {telemetry === undefined ? null : <Sending />}
      </Row>
      {telemetry === undefined ? null : <Content telemetry={telemetry} />}
    </Section>
  )
}
