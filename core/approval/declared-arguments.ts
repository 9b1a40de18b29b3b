// Which arguments a tool says it takes: those that a remembered rule must leave out where its scopes do not name them.

/** Deeper than schemas combine in earnest. */
const mostDepth = 4

/** Names in the input schema; nothing where that cannot be told from the schema itself. */
export function declaredArguments(inputSchema: Readonly<Record<string, unknown>> | undefined): string[] | undefined {
  const names = new Set<string>()
  return inputSchema !== undefined && collect(inputSchema, names, 0) ? [...names] : undefined
}

function collect(schema: Readonly<Record<string, unknown>>, names: Set<string>, depth: number): boolean {
  if (depth > mostDepth || '$ref' in schema || '$dynamicRef' in schema || 'patternProperties' in schema) return false
  const { properties } = schema
  if (properties !== undefined) {
    if (!isObject(properties)) return false
    for (const name of Object.keys(properties)) names.add(name)
  }
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => (key in schema ? [schema[key]] : []))
  const others = ['if', 'then', 'else'].flatMap((key) => (key in schema ? [schema[key]] : []))
  return (
    parts.every((list) => Array.isArray(list) && list.every((one) => isPart(one, names, depth))) &&
    others.every((one) => isPart(one, names, depth))
  )
}

const isPart = (part: unknown, names: Set<string>, depth: number): boolean =>
  typeof part === 'boolean' || (isObject(part) && collect(part, names, depth + 1))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
