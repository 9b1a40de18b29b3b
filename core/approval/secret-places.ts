// Where secrets stand in the arguments, by what the log takes out of them: both have to mean the same by a secret.
import { redact } from '../audit/redact.ts'
import type { JsonValue } from '../schema/json.ts'
import type { Place } from './argument-texts.ts'

export type SecretPlace = { readonly place: Place | undefined; readonly value: JsonValue; readonly secrets: string[] }

/** Each value that is, or holds, a secret. A name that holds one stands for its member. */
export function* secretsIn(value: JsonValue, root?: string): Generator<SecretPlace> {
  const secrets: string[] = []
  const mark = (secret: string): string => `\u0000${secrets.push(secret) - 1}\u0000`
  const { value: redacted } = redact(value, mark)
  const top: Place | undefined = root === undefined ? undefined : { parent: undefined, key: root, root: true }
  yield* changed(value, redacted, top, secrets)
}

function* changed(
  before: JsonValue,
  after: JsonValue,
  place: Place | undefined,
  secrets: readonly string[],
): Generator<SecretPlace> {
  // What holds none comes back as it was.
  if (before === after) return
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null) {
    const found = Array.from(String(after).matchAll(/\u0000(\d+)\u0000/g), ([, index]) => secrets[Number(index)] ?? '')
    yield { place, value: before, secrets: found.filter((secret) => secret !== '' && String(before).includes(secret)) }
    return
  }
  const afterEntries = Object.entries(after)
  for (const [index, [key, member]] of Object.entries(before).entries()) {
    const [afterKey, afterMember = null] = afterEntries[index] ?? [key]
    const at: Place = { parent: place, key: Array.isArray(before) ? index : key }
    if (afterKey !== key) yield { place: at, value: key, secrets: [key] }
    else yield* changed(member, afterMember, at, secrets)
  }
}
