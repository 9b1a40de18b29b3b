// The page of the small window that stands in for notifications. Made here, whole, from one number: it has no script, and
// no text from outside can get into it.
import { appUrl } from './app-url.ts'
import { callsWait } from './notification-words.ts'

export const noticePath = '/notice'
const stylePath = '/notice.css'

const links = { open: 'notice-open', dismiss: 'notice-dismiss' } as const

/** Where its two links lead. Nothing is served there: a click is an attempt to navigate, and that is all it is. */
export const noticeLinks = { open: `${appUrl}${links.open}`, dismiss: `${appUrl}${links.dismiss}` } as const

export const noticeUrl = (waiting: number): string => `${appUrl}${noticePath.slice(1)}?waiting=${waiting}`

const style = `:root { color-scheme: light dark; --ground: #faf8f4; --ink: #1c2b4a; --text: #2b2926; --edge: #d9d3c7; }
@media (prefers-color-scheme: dark) { :root { --ground: #1a1917; --ink: #a9bde8; --text: #e9e5dd; --edge: #45413a; } }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; overflow: hidden; background: var(--ground); color: var(--text);
  font: 13px/1.45 system-ui, sans-serif; cursor: default; user-select: none; }
body { display: flex; border: 1px solid var(--edge); border-left: 4px solid var(--ink); }
a { color: inherit; text-decoration: none; }
.open { flex: 1; display: flex; flex-direction: column; justify-content: center; gap: 2px; padding: 0 16px; }
.open strong { font-size: 15px; font-weight: 600; color: var(--ink); font-variant-numeric: tabular-nums; }
.dismiss { display: flex; align-items: center; padding: 0 16px; border-left: 1px solid var(--edge); }
a:hover { text-decoration: underline; }
`

const page = (waiting: number): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Countersign</title><link rel="stylesheet" href="${stylePath}"></head>
<body>
<a class="open" draggable="false" href="${links.open}"><strong>${callsWait(waiting)} for you</strong>
<span>Open Countersign to see ${waiting === 1 ? 'it' : 'them'}.</span></a>
<a class="dismiss" draggable="false" href="${links.dismiss}">Later</a>
</body>
</html>
`

/** What is served for a URL of this page, or nothing for any other. */
export const noticeFile = ({ pathname, searchParams }: URL): { body: string; contentType: string } | undefined => {
  if (pathname === stylePath) return { body: style, contentType: 'text/css; charset=utf-8' }
  if (pathname !== noticePath) return undefined
  const waiting = Number(searchParams.get('waiting'))
  if (!Number.isSafeInteger(waiting) || waiting < 1) return undefined
  return { body: page(waiting), contentType: 'text/html; charset=utf-8' }
}
