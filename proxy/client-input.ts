// What the client writes, line by line: each goes to whatever part of the proxy it concerns.
import { readClientLine } from '../core/wire/client-message.ts'
import { rpcCodes } from '../core/wire/governed-request.ts'
import { maxClientLineBytes } from '../core/wire/limits.ts'
import type { Calls } from './calls.ts'
import {
  type ClientInfo,
  cancelledIds,
  clientInfoKey,
  metaOf,
  readableText,
  readInitialize,
  readModernInfo,
} from './client-lines.ts'
import { createLineSplitter } from './lines.ts'
import type { ToolLists } from './tool-lists.ts'

export type ClientInputOptions = {
  calls: Calls
  lists: ToolLists
  /** The client says who it is: mostly once, and again where it goes back to an older protocol. */
  introduced(info: ClientInfo): void
}

export type ClientInput = {
  /** A chunk as it came; the caller flushes. */
  push(chunk: Buffer): void
  /** Nothing more comes. */
  end(): void
}

export function createClientInput({ calls, lists, introduced }: ClientInputOptions): ClientInput {
  let known = false
  /** It has said who it is, in a request of 2026-07-28, if not in `initialize`. */
  let named = false

  const initialize = (text: string) => {
    const read = readInitialize(text)
    if (!read) return
    lists.initialising(read.idText)
    if (read.info) introduced(read.info)
    known = read.info !== undefined
    named ||= known
  }

  const modern = (meta: unknown) => {
    const info = readModernInfo(meta)
    if (info) introduced(info)
    named = info !== undefined
  }

  const other = (text: string, whole: Buffer) => {
    if (!known && text.includes('initialize')) initialize(text)
    if (!named && text.includes(clientInfoKey)) modern(metaOf(text))
    if (calls.server.pending() && /"(?:result|error)"/.test(text)) calls.server.answered(text)
    const taken = text.includes('cancelled') ? cancelledIds(text) : []
    const toTell = taken.filter((one) => !calls.tasks.gaveUp(one.idText) && calls.cancelled(one))
    // A cancellation of what the upstream never got is dropped; any other line passes as it is.
    if (taken.length > 0 && toTell.length === 0) return
    const passing = calls.tasks.fromClient(text, whole)
    if (passing) calls.pass(passing)
  }

  const onLine = (whole: Buffer) => {
    const line = whole.subarray(0, -1)
    const text = readableText(line)
    if (text === undefined) {
      const problem = 'the line is not valid UTF-8 text without byte order mark and NUL'
      return calls.reject('null', rpcCodes.parseError, problem, line.length)
    }
    const message = readClientLine(text)
    if ('lists' in message && message.lists) lists.asked(message.lists)
    switch (message.kind) {
      case 'call':
        if (!named && message.call.modern) modern(message.call.meta)
        return calls.receive(message.call, whole)
      case 'request':
        if (!named && message.request.modern) modern(message.request.meta)
        return calls.receive(message.request, whole)
      case 'doubtful':
        return calls.receiveDoubt(message, whole)
      case 'batch':
        return calls.receiveBatch(message, whole)
      case 'rejected':
        return calls.reject(message.idText, message.code, message.problem, line.length)
      case 'other':
        return other(text, whole)
    }
  }

  /** Text after the last line feed is no message; a server that takes it for one may have it, unless policy may have a word on it. */
  const onTorn = (rest: Buffer) => {
    const text = readableText(rest)
    if (text !== undefined && readClientLine(text).kind === 'other') calls.pass(rest)
    else calls.reject('null', rpcCodes.invalidRequest, 'the last line has no end', rest.length)
  }

  const splitter = createLineSplitter(maxClientLineBytes, onLine, (bytes) => {
    const problem = `the line has ${bytes} bytes, and ${maxClientLineBytes} are allowed`
    calls.reject('null', rpcCodes.invalidRequest, problem, bytes)
  })

  return {
    push: splitter.push,
    end: () => {
      const rest = splitter.rest()
      if (rest) onTorn(rest)
    },
  }
}
