// What a person has to type to approve a card that asks for more than a click. The window asks for it and the broker
// checks it, by the same words.

export type TypedConfirmation = { readonly word: string; readonly kind: 'name' | 'ticket' }

/** The name of the tool (or of what another request names), or the ticket where the name cannot be typed as it looks. */
export function typedConfirmation({ tool, ticket }: { tool: string; ticket: string }): TypedConfirmation {
  const typable = tool.length <= 80 && /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(tool)
  return typable ? { word: tool, kind: 'name' } : { word: ticket, kind: 'ticket' }
}
