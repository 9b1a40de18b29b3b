// The install's identity: one Ed25519 key that signs the published policy and proves the broker to proxies, and the
// token by which proxies show that they run as the same user.
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'
import type { HomeLayout } from '../core/wire/home-layout.ts'
import { BrokerStartError, type SecretBox } from './host-contract.ts'
import { writeAtomically } from './paths.ts'

export type InstallKeys = {
  /** Ed25519 signature over a UTF-8 text, base64. */
  sign(text: string): string
  /** PEM. */
  publicKey: string
  /** SHA-256 of the public key (SPKI, DER), hexadecimal: what `countersign-proxy --trust` takes. */
  fingerprint: string
  storage: 'keychain' | 'file'
  /** True if `token` is the one proxies read from their 0600 file. */
  isToken(token: string): boolean
}

/** Marks a private key that is sealed by the OS keychain; a plain one is PEM. */
const sealedPrefix = 'sealed:'

/**
 * Loads the keys, making them on the first start.
 * @throws BrokerStartError ('key-unreadable') rather than making a new key that running proxies would not trust.
 */
export function loadKeys(layout: HomeLayout, box?: SecretBox): InstallKeys {
  const privateKey = fs.existsSync(layout.privateKey) ? readPrivateKey(layout, box) : makePrivateKey(layout, box)
  const publicKey = crypto.createPublicKey(privateKey)
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  if (readIfThere(layout.publicKey) !== pem) writeAtomically(layout.publicKey, pem)
  const token = readIfThere(layout.proxyToken)?.trim() || makeToken(layout)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    sign: (text) => crypto.sign(null, Buffer.from(text), privateKey).toString('base64'),
    publicKey: pem,
    fingerprint: crypto.createHash('sha256').update(der).digest('hex'),
    storage: readIfThere(layout.privateKey)?.startsWith(sealedPrefix) ? 'keychain' : 'file',
    isToken: (shown) => {
      const [a, b] = [shown, token].map((text) => crypto.createHash('sha256').update(text).digest())
      return a !== undefined && b !== undefined && crypto.timingSafeEqual(a, b)
    },
  }
}

function readPrivateKey(layout: HomeLayout, box?: SecretBox): crypto.KeyObject {
  try {
    const stored = fs.readFileSync(layout.privateKey, 'utf8')
    if (!stored.startsWith(sealedPrefix)) return ed25519(stored)
    if (!box) throw new Error('it is sealed by the desktop app, and can only be opened there')
    return ed25519(box.decrypt(Buffer.from(stored.slice(sealedPrefix.length), 'base64')))
  } catch (error) {
    throw new BrokerStartError(
      'key-unreadable',
      `The signing key ${layout.privateKey} cannot be used: ${(error as Error).message}. ` +
        'Remove the folder it is in to make a new one; clients that pin the old key must then be protected again.',
      { cause: error },
    )
  }
}

function ed25519(pem: string): crypto.KeyObject {
  const key = crypto.createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key')
  return key
}

function makePrivateKey(layout: HomeLayout, box?: SecretBox): crypto.KeyObject {
  const { privateKey } = crypto.generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const stored = box ? sealedPrefix + Buffer.from(box.encrypt(pem)).toString('base64') : pem
  writeAtomically(layout.privateKey, stored)
  return privateKey
}

function makeToken(layout: HomeLayout): string {
  const token = crypto.randomBytes(32).toString('hex')
  writeAtomically(layout.proxyToken, `${token}\n`)
  return token
}

function readIfThere(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}
