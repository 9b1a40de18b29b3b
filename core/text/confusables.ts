// Letters that look like Latin ones, and punctuation that looks like a path's or a host's. Not the whole of Unicode's
// confusables table (UTS #39): the part that makes one identifier, path or host pass for another.

/** Cyrillic, Greek, Armenian and Cherokee letters with a Latin twin. */
const twins =
  'АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝѵӏґцпгкмтнвь' + 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχγ' + 'ոսօցհյզՏՕԼ' + 'ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏞᎷᏢᏒᏚᎢᏙᎳᏃ'

const twinSet = new Set(twins)

const lookalikePunctuation = new Map([
  ['\u2044', 'fraction slash'],
  ['\u2215', 'division slash'],
  ['\u29f8', 'big solidus'],
  ['\uff0f', 'fullwidth slash'],
  ['\uff3c', 'fullwidth backslash'],
  ['\u2216', 'set minus'],
  ['\u2024', 'one dot leader'],
  ['\uff0e', 'fullwidth full stop'],
  ['\uff1a', 'fullwidth colon'],
  ['\ua789', 'modifier colon'],
  ['\u2236', 'ratio'],
])

const latin = /\p{Script=Latin}/u
const foreign = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u
const styledLatin = /[\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]/u
const word = /[\p{L}\p{M}\p{N}]+/gu

function scriptOf(character: string): string {
  if (/\p{Script=Cyrillic}/u.test(character)) return 'Cyrillic'
  if (/\p{Script=Greek}/u.test(character)) return 'Greek'
  if (/\p{Script=Armenian}/u.test(character)) return 'Armenian'
  if (/\p{Script=Cherokee}/u.test(character)) return 'Cherokee'
  return 'styled Latin'
}

/**
 * Finds characters that pass for others: letters of another script inside a Latin word, a word made only of twins in
 * a text without any other letter of that script, styled Latin, and punctuation that imitates `/ \ . :`.
 * @returns UTF-16 offset of each such character → what it really is.
 */
export function findConfusables(text: string): Map<number, string> {
  const found = new Map<number, string>()
  // Most text is plain ASCII; leave before the costly patterns.
  if (!/[^\x00-\x7f]/.test(text)) return found
  const honest = Array.from(text).some((character) => foreign.test(character) && !twinSet.has(character))
  for (const match of text.matchAll(word)) {
    const letters = Array.from(match[0])
    const mixed = letters.some((letter) => latin.test(letter)) && letters.some((letter) => foreign.test(letter))
    const disguised = !honest && letters.every((letter) => twinSet.has(letter))
    let offset = match.index
    for (const letter of letters) {
      if (styledLatin.test(letter) || ((mixed || disguised) && foreign.test(letter)))
        found.set(offset, scriptOf(letter))
      offset += letter.length
    }
  }
  for (let index = 0; index < text.length; index += 1) {
    const name = lookalikePunctuation.get(text.charAt(index))
    if (name !== undefined) found.set(index, name)
  }
  return found
}
