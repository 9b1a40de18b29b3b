// Scopes in words for people. What the words say is what is matched; values from outside stay apart from our own words.
import type { ArgumentScope, ArgumentScopes } from '../schema/grant.ts'
import type { JsonObject, JsonValue } from '../schema/json.ts'
import type { Sentence } from '../wire/ui-contract.ts'
import { isListOfPaths, leadsBack } from './scope.ts'

/** Longer values are cut in words; the scope itself has them whole. */
const longestShown = 300

/** One line an argument. `rest` says what of the others: by default there are none. `denying`: as conditions of a deny. */
export function scopeWords(scopes: ArgumentScopes, like: JsonObject, rest?: Sentence[], denying = false): Sentence[] {
  const names = Object.keys(scopes)
  const lines = Object.entries(scopes).map(([name, scope]) => oneScope(name, scope, isListOfPaths(name, like), denying))
  return [...lines, ...(rest ?? [[{ text: names.length === 0 ? 'no arguments' : 'no other arguments' }]])]
}

function oneScope(name: string, scope: ArgumentScope, ofList: boolean, denying: boolean): Sentence {
  const argument = { value: name }
  switch (scope.kind) {
    case 'fixed':
      return [argument, { text: ' is exactly ' }, ...valueWords(scope.value)]
    case 'prefix':
      return [
        argument,
        { text: ' begins with ' },
        ...textWords(scope.prefix),
        ...without(denying ? [] : leadsBack(scope.prefix)),
      ]
    case 'inside':
      return ofList
        ? [{ text: 'every path in ' }, argument, { text: ' inside ' }, ...textWords(scope.folder)]
        : [argument, { text: ' inside ' }, ...textWords(scope.folder)]
    case 'one-of':
      return [argument, { text: ' is one of ' }, ...joined(scope.values)]
    case 'anything':
      return [argument, { text: ': anything' }]
  }
}

/** `, has no .. and no %2e` */
function without(parts: readonly string[]): Sentence {
  return [...new Set(parts.map((part) => part.toLowerCase()))].flatMap((part, index) => [
    { text: index === 0 ? ', has no ' : ' and no ' },
    { value: part },
  ])
}

function joined(values: readonly JsonValue[]): Sentence {
  return values.flatMap((value, index) => [...(index === 0 ? [] : [{ text: ', ' }]), ...valueWords(value)])
}

/** A text as it is, unless it could be taken for another JSON value. */
function valueWords(value: JsonValue): Sentence {
  if (typeof value !== 'string') return textWords(JSON.stringify(value))
  if (value === '') return [{ text: 'the empty text' }]
  return textWords(/^(?:true|false|null|[-+]?\.?\d[\s\S]*|["[{][\s\S]*)$/.test(value) ? JSON.stringify(value) : value)
}

function textWords(text: string): Sentence {
  if (text.length <= longestShown) return [{ value: text }]
  const more = `… (${text.length} characters in all)`
  return [{ value: text.slice(0, longestShown).toWellFormed() }, { text: more }]
}
