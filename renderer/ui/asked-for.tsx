// What a call in a list asked for: the tool's name, or of another request its method and what it names.
import type { CallSummary } from '../../core/wire/ui-contract.ts'
import { HostileText } from './hostile-text.tsx'

export function AskedFor({
  call: { action, tool },
  longest,
}: {
  call: Pick<CallSummary, 'action' | 'tool'>
  longest: number
}) {
  const name = tool.slice(0, longest)
  if (action === undefined || action === 'tools/call') return <HostileText text={name} />
  return (
    <>
      <span className="mr-1 font-mono text-mono font-normal">{action}</span>{' '}
      {tool === action ? null : <HostileText text={name} />}
    </>
  )
}
