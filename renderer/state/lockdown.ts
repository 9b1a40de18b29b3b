// Refusing everything, and lifting that: one door for the rail, the banner and Settings. Refusing is one click; lifting
// loosens, so it asks once more.
import { create } from 'zustand'
import { problemText } from '../transport/request-error.ts'
import { request } from './session.ts'

type LockdownState = {
  readonly sending: boolean
  /** Why it is not certain that everything is refused. */
  readonly problem: string | undefined
  /** The question before lifting is open. */
  readonly lifting: boolean
}

export const useLockdown = create<LockdownState>()(() => ({ sending: false, problem: undefined, lifting: false }))

export async function lockDown(): Promise<void> {
  if (useLockdown.getState().sending) return
  useLockdown.setState({ sending: true, problem: undefined })
  try {
    await request('lockdown.set', { on: true })
  } catch (error) {
    useLockdown.setState({ problem: problemText(error) })
  } finally {
    useLockdown.setState({ sending: false })
  }
}

export function dismissLockdownProblem(): void {
  useLockdown.setState({ problem: undefined })
}

export function askToLift(lifting: boolean): void {
  useLockdown.setState({ lifting })
}

/** @throws if it was not lifted, or nobody knows. */
export async function liftLockdown(): Promise<void> {
  const { on } = await request('lockdown.set', { on: false })
  if (on) throw new Error('Everything is still refused.')
  useLockdown.setState({ problem: undefined })
}
