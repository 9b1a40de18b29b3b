// When a key press is a command to the app and when it is a person writing.

const writingInputs = new Set(['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file', 'reset'])

/** Whether the event comes from a place where letters are text. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  return target instanceof HTMLInputElement && !writingInputs.has(target.type)
}

/** A script made the event, an input method is composing, or the key repeats by itself: none is a decision. */
export function isInvoluntary(event: KeyboardEvent): boolean {
  // 229 is what browsers send while an input method owns the key.
  return !event.isTrusted || event.isComposing || event.keyCode === 229 || event.repeat
}

/** The key alone, without Ctrl, Alt or Meta. */
export function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey
}

/** Ctrl+Enter, or ⌘+Enter on a Mac, without other modifiers. */
export function isConfirm(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
}

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')
export const confirmKeys = isMac ? '⌘ ⏎' : 'Ctrl ⏎'
