// The large policy of the policy benchmark: 10,000 rules in 50 files, all about the one server that is measured, which
// is the worst case: a proxy skips at once what governs other servers.

export const serverName = 'bench'

/**
 * The file's YAML. Of its rules seven in ten name tools, the others name them by globs; one in each file names every tool,
 * and in every tenth file that one looks at all texts of the arguments, as the rules of a baseline do.
 */
export function bigPolicyFile(file: number, rules: number): string {
  const lines = ['version: 1', `name: File ${file}`, `server: ${serverName}`, 'default: require-approval', 'rules:']
  for (let at = 0; at < rules; at++) lines.push(...rule(file, at, file * rules + at))
  return `${lines.join('\n')}\n`
}

function rule(file: number, at: number, number: number): string[] {
  if (number === 0) return ['  - id: allow-the-benchmark', '    effect: allow', '    tools: [get_echo, get_text]']
  const effect = ['allow', 'deny', 'require-approval'][number % 3]
  const head = [`  - id: rule-${at}`, `    effect: ${effect}`]
  if (at === 1) {
    const everywhere = file % 10 === 1 ? `"**": { contains: "forbidden-${file}" }` : `owner: "owner-${file}"`
    return [...head, '    tools: "*"', `    when: { ${everywhere} }`]
  }
  const kind = at % 10
  if (kind === 7) return [...head, `    tools: ["service_${number}_*"]`]
  if (kind === 8) return [...head, `    tools: ["*_service_${number}"]`, '    unless: { dry_run: true }']
  if (kind === 9) return [...head, `    tools: ["*_${number}_*"]`]
  const conditions = [
    `    when: { owner: acme, amount: { gt: ${number} } }`,
    `    when: { path: { inside: "~/code/${number}" } }`,
    `    when: { any: [{ repo: { in: [site, docs] } }, { labels: { contains: "l${number}" } }] }`,
  ]
  return [...head, `    tools: [service_${number}_create, service_${number}_update]`, conditions[at % 3] ?? '']
}

/** Arguments of about `bytes` bytes of JSON: a few plain ones beside one long text and a list of shorter ones. */
export function bigArguments(bytes: number): { [name: string]: string | number | boolean | string[] } {
  const line = 'The quick brown fox jumps over the lazy dog, again and again. '
  const list = Array.from({ length: 100 }, (_, at) => `${at}: ${line.repeat(3)}`)
  const rest = Math.max(0, bytes - JSON.stringify(list).length - 200)
  return { owner: 'acme', amount: 5, dry_run: true, labels: list, text: line.repeat(rest / line.length) }
}
