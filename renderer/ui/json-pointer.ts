// Names a place in a JSON value, as the broker's marks and problems do (RFC 6901).

export function pointerTo(base: string, key: string | number): string {
  return `${base}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Whether `place` is `base` or lies in it. */
export function isWithin(place: string, base: string): boolean {
  return place === base || place.startsWith(`${base}/`)
}

/** `content`, `edits → 2 → newText`: a place as people say it, list items counted from one. */
export function pointerWords(pointer: string): string {
  const parts = pointer
    .split('/')
    .filter((part, index) => index > 0 || part !== '')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))
  return parts.join(' → ')
}
