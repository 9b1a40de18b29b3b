// Markup that does something where it is shown as more than text: it runs, loads or leads elsewhere. In a comment or a
// message that is hardly ever what a person is told it is.

/** Each is looked for in time that grows with the text alone: no part of one can be taken up by another in two ways. */
const signs: readonly RegExp[] = [
  // Runs, or shows another page.
  /<(?:script|iframe|frameset|embed|applet)(?=[\s/>])/i,
  // Loads or leads elsewhere by what it is given.
  /<(?:img|image|svg|object|link|meta|base|form|input|video|audio|source|body|style|button|details|marquee|math)[\s/][^<>]{0,500}=/i,
  // Runs when something happens to it: `<p onclick=`.
  /<[a-z][^<>]{0,500}[\s/"']on[a-z]{3,24}\s{0,8}=/i,
  // An address that is a program: `href="javascript:`, `](javascript:`.
  /(?:=\s{0,8}["']?|\]\(|\]:)\s{0,8}<?(?:javascript|vbscript|data:text\/html)\s{0,8}[:;,]/i,
  // A picture in Markdown from elsewhere: it is fetched by whoever looks at it, with what its address says.
  /!\[[^\][\n]{0,300}\]\(\s{0,8}<?(?:[a-z]{2,10}:)?\/\//i,
]

/** Whether one of these signs stands in the text. */
export const hasActiveMarkup = (text: string): boolean =>
  (text.includes('<') || text.includes(']')) && signs.some((sign) => sign.test(text))
