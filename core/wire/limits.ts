// Resource limits of security.md rule 6, in one place.

/** Longest line accepted from a client, in bytes. */
export const maxClientLineBytes = 16 * 1024 * 1024
/** Deepest nesting of a JSON message; the outermost object is level 1. */
export const maxJsonDepth = 64
/** Largest policy file, in bytes. */
export const maxPolicyFileBytes = 1024 * 1024
/** Calls waiting for one server, waiting in all, and new cards a minute. */
export const queueCaps = { pendingPerServer: 20, pending: 100, newCardsPerMinute: 30 } as const
export type QueueCaps = { readonly [K in keyof typeof queueCaps]: number }
