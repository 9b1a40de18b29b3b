// The policy's decision on a call as a log record.
import type { AuditEventData } from '../../core/schema/audit-event.ts'
import { present, type Said, shown } from './call-words.ts'
import { own } from './names.ts'

/** `what`: the call in words. */
export function decidedRecord(data: AuditEventData<'call.decided'>, what: string, content: boolean): Said {
  const { decision, source, rules, risk, revision, argumentsHash, reason } = data
  const rule = source === 'rule' ? rules[0] : undefined
  return {
    severity: severityOf(data),
    body: sentence(data, what),
    attributes: present({
      [own.decision]: decision,
      [own.source]: source,
      [own.rule]: rule?.id,
      [own.ruleFile]: rule?.file,
      [own.risk]: risk,
      [own.revision]: revision,
      [own.argumentsHash]: argumentsHash,
      [own.reason]: content ? reason : undefined,
    }),
  }
}

function severityOf({ decision, source }: AuditEventData<'call.decided'>): Said['severity'] {
  if (source === 'broken-file' || source === 'no-policy') return 'ERROR'
  return decision === 'deny' ? 'WARN' : 'INFO'
}

function sentence({ decision, source, rules }: AuditEventData<'call.decided'>, what: string): string {
  const [rule] = rules
  const who = source === 'rule' && rule ? `Rule ${shown(rule.id)}` : 'The default'
  switch (source) {
    case 'lockdown':
      return `Lockdown denied ${what}.`
    case 'session-refused':
      return `A person refuses its session, so ${what} was denied.`
    case 'no-policy':
      return `No policy could be used, so ${what} was denied.`
    case 'broken-file':
      return `A broken policy file ${verbs[decision]} ${what}.`
    case 'rule':
    case 'default':
      return `${who} ${verbs[decision]} ${what}.`
  }
}

const verbs = { allow: 'allowed', deny: 'denied', hold: 'held' } as const
