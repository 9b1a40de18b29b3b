// The install's private key at rest: sealed by the system's keychain where there is a real one.
import { safeStorage } from 'electron'
import type { SecretBox } from '../broker/host-contract.ts'

/**
 * The keychain, or nothing where there is none. Chromium's Linux fallback seals with a password that everybody knows;
 * calling that a keychain would be a lie, and a 0600 file says what it is. Call only when Electron is ready.
 */
export const keychain = (platform: NodeJS.Platform): SecretBox | undefined => {
  if (!safeStorage.isEncryptionAvailable()) return undefined
  if (platform === 'linux' && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend()))
    return undefined
  return {
    encrypt: (plain) => safeStorage.encryptString(plain),
    decrypt: (sealed) => safeStorage.decryptString(Buffer.from(sealed)),
  }
}
