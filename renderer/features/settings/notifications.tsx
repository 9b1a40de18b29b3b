// What notifications say and may do, and when there are none.
import type { BrokerStatus, Settings } from '../../../core/wire/ui-contract.ts'
import { Check, Row, Section } from './field.tsx'
import { QuietHours } from './quiet-hours.tsx'
import { useSave } from './use-save.ts'

function Notify({ on }: { on: boolean }) {
  const { problem, save } = useSave()
  return (
    <Row
      title="Calls that wait"
      about="One notification for a call or a burst, one more before it expires; none for what policy settles."
      problem={problem}
    >
      <Check label="Notify" checked={on} onChange={(notifications) => void save({ notifications })} />
    </Row>
  )
}

function Details({ settings: { notifications, notificationDetails } }: { settings: Settings }) {
  const { problem, save } = useSave()
  return (
    <Row
      title="What they say"
      about="Unless it is shown what a call does, they say only that something waits, and on which server. A notification can stand on a locked screen, where anybody may read it."
      problem={problem}
    >
      <Check
        label="Show what a call does"
        checked={notificationDetails}
        disabled={!notifications}
        onChange={(shown) => void save({ notificationDetails: shown })}
      />
    </Row>
  )
}

function Approve({ settings }: { settings: Settings }) {
  const { problem, save } = useSave()
  const { notifications, notificationDetails, approveFromNotification } = settings
  return (
    <Row
      title="Answering on them"
      about={
        <>
          Refuse is there wherever the system has buttons on notifications. Approve is for calls of low risk alone,
          which the notification says in full
          {notificationDetails ? '.' : ': it needs what a call does to be shown.'}
        </>
      }
      problem={problem}
    >
      <Check
        label="Approve on a notification"
        checked={approveFromNotification}
        disabled={!notifications || !(notificationDetails || approveFromNotification)}
        onChange={(approve) => void save({ approveFromNotification: approve })}
      />
    </Row>
  )
}

export function Notifications({ settings, host }: { settings: Settings; host: BrokerStatus['host'] }) {
  return (
    <Section title="Notifications">
      {host === 'desktop' ? (
        <>
          <Notify on={settings.notifications} />
          <Details settings={settings} />
          <Approve settings={settings} />
          <QuietHours hours={settings.quietHours} disabled={!settings.notifications} />
        </>
      ) : (
        <p className="border-b border-line py-3 text-muted">
          Not available here: this is served from a terminal. The desktop app notifies of each held call.
        </p>
      )}
    </Section>
  )
}
