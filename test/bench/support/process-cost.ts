// What a process costs, read from /proc (Linux only): the kernel's own accounting, all threads included.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { descendants } from '../../support/processes.ts'

let ticksPerSecond: number | undefined

/** User and system time of the process so far, in milliseconds; resolution is a clock tick (10 ms). */
export function cpuMs(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 and 15 of proc(5); the list starts at field 3 because the name before it may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
}

export type Memory = { rssMb: number; pssMb: number }

/** Resident and proportional set size in MB (10^6 bytes). Shared pages count in PSS by how many processes share them. */
export function memory(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const mb = (name: string) => (Number(rollup.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1]) * 1024) / 1e6
  return { rssMb: mb('Rss'), pssMb: mb('Pss') }
}

/** PSS in MB of the process's descendants that are not the upstream: helpers it keeps running beside itself. */
export function helpersPssMb(pid: number, upstreamScript: string): number {
  const helpers = descendants(pid).filter((child) => scriptOf(child) !== upstreamScript)
  return helpers.reduce((sum, child) => sum + memory(child).pssMb, 0)
}

function scriptOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] ?? ''
}
