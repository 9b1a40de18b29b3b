// Small builders for policy tests: a set from texts, a request, and ports over the real file system.
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { type CompiledPolicy, compilePolicy } from '../../../core/policy/compile.ts'
import type { PolicyPorts } from '../../../core/policy/evaluate.ts'
import { parsePolicyText } from '../../../core/policy/parse.ts'
import { textEngines } from '../../../core/policy/text-engines.ts'
import type { AccessRequest } from '../../../core/schema/access-request.ts'
import type { JsonObject } from '../../../core/schema/json.ts'
import { type PolicySet, policySet } from '../../../core/schema/policy.ts'
import type { RiskClass } from '../../../core/schema/risk-class.ts'

/** A set as it arrives at the proxy: through JSON, and checked against the schema. */
export function setOf(files: Record<string, string>): PolicySet {
  const entries = Object.entries(files).map(([file, text]) => parsePolicyText(text, file).entry)
  return policySet.parse(JSON.parse(JSON.stringify({ format: 1, files: entries })))
}

export const compiled = (files: Record<string, string>): CompiledPolicy =>
  compilePolicy(setOf(files), () => textEngines)

/** One rule as a policy; throws if the text is not a good policy, so that no test passes for the wrong reason. */
export function ruleText(rule: object): string {
  const text = JSON.stringify({ version: 1, rules: [{ id: 'r', effect: 'deny', tools: '*', ...rule }] })
  const { diagnostics } = parsePolicyText(text, 'test.yaml')
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics))
  return text
}

export function call(
  args: JsonObject = {},
  over: { server?: string; tool?: string; client?: string; risk?: RiskClass } = {},
): AccessRequest {
  return {
    subject: { client: over.client ?? 'cursor', session: 's1' },
    action: 'tools/call',
    resource: { server: over.server ?? 'github', tool: over.tool ?? 'do_it' },
    arguments: args,
    risk: { class: over.risk ?? 'write', evidence: [] },
  }
}

/** Ports for calls without paths: asking for one is a mistake of the test. */
export const noPaths: PolicyPorts = {
  resolvePath: (text) => {
    throw new Error(`no path expected, asked for ${text}`)
  },
  separator: '/',
}

/** Real paths of this machine, as the proxy tells them: the part that exists is resolved, the rest kept. */
export function realPaths(cwd: string, home = homedir()): PolicyPorts {
  return {
    separator: path.sep === '\\' ? '\\' : '/',
    resolvePath(text) {
      if (text.includes('\0')) return undefined
      const expanded = text === '~' || /^~[\\/]/.test(text) ? home + text.slice(1) : text
      let existing = path.resolve(cwd, expanded)
      let rest = ''
      for (;;) {
        try {
          return path.join(realpathSync(existing), rest)
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code
          if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') return undefined
          rest = path.join(path.basename(existing), rest)
          existing = path.dirname(existing)
        }
      }
    },
  }
}
