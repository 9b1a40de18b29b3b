// The host of a URL, told only where every common parser (WHATWG, RFC 3986, curl, Python) surely connects to the same
// one. A URL that two of them read differently is the classic way past a list of hosts.

// core has no DOM types; `URL` is there at run time in Node, Electron and the browser.
declare const URL: { new (text: string): { hostname: string } }

/** Schemes whose path and query cannot name another host than the authority does. */
const webSchemes = new Set(['http', 'https', 'ws', 'wss', 'ftp'])
/** The authority names the host, but a query can (`postgres://a/db?host=b`): told only without query and fragment. */
const otherSchemes = new Set(
  (
    'amqp amqps ftps git git+ssh imap imaps ldap ldaps mariadb mqtt mqtts mysql nats postgres postgresql redis rediss ' +
    'rsync rtsp rtsps sftp smb smtp smtps ssh ssh+git svn svn+ssh telnet'
  ).split(' '),
)

/** `scheme://user:password@host:port` and what follows. The host is looked at in full further down. */
const shape =
  /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#@[\]\\]*)@)?(\[[0-9a-f:.]+\]|[^/?#@[\]\\:]+)(?::([0-9]{1,5}))?(|[/?#].*)$/i

/** Names for what others take for the end of the user's name, or for nothing at all. */
const encodedSeparator = /%(?:[01][0-9a-f]|2[0f3]|3[af]|40|5[bcd]|7f|25|(?![0-9a-f]{2}))/i

/**
 * The host that `text`, an absolute URL, names: lower case, punycode, without user, port, brackets or trailing dot.
 * Addresses in canonical form; names are not looked up, so `localhost` and `127.0.0.1` stay two hosts.
 */
export function hostOf(text: string): string | undefined {
  // White space and controls are dropped by some, split at by others; `\` is a `/` to browsers only.
  if (/[\s\u0000-\u001f\u007f-\u009f]/.test(text)) return undefined
  const [, scheme = '', user, host = '', port = '0', rest = ''] = shape.exec(text) ?? []
  const web = webSchemes.has(scheme.toLowerCase())
  if (!web && (!otherSchemes.has(scheme.toLowerCase()) || /[?#]/.test(rest))) return undefined
  if (user !== undefined && !plainUser(user)) return undefined
  if (Number(port) > 65535) return undefined
  // Older parsers let only `/` end the host, so that `http://a?@b` is b to them.
  if (!rest.startsWith('/') && /[@\\]/.test(rest)) return undefined
  return canonicalHost(host)
}

/** A host written alone, as policies write it, in the form in which `hostOf` gives it. */
export function plainHost(text: string): string | undefined {
  return canonicalHost(/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? `[${text}]` : text)
}

const plainUser = (user: string): boolean =>
  /^[A-Za-z0-9._~!$&'()*+,;=%-]*(?::[A-Za-z0-9._~!$&'()*+,;=%-]*)?$/.test(user) && !encodedSeparator.test(user)

function canonicalHost(text: string): string | undefined {
  if (text.startsWith('[')) return address6(text)
  const name = text.replace(/\.$/, '').toLowerCase()
  // Lower-casing would hide that a letter (the sign for Kelvin) is a plain one only when normalised.
  if (name.length > 253 || text !== text.normalize('NFKC')) return undefined
  const labels = name.split('.')
  if (!labels.every((label) => asciiLabel.test(label) || foreignLabel(label))) return undefined
  // `127.1`, `0x7f000001`, `017.0.0.1`: numbers to some parsers, names to others. Only the plain form is an address.
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? ''))
    return name === text && address4.test(name) ? name : undefined
  const parsed = whatwg(name)
  // Lower-casing and punycode are all that may happen to a name.
  const ascii = /^[a-z0-9._-]+$/.test(name)
  return parsed !== undefined && (!ascii || parsed === name) && parsed.length <= 253 ? parsed : undefined
}

const asciiLabel = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const address4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/

/**
 * A label in another script that old and new IDNA turn into the same punycode: only letters, marks and digits that stay
 * what they are when normalised, and none of the four that IDNA 2003 reads differently (the sharp s, the final sigma,
 * the joiners; the latter are no letters anyway).
 */
function foreignLabel(label: string): boolean {
  return (
    /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_-]{0,62}$/u.test(label) &&
    !/[ßς\p{Default_Ignorable_Code_Point}]|-$|^..--/u.test(label) &&
    label === label.toUpperCase().toLowerCase()
  )
}

function address6(text: string): string | undefined {
  const canonical = whatwg(text)?.replace(/^\[|\]$/g, '')
  // An IPv4 address in IPv6 clothes connects to the IPv4 one, whatever a rule says of that.
  if (canonical === undefined || /^(?:::(?!1?$)|64:ff9b:|2002:)/.test(canonical)) return undefined
  return canonical
}

function whatwg(host: string): string | undefined {
  try {
    return new URL(`http://${host}/`).hostname
  } catch {
    return undefined
  }
}
