// Publishing a policy as the broker does, without a broker: the snapshot, its signature and the key proxies trust.
import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { layoutHere } from '../../broker/paths.ts'
import { parsePolicyText } from '../../core/policy/parse.ts'
import type { PolicySet } from '../../core/schema/policy.ts'
import { joinPublished, signedText } from '../../core/wire/published-policy.ts'

/** Publishes `files` (name to YAML) under the data folder `home`, signed with `key` or a new one. Returns the key. */
export function publishPolicy(home: string, files: Record<string, string>, key?: KeyObject): KeyObject {
  const layout = layoutHere(home)
  const signer = key ?? generateKeyPairSync('ed25519')
  const privateKey = 'privateKey' in signer ? signer.privateKey : signer
  if ('publicKey' in signer) {
    mkdirSync(layout.keys, { recursive: true })
    writeFileSync(layout.publicKey, signer.publicKey.export({ type: 'spki', format: 'pem' }))
  }
  const set: PolicySet = {
    format: 1,
    files: Object.entries(files).map(([file, text]) => parsePolicyText(text, file).entry),
  }
  const payload = JSON.stringify(set)
  const signature = sign(null, Buffer.from(signedText(payload)), privateKey).toString('base64')
  mkdirSync(dirname(layout.published), { recursive: true })
  writeFileSync(layout.published, joinPublished({ format: 1, revision: hash('sha256', payload), signature }, payload))
  return privateKey
}
