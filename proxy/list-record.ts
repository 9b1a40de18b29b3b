// What goes on record of the lists of tools that a server gives: that one differs from the one before, and how.
import * as crypto from 'node:crypto'
import type { AuditEventData } from '../core/schema/audit-event.ts'
import type { JsonValue } from '../core/schema/json.ts'
import { isObject } from '../core/wire/governed-request.ts'
import { redactedText } from './excerpt.ts'

export type ListRecord = {
  /** The tools of one page, in order; `first` begins a list. */
  page(tools: readonly JsonValue[], first: boolean): void
  /** That page was the last. */
  whole(): void
}

const mostNames = 500
const longestName = 256

/** `listed` is called for a list whose JSON text is not that of the last one. */
export function createListRecord(listed: (data: AuditEventData<'tools.listed'>) => void): ListRecord {
  let hash = crypto.createHash('sha256')
  let tools = 0
  let names: string[] = []
  let before: string | undefined

  return {
    page: (page, first) => {
      if (first) {
        hash = crypto.createHash('sha256').update('[')
        tools = 0
        names = []
      }
      // Pages make one list: its text, and so its hash, is the same however it was cut.
      const text = JSON.stringify(page).slice(1, -1)
      if (text !== '') hash.update(tools === 0 ? text : `,${text}`)
      tools += page.length
      for (const tool of page) {
        const name = isObject(tool) ? tool['name'] : undefined
        if (typeof name === 'string' && names.length < mostNames) names.push(name.slice(0, longestName).toWellFormed())
      }
    },
    whole: () => {
      const sha256 = hash.update(']').digest('hex')
      if (sha256 === before) return
      before = sha256
      listed({ tools, sha256, names: names.map(redactedText) })
    },
  }
}
