// The address of a collector as a person writes it: what the contract takes, and what is likely a slip.
import { uiRequests } from '../../../core/wire/ui-contract.ts'

const accepted = uiRequests['settings.set'].params.shape.telemetry

export function readEndpoint(text: string): { endpoint: string } | { problem: string } {
  const endpoint = text.trim().replace(/\/+$/, '')
  if (/\/v1\/(?:traces|logs|metrics)$/.test(endpoint))
    return { problem: 'Not saved: leave out /v1/…, which is added to the address.' }
  if (/^https?:\/\/[^/]*@/.test(endpoint))
    return { problem: `Not saved: a password does not belong into the address; put it into ${headersVariable}.` }
  if (!accepted.safeParse({ endpoint, content: false }).success)
    return { problem: 'Not saved: write a whole address, such as http://127.0.0.1:4318.' }
  return { endpoint }
}

export const headersVariable = 'OTEL_EXPORTER_OTLP_HEADERS'

/** What is sent there can be read on the way. */
export function isOpen(endpoint: string): boolean {
  if (!endpoint.startsWith('http:') || !URL.canParse(endpoint)) return false
  const { hostname } = new URL(endpoint)
  return !(hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname))
}
