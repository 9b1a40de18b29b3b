// JSON values as TypeScript sees them. No run-time code: the strict parser lives in core/wire/json-line.ts.

export type JsonPrimitive = string | number | boolean | null
export type JsonArray = JsonValue[]
export type JsonObject = { [key: string]: JsonValue }
export type JsonValue = JsonPrimitive | JsonArray | JsonObject
