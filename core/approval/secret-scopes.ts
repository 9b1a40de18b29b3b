// Which scopes say a secret: nothing of those may be written down, neither in a policy file nor on record.
import { redact } from '../audit/redact.ts'
import { isSecretName } from '../audit/secret-names.ts'
import { parsePath } from '../policy/argument-path.ts'
import type { ArgumentScopes } from '../schema/grant.ts'
import type { JsonObject } from '../schema/json.ts'
import { foldKey } from '../wire/json-line.ts'

/**
 * Names of the arguments whose scope has a secret in it, or a part of one.
 * @param args Of the call: what makes a secret of a value can stand beside it, and a beginning of one does not look like it.
 * @param hidden Paths that rules keep out of the log.
 */
export function secretScopes(scopes: ArgumentScopes, args: JsonObject, hidden: readonly string[] = []): string[] {
  const clean = redacted(args)
  const kept = hidden.map(topOf)
  return Object.entries(scopes).flatMap(([name, scope]) => {
    if (scope.kind === 'anything') return isRedacted(name) ? [name] : []
    const isHidden = kept.some((top) => top === undefined || foldKey(top) === foldKey(name))
    const said = JSON.stringify(scope)
    const isSecret =
      isSecretName(name) ||
      isRedacted(name) ||
      (Object.hasOwn(args, name) && (!Object.hasOwn(clean, name) || clean[name] !== args[name])) ||
      JSON.stringify(redacted({ ...scope })) !== said
    return isHidden || isSecret ? [name] : []
  })
}

export const isRedacted = (text: string): boolean => redact(text, mark).count > 0

/** A name as it may be shown where nobody asked for it. */
export const withoutSecrets = (text: string): string => redact(text, () => '[secret]').value as string

/** Without a secret in it the very same object, and the very same values. */
const redacted = (value: JsonObject): JsonObject => redact(value, mark).value as JsonObject

const mark = (): string => ''

/** The argument that a path is about; nothing where it is about every one. */
function topOf(path: string): string | undefined {
  const parsed = parsePath(path)
  const [first] = parsed.ok ? parsed.steps : []
  return first?.kind === 'key' ? first.key : undefined
}
