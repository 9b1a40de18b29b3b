// The three levels of care a held call asks for. The broker groups and confirms by them, the window draws by them.
import type { RiskClass } from '../schema/risk-class.ts'

export const riskLevels = ['low', 'elevated', 'critical'] as const
export type RiskLevel = (typeof riskLevels)[number]

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

/** @param deceptive how much in it deceives (characters that hide or pass for others, markup): any raises the level by one. */
export function riskLevel(risk: RiskClass, deceptive: number): RiskLevel {
  const level = levels[risk]
  if (deceptive === 0 || level === 'critical') return level
  return level === 'low' ? 'elevated' : 'critical'
}
