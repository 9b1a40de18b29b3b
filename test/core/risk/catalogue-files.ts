// The catalogue as it is written and as the servers themselves list their tools (test/core/risk/listed, written by
// scripts/list-tools.mjs), for the tests that hold one against the other.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { serverById } from '../../../core/risk/catalogue.ts'
import { riskClasses } from '../../../core/schema/risk-class.ts'

const hint = z.boolean().optional()
const listedServer = z.strictObject({
  package: z.string(),
  version: z.string(),
  tools: z.array(
    z.strictObject({
      name: z.string(),
      annotations: z
        .strictObject({ readOnlyHint: hint, destructiveHint: hint, idempotentHint: hint, openWorldHint: hint })
        .optional(),
      arguments: z.array(z.string()),
      required: z.array(z.string()).default([]),
      /** Arguments that can be lists. */
      lists: z.array(z.string()).default([]),
      /** Arguments that are objects or lists of objects, whatever they hold. */
      objects: z.array(z.string()).default([]),
    }),
  ),
})

const folder = path.join(import.meta.dirname, 'listed')
export const listed = readdirSync(folder).map((file) => {
  const id = file.replace('.json', '')
  const server = serverById(id)
  if (!server) throw new Error(`${id} is listed but not in the catalogue`)
  return { id, server, list: listedServer.parse(JSON.parse(readFileSync(path.join(folder, file), 'utf8'))) }
})

const riskClass = z.enum(riskClasses)
const names = z.array(z.string()).default([])
const writtenServer = z.strictObject({
  id: z.string(),
  name: z.string(),
  checked: z.string(),
  start: z.strictObject({ args: names, env: z.record(z.string(), z.string()).optional() }).optional(),
  aliases: names,
  npm: names,
  pypi: names,
  images: names,
  programs: names,
  hosts: names,
  tools: z.record(
    z.string(),
    z.strictObject({
      class: riskClass,
      why: z.string().optional(),
      says: z.string(),
      'ignore-annotations': z.literal(true).optional(),
      raises: z.record(z.string(), riskClass).optional(),
      arguments: z.array(z.string()).optional(),
    }),
  ),
})

export const written = new Map(
  readdirSync('policies/catalogue')
    .sort()
    .map((file) => {
      const server = writtenServer.parse(parse(readFileSync(path.join('policies/catalogue', file), 'utf8')))
      return [server.id, server]
    }),
)
