// The risk classes of policy.md, mildest first. A tool may show signs of several; the last one wins.

export const riskClasses = [
  'read',
  'unknown',
  'write',
  'network',
  'destructive',
  'execute',
  'credentials',
  'money',
] as const

export type RiskClass = (typeof riskClasses)[number]
