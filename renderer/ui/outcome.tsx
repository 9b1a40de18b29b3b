// What became of a call: a word of its own and a shape of its own for each, so that colour is never the only sign.
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleSlash,
  Clock,
  EyeOff,
  FileWarning,
  Hourglass,
  Lock,
  type LucideIcon,
  PenLine,
  Play,
  RefreshCw,
  ShieldCheck,
  Ticket,
  TicketCheck,
  Undo2,
  Users,
} from 'lucide-react'
import type { CallOutcome } from '../../core/wire/ui-contract.ts'

export type Tone = 'allow' | 'hold' | 'deny' | 'unknown' | 'plain'

type Look = { readonly word: string; readonly tone: Tone; readonly icon: LucideIcon; readonly means: string }

export const outcomes: Record<CallOutcome, Look> = {
  deciding: { word: 'Deciding', tone: 'plain', icon: CircleDashed, means: 'The policy is being evaluated.' },
  waiting: { word: 'Waiting', tone: 'hold', icon: Hourglass, means: 'Held until a person answers.' },
  running: { word: 'Running', tone: 'plain', icon: Play, means: 'Forwarded; the server has not answered yet.' },
  'allowed-by-rule': { word: 'Allowed by rule', tone: 'allow', icon: CircleCheck, means: 'A rule allowed it.' },
  'allowed-by-default': {
    word: 'Allowed by default',
    tone: 'allow',
    icon: ShieldCheck,
    means: 'No rule named it; the default of its risk class allows it.',
  },
  'allowed-by-grant': {
    word: 'Allowed by grant',
    tone: 'allow',
    icon: TicketCheck,
    means:
      'An earlier approval covers it: of exactly this call after its caller was released, or one that was remembered.',
  },
  approved: {
    word: 'Approved',
    tone: 'allow',
    icon: PenLine,
    means: 'A person approved it once. If its caller had been released by then, the identical retry ran instead of it.',
  },
  'denied-by-rule': { word: 'Denied by rule', tone: 'deny', icon: Ban, means: 'A rule denies it; it did not run.' },
  'denied-by-default': {
    word: 'Denied by default',
    tone: 'deny',
    icon: CircleSlash,
    means: 'No rule named it; the default of its risk class denies it. It did not run.',
  },
  'denied-policy-broken': {
    word: 'Denied, policy broken',
    tone: 'deny',
    icon: FileWarning,
    means: 'A policy file that governs it cannot be read; it did not run.',
  },
  'denied-lockdown': {
    word: 'Denied, lockdown',
    tone: 'deny',
    icon: Lock,
    means: 'Lockdown was on: everything was refused. It did not run.',
  },
  refused: { word: 'Refused', tone: 'deny', icon: Undo2, means: 'A person refused it; it did not run.' },
  expired: { word: 'Expired', tone: 'unknown', icon: Clock, means: 'Nobody answered in time; it did not run.' },
  released: {
    word: 'Released with ticket',
    tone: 'hold',
    icon: Ticket,
    means: 'The caller got a ticket; it has not run. The card may still be open.',
  },
  'asked-again': {
    word: 'Asked again',
    tone: 'unknown',
    icon: RefreshCw,
    means:
      'One round of a client that asks again by itself: it did not run, and what came of it stands at a later round.',
  },
  cancelled: {
    word: 'Cancelled',
    tone: 'unknown',
    icon: CircleSlash,
    means: 'It did not run: the client took it back, or what it was asked under changed meanwhile.',
  },
  'never-shown': {
    word: 'Never shown',
    tone: 'unknown',
    icon: EyeOff,
    means: 'Countersign was not open, so nobody could be asked; it did not run.',
  },
  'too-many': { word: 'Too many waiting', tone: 'unknown', icon: Users, means: 'The queue was full; it did not run.' },
  'upstream-error': {
    word: 'Server error',
    tone: 'deny',
    icon: CircleAlert,
    means: 'It was forwarded, and the server answered with an error.',
  },
  'outcome-unknown': {
    word: 'Outcome unknown',
    tone: 'unknown',
    icon: CircleHelp,
    means: 'It was forwarded and no answer was recorded. It may have run.',
  },
}

export const toneText: Record<Tone, string> = {
  allow: 'text-allow',
  hold: 'text-hold',
  deny: 'text-deny',
  unknown: 'text-unknown',
  plain: 'text-muted',
}

export function Outcome({ outcome }: { outcome: CallOutcome }) {
  const { word, tone, icon: Icon, means } = outcomes[outcome]
  return (
    <span className={`inline-flex items-center gap-2 whitespace-nowrap ${toneText[tone]}`} title={means}>
      <Icon size={14} strokeWidth={1.75} aria-hidden="true" className="shrink-0" />
      {word}
    </span>
  )
}
