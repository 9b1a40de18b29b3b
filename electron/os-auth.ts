// Asking the system who sits at the machine. Electron offers Touch ID on macOS and nothing of the kind for Windows Hello
// or Linux (electron.d.ts, `systemPreferences`); there, rules that want it ask for the typed name instead.
import { systemPreferences } from 'electron'
import type { OsAuth } from '../broker/host-contract.ts'
import { plainText } from './plain-text.ts'

/** The system's own question cuts what is longer. */
const longestReason = 120

/** What the system can ask with, or nothing. Call only when Electron is ready. */
export const createOsAuth = (platform: NodeJS.Platform, log: (line: string) => void): OsAuth | undefined => {
  if (platform !== 'darwin' || !systemPreferences.canPromptTouchID()) return undefined
  let asking = false
  return {
    kind: 'touch-id',
    confirm: async (reason) => {
      // Two at a time, and nobody could tell which of them a finger was put down for.
      if (asking) return false
      asking = true
      try {
        await systemPreferences.promptTouchID(plainText(reason, longestReason))
        return true
      } catch (error) {
        log(`Touch ID confirmed nobody: ${error instanceof Error ? error.message : String(error)}`)
        return false
      } finally {
        asking = false
      }
    },
  }
}
