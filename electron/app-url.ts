// The one origin our window may show and the one origin IPC is accepted from.
export const appScheme = 'app'
export const appHost = 'countersign'
export const appUrl = `${appScheme}://${appHost}/`

/** True for a URL of our own origin. Anything that does not parse as a URL is foreign. */
export const isAppUrl = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  // `URL.origin` is the string "null" for schemes outside the web's own, so scheme and host are compared.
  const { protocol, host, username, password } = new URL(url)
  return protocol === `${appScheme}:` && host === appHost && username === '' && password === ''
}
