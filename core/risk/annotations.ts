// What a server says of its own tool. It may raise the risk; a claim to be harmless never lowers it.
import type { RiskClass } from '../schema/risk-class.ts'

/** The hints of MCP tool annotations that are about risk. */
export type ToolAnnotations = {
  readonly readOnlyHint?: boolean | undefined
  readonly destructiveHint?: boolean | undefined
  readonly idempotentHint?: boolean | undefined
  /** Reaching the world outside says nothing of harm done there, so it does not change the class. */
  readonly openWorldHint?: boolean | undefined
}

/** `class`: at least this; left out where it is only worth knowing. */
export type AnnotationSign = { readonly class?: RiskClass; readonly evidence: string }

const changing: ReadonlySet<RiskClass> = new Set<RiskClass>(['write', 'destructive', 'execute', 'money'])

/** `otherwise`: the class by everything else, which a claim to only read may contradict. */
export function annotationSigns(annotations: ToolAnnotations, otherwise: RiskClass): AnnotationSign[] {
  const signs: AnnotationSign[] = []
  if (annotations.destructiveHint === true) {
    signs.push({ class: 'destructive', evidence: 'Its server marks it as destructive' })
  }
  if (annotations.readOnlyHint === false) {
    signs.push({ class: 'write', evidence: 'Its server says that it changes things' })
  }
  if (annotations.readOnlyHint === true && changing.has(otherwise)) {
    signs.push({ evidence: 'Its server claims that it only reads, which speaks against what else is known' })
  }
  return signs
}
