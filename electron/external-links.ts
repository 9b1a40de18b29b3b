// The only addresses the app ever hands to the person's browser. A list, because a URL that came from a tool's
// arguments or a server's description must never be opened by a click in our window.
const allowed: ReadonlySet<string> = new Set([
  'https://modelcontextprotocol.io/',
  'https://modelcontextprotocol.io/specification/',
  'https://www.apache.org/licenses/LICENSE-2.0',
])

/** The URL to open, normalised, or nothing when it is not on the list. Query and fragment make it another address. */
export const externalLink = (url: string): string | undefined => {
  if (!URL.canParse(url)) return undefined
  const { href } = new URL(url)
  return allowed.has(href) ? href : undefined
}
