// Saves one setting at once; what went wrong stays with its field.
import { useState } from 'react'
import type { UiParams } from '../../../core/wire/ui-contract.ts'
import { request, useSession } from '../../state/session.ts'
import { problemText } from '../../transport/request-error.ts'

export type Save = (change: UiParams<'settings.set'>) => Promise<void>

export function useSave(): { problem: string | undefined; save: Save } {
  const [problem, setProblem] = useState<string>()
  const save: Save = async (change) => {
    try {
      const settings = await request('settings.set', change)
      setProblem(undefined)
      useSession.setState(({ model }) => (model === undefined ? {} : { model: { ...model, settings } }))
    } catch (error) {
      setProblem(`Not saved: ${problemText(error)}`)
    }
  }
  return { problem, save }
}
