// Who or what answered, as the broker names it (`UiApi.handle` of broker/host-contract.ts), in words that follow a
// time.
import { HostileText } from './hostile-text.tsx'

/** `in the desktop app`, `in a browser (89208ddb)`. */
export function Actor({ by }: { by: string }) {
  if (by === 'desktop') return 'in the desktop app'
  if (by === 'notification') return 'on a notification'
  const [, session] = /^headless:(.+)$/s.exec(by) ?? []
  return (
    <>
      {session === undefined ? 'by ' : 'in a browser, session '}
      <HostileText text={(session ?? by).slice(0, 80)} />
    </>
  )
}
