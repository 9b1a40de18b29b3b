// The three levels of care as shapes: a ring, a half-filled diamond, a filled square with its corner rules.
import type { RiskLevel } from '../../../core/approval/risk-level.ts'

const tones: Record<RiskLevel, string> = { low: 'text-muted', elevated: 'text-hold', critical: 'text-deny' }
const words: Record<RiskLevel, string> = { low: 'Low risk', elevated: 'Elevated risk', critical: 'Critical' }

export function LevelMark({ level }: { level: RiskLevel }) {
  return (
    <svg
      role="img"
      aria-label={words[level]}
      width={12}
      height={12}
      viewBox="0 0 12 12"
      className={`shrink-0 ${tones[level]}`}
    >
      {level === 'low' ? <circle cx={6} cy={6} r={3.25} fill="none" stroke="currentColor" strokeWidth={1.5} /> : null}
      {level === 'elevated' ? (
        <>
          <path d="M6 1.2 10.8 6 6 10.8 1.2 6Z" fill="none" stroke="currentColor" strokeWidth={1.3} />
          <path d="M6 1.2 10.8 6 6 10.8Z" fill="currentColor" />
        </>
      ) : null}
      {level === 'critical' ? (
        <>
          <rect x={2.75} y={2.75} width={6.5} height={6.5} fill="currentColor" />
          <rect x={0.6} y={0.6} width={10.8} height={10.8} fill="none" stroke="currentColor" strokeWidth={1.1} />
        </>
      ) : null}
    </svg>
  )
}
