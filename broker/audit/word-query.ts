// Words that people look for, as expressions of the full-text index. What they type never reaches the index as syntax: it is
// cut into words by the index's own tokenizer first, and each of those is quoted.
import type { FilterWord } from '../../core/audit/call-filter.ts'
import { type Db, prepared } from './driver.ts'

export type WordQuery = {
  /** Matches every call that has the word, if any index expression can. For an exact word it may match others too. */
  expression: string | undefined
  /** Has to stand in one of the texts itself, in lower case; one of them. Nothing where the index knows enough. */
  needles: readonly string[] | undefined
}

export type WordQueries = {
  /** @param mark what stands in the log in the place of this word, if it is a secret */
  query(word: FilterWord, mark?: string): WordQuery
}

/** Beyond this the index merges them itself, which takes it much longer for words that are in many calls. */
const mostTerms = 128

export function createWordQueries(db: Db): WordQueries {
  // In the connection's own temporary database, so that also one that only reads can ask how a text is cut into words.
  db.exec(`
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.spelt USING fts5(text, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.spelt_term USING fts5vocab(temp, spelt, instance);
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.call_term USING fts5vocab(main, call_text, row);
  `)
  const tokensOf = (text: string): string[] => {
    prepared(db, 'DELETE FROM temp.spelt').run()
    prepared<[string]>(db, 'INSERT INTO temp.spelt (rowid, text) VALUES (1, ?)').run(text)
    return prepared<[], string>(db, 'SELECT term FROM temp.spelt_term ORDER BY offset').pluck().all()
  }
  /** Every term that begins so: listing them and joining them by OR is many times faster than the index's own prefix search. */
  const beginning = (token: string): string => {
    // One letter begins too much to be worth anything while it is typed.
    if (/^[a-z0-9]$/.test(token)) return quoted(token)
    const terms = prepared<[string, string, number], string>(
      db,
      'SELECT term FROM temp.call_term WHERE term >= ? AND term < ? LIMIT ?',
    )
      .pluck()
      .all(token, `${token}\u{10ffff}`, mostTerms + 1)
    if (terms.length > mostTerms) return `${quoted(token)}*`
    return terms.length === 0 ? quoted(token) : `(${terms.map(quoted).join(' OR ')})`
  }
  const expressionOf = (text: string, goesOn: boolean): string | undefined => {
    const tokens = tokensOf(text)
    const last = tokens.pop()
    if (last === undefined) return undefined
    return `(${[...tokens.map(quoted), goesOn ? beginning(last) : quoted(last)].join(' AND ')})`
  }
  return {
    query(word, mark) {
      const expression = expressionOf(word.text, true)
      const marked = mark === undefined ? undefined : expressionOf(mark, false)
      const either = expression && marked ? `(${expression} OR ${marked})` : expression
      const inText = word.exact || expression === undefined
      return {
        expression: either,
        needles: inText
          ? [word.text, ...(mark === undefined ? [] : [mark])].map((text) => text.toLowerCase())
          : undefined,
      }
    },
  }
}

const quoted = (token: string): string => `"${token.replaceAll('"', '""')}"`
