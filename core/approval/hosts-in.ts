// The hosts that arguments name: in URLs, and in arguments that are called a host. One reading for what cards mark as
// never seen and for the table of those that were.
import { hostOf, plainHost } from '../policy/host.ts'
import { type ArgumentText, eachText } from './argument-texts.ts'

export type NamedHost = {
  /** As core/policy/host.ts gives it; nothing where programs would read different ones. */
  readonly host: string | undefined
  /** What stands in the text. */
  readonly part: string
}

const url =
  /(?<![A-Za-z0-9+.-])(?:https?|wss?|ftps?|s?ftp|ssh|git|git\+ssh|svn(?:\+ssh)?|rsync|smb|telnet|ldaps?|imaps?|smtps?|redis|rediss|mysql|mariadb|postgres(?:ql)?|amqps?|mqtts?|nats|rtsps?):\/\/[^\s"'<>`\\^{}|]{1,2048}/gi
/** What ends a sentence or closes a bracket is not part of the URL in it. */
const afterUrl = /[.,;:!?)\]*_]+$/
/** `git@host:path`, as ssh, scp and git take it. */
const remotePath = /(?<![\w.@/-])[\w.-]{1,64}@([A-Za-z0-9][A-Za-z0-9.-]{0,252}):(?!\/\/|\d+(?:\D|$))[\w./~-]/g

/** More in one text are not looked at. */
const mostInText = 3000

const hostNames =
  /(?:^|[a-z])(?:host|hostname|domain|domainname|ipaddress|ip|server(?:address|host|name)|remotehost)s?$/

/** The hosts of one text, in order; those that stand there more than once, once. */
export function hostsInText({ text, name, isKey }: ArgumentText): NamedHost[] {
  const urls = text.includes('://')
  const remotes = text.includes('@') && text.includes(':')
  const named = !urls && !isKey && text.length <= 300 && hostNames.test(name)
  if (!urls && !remotes && !named) return []
  const found = new Map<string, NamedHost>()
  const add = (host: string | undefined, part: string): boolean => {
    const key = host ?? part
    if (!found.has(key)) found.set(key, { host, part })
    return found.size < mostInText
  }
  if (urls) inUrls(text, add)
  if (remotes) {
    for (const { 1: written = '' } of text.matchAll(remotePath)) {
      const host = plainHost(written)
      if (host !== undefined && !add(host, written)) break
    }
  }
  if (named) {
    const host = plainHost(text.trim().replace(/:\d{1,5}$/, ''))
    // A word without a dot under `server` or `domain` is as often the name of something else.
    if (host !== undefined && /[.:]|^localhost$/.test(host)) add(host, text)
  }
  return [...found.values()]
}

function inUrls(text: string, add: (host: string | undefined, part: string) => boolean): void {
  let last = ''
  for (const { 0: written, index } of text.matchAll(url)) {
    const after = text.slice(index + written.length, index + written.length + 300)
    // To some programs what stands before an `@` is a name, whatever signs are in it.
    const goesOn = /^[^\s/?#]+@/.test(after) && !/[/?#]/.test(written.slice(written.indexOf('://') + 3))
    if (written === last && !goesOn) continue
    last = written
    const part = written.replace(afterUrl, '')
    const host = goesOn ? undefined : hostOf(part)
    if (!add(host, host === undefined ? part.slice(0, 200) : inText(part, host))) return
  }
}

/** The host as it stands in the URL, or the URL where it is written otherwise there (punycode, another case). */
function inText(part: string, host: string): string {
  const at = part.toLowerCase().indexOf(host, part.indexOf('://'))
  return at < 0 ? part.slice(0, 200) : part.slice(at, at + host.length)
}

/** The different hosts that a value names, at most `most`, in the order in which they stand there. */
export function hostsIn(value: unknown, most = 1000): string[] {
  const hosts = new Set<string>()
  eachText(value, (text) => {
    if (hosts.size >= most) return
    for (const { host } of hostsInText(text)) if (host !== undefined && hosts.size < most) hosts.add(host)
  })
  return [...hosts]
}
