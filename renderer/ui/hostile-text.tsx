// The only way a string from outside reaches the screen: text nodes, with everything invisible made visible.
import { Fragment, useMemo } from 'react'
import { type TextPart, visibleText } from '../../core/text/visible-text.ts'

const meaning: Record<Extract<TextPart, { kind: 'mark' }>['mark'], string> = {
  control: 'Control character',
  escape: 'Terminal escape sequence',
  direction: 'Changes the direction in which text is shown',
  invisible: 'Invisible character',
  tag: 'Text hidden in tag characters',
  broken: 'Character without a defined shape',
  lookalike: 'Looks like another character',
  odd: 'Unusual character',
}

const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** Right-to-left words would reorder a path around its separators; isolating each piece keeps the order of the bytes. */
function Plain({ text }: { text: string }) {
  if (!rightToLeft.test(text)) return text
  return text.split(/([/\\:.,;=?&]+)/).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one immutable string
    <bdi key={index}>{piece}</bdi>
  ))
}

function Mark({ part }: { part: Extract<TextPart, { kind: 'mark' }> }) {
  const title = `${meaning[part.mark]}: ${part.label}`
  const loud = part.mark !== 'odd'
  return (
    <span
      className={loud ? 'hostile-mark' : 'hostile-mark hostile-mark-odd'}
      data-mark={part.mark}
      title={title}
      dir="ltr"
    >
      {part.shape === undefined ? null : <b>{part.shape}</b>}
      {part.label}
    </span>
  )
}

/** @param multiline keeps line breaks and tabs as layout; without it they are marked like any control character. */
export function HostileText({ text, multiline = false }: { text: string; multiline?: boolean }) {
  const visible = useMemo(() => visibleText(text, multiline), [text, multiline])
  return (
    <span className="hostile" dir="ltr">
      {visible.parts.map((part, index) =>
        part.kind === 'text' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one immutable string
          <Fragment key={index}>
            <Plain text={part.text} />
          </Fragment>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one immutable string
          <Mark key={index} part={part} />
        ),
      )}
    </span>
  )
}
