// A killed proxy leaves calls open; the broker must be able to end them without saying anything no event says.
import { expect, it } from 'vitest'
import { closeDeadSessions } from '../../../broker/audit/dead-sessions.ts'
import { getCall } from '../../../broker/audit/query.ts'
import { verifyAudit } from '../../../broker/audit/verify.ts'
import { sample } from '../../support/spool-writer.ts'
import { createLog, type LogFixture } from './log-fixture.ts'

function killedProxy(log: LogFixture, name: string, pid: number) {
  const writer = log.writer(name)
  const [running, waiting] = [`${name}.1`, `${name}.2`]
  writer.append('session.started', sample.started({ pid }))
  writer.append('call.received', sample.received(running))
  writer.append('call.decided', sample.decided(running))
  writer.append('call.forwarded', { call: running })
  writer.append('call.received', sample.received(waiting))
  writer.append('call.decided', sample.decided(waiting, { decision: 'hold' }))
  return writer
}

const outcomes = (log: LogFixture, name: string) =>
  [`${name}.1`, `${name}.2`].map((call) => getCall(log.db, call)?.summary.outcome)

it('ends the sessions whose process is gone, by events of the broker’s own', () => {
  const log = createLog()
  killedProxy(log, 'dead', 11)
  killedProxy(log, 'alive', 12)
  killedProxy(log, 'over', 13).append('session.ended', { reason: 'client closed' })
  log.ingest.ingestAll()

  const asked: string[] = []
  const gone = closeDeadSessions(log.db, (pid, session) => {
    asked.push(`${session} ${pid}`)
    return session !== 'dead'
  })
  expect(asked.sort()).toEqual(['alive 12', 'dead 11'])
  expect(gone).toEqual([{ session: 'dead' }])
  // Finding out changes nothing; the event does.
  expect(outcomes(log, 'dead')).toEqual(['running', 'waiting'])

  const broker = log.writer('broker-1')
  for (const data of gone) broker.append('session.gone', data)
  expect(log.ingest.ingestAll().calls).toEqual(['dead.1', 'dead.2'])
  expect(outcomes(log, 'dead')).toEqual(['outcome-unknown', 'cancelled'])
  expect(outcomes(log, 'alive')).toEqual(['running', 'waiting'])
  expect(closeDeadSessions(log.db, (_, session) => session !== 'dead')).toEqual([])
  expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
})

it('takes it back when the session writes again, and can find it gone once more', () => {
  const log = createLog()
  const writer = killedProxy(log, 's', 11)
  log.ingest.ingestAll()
  const broker = log.writer('broker-1')
  const close = () => {
    const gone = closeDeadSessions(log.db, () => false)
    for (const data of gone) broker.append('session.gone', data)
    log.ingest.ingestAll()
    return gone.length
  }
  expect(close()).toBe(1)
  writer.append('call.answered', sample.answered('s.1'))
  log.ingest.ingestAll()
  expect(outcomes(log, 's')).toEqual(['allowed-by-rule', 'waiting'])
  expect(close()).toBe(1)
  expect(outcomes(log, 's')).toEqual(['allowed-by-rule', 'cancelled'])
  writer.append('session.ended', { reason: 'client closed' })
  log.ingest.ingestAll()
  expect(close()).toBe(0)
  expect(outcomes(log, 's')).toEqual(['allowed-by-rule', 'cancelled'])
  expect(verifyAudit(log.db, { spoolFolder: log.spoolFolder }).problems).toEqual([])
})
