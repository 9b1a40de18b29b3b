// Risk classes in plain words, and the three levels of care they ask for.
import type { RiskClass } from '../../core/schema/risk-class.ts'

export type RiskLevel = 'low' | 'elevated' | 'critical'

const levels: Record<RiskClass, RiskLevel> = {
  read: 'low',
  unknown: 'elevated',
  write: 'elevated',
  network: 'elevated',
  destructive: 'critical',
  execute: 'critical',
  credentials: 'critical',
  money: 'critical',
}

export const riskWords: Record<RiskClass, string> = {
  read: 'Reads',
  unknown: 'Effect unknown',
  write: 'Changes things',
  network: 'Reaches the network',
  destructive: 'Can destroy',
  execute: 'Runs programs',
  credentials: 'Touches credentials',
  money: 'Moves money',
}

/** @param deceptive characters that hide or pass for others: they raise the level by one. */
export function riskLevel(risk: RiskClass, deceptive: number): RiskLevel {
  const level = levels[risk]
  if (deceptive === 0 || level === 'critical') return level
  return level === 'low' ? 'elevated' : 'critical'
}
