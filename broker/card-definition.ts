// What the server says of its tool, cut to what a card can hold. The proxy leaves long parts out; this does not rely on it.
import type { ToolDefinition } from '../core/wire/broker-contract.ts'
import type { ApprovalCard } from '../core/wire/ui-contract.ts'

const longestTitle = 300
const longestDescription = 16 * 1024
/** Of JSON, in UTF-16 units. */
const longestAnnotations = 4 * 1024
const longestSchema = 64 * 1024

export function cardDefinition(definition: ToolDefinition | undefined): ApprovalCard['definition'] {
  if (definition === undefined) return undefined
  const { hash, title, description, annotations, inputSchema } = definition
  return {
    hash,
    ...(title === undefined ? {} : { title: cut(title, longestTitle) }),
    ...(description === undefined ? {} : { description: cut(description, longestDescription) }),
    ...(fits(annotations, longestAnnotations) ? { annotations } : {}),
    ...(fits(inputSchema, longestSchema) ? { inputSchema } : {}),
  }
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`

const fits = <T>(value: T | undefined, most: number): value is T =>
  value !== undefined && JSON.stringify(value).length <= most
