// Risk classes in plain words.
import type { RiskClass } from '../../core/schema/risk-class.ts'

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
