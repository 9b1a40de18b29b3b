// Paths on this machine's disk, as core/policy/real-paths.ts resolves them for an upstream.
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import type { PolicyPorts } from '../core/policy/evaluate.ts'
import { realPathsOf } from '../core/policy/real-paths.ts'

/** Path resolution for an upstream that works in `cwd`. */
export function realPaths(cwd: string, over: { home?: string; foldsCase?: boolean } = {}): PolicyPorts {
  return realPathsOf({ fs, os, path, platform: process.platform, later: setImmediate }, cwd, over)
}
