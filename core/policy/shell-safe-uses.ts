// Uses of launchers that surely start nothing else: what shell-launchers.ts refers to. Each takes the arguments as the
// program gets them and says yes only to what it knows; long options may be shortened, so beginnings count.

type Uses = (args: readonly string[]) => boolean

/** Every use but those with an argument that looks like `options`. */
export const withoutOptions =
  (options: RegExp): Uses =>
  (args) =>
    !args.some((arg) => options.test(arg))

/** Only these subcommands, which must come first; no argument may look like `but`. */
export const oneOf =
  (subcommands: string, but = /^$(?!)/): Uses =>
  (args) =>
    isVersion(args) || (subcommands.split(' ').includes(args[0] ?? '') && !args.some((arg) => but.test(arg)))

const isVersion: Uses = (args) => args.length === 1 && /^(?:--version|--help)$/.test(args[0] ?? '')

/** A script in a file, named first: the interpreter's own options would come before it. */
export const script: Uses = (args) => {
  const [first = ''] = args
  // Subcommands of deno, bun, go-like tools and stdin under its other names.
  return isVersion(args) || (/\.[a-z]{1,4}$/.test(first) && !/^-|^\/dev\/|^\/proc\/|::?\//.test(first))
}

export const find: Uses = (args) =>
  !args.some((arg) => /^-(?:exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls|files0-from)$/.test(arg))

/** Printing lines and plain replacements, each script one command. */
export const sed: Uses = (args) => {
  let scripted = false
  for (const [index, arg] of args.entries()) {
    const isScript = args[index - 1] === '-e' || (!scripted && !arg.startsWith('-'))
    if (isScript) {
      if (
        !/^(?:(?:[0-9]+|\$)(?:,(?:[0-9]+|\$))?[pdq]|s([/|#,@])(?:(?!\1)[^\n\\])*\1(?:(?!\1)[^\n\\])*\1[gp0-9]*)$/.test(
          arg,
        )
      )
        return false
      scripted = true
    } else if (arg.startsWith('-') && !/^-[nErie]$/.test(arg)) return false
  }
  return scripted
}

/** Printing some fields of some lines. */
export const awk: Uses = (args) => {
  const [separator = '', program = '', ...files] = args[0]?.startsWith('-F') === true ? args : ['', ...args]
  return (
    /^(?:-F.{1,2})?$/.test(separator) &&
    /^(?:NR ?[<>=]=? ?[0-9]+ ?)?\{ ?print(?: \$(?:[0-9]+|NF)(?:, ?\$(?:[0-9]+|NF))*)? ?\}$/.test(program) &&
    files.every((file) => /^[^-=][^=]*$/.test(file))
  )
}

/** Old or new style letters first, then files; a colon would name another machine, reached through a shell. */
export const tar: Uses = ([first = '', ...rest]) =>
  /^-?[cxtrukvzjJpmhaOPf]+$/.test(first) &&
  rest.every(
    (arg) =>
      /^(?:-C|--exclude=.*|--strip-components=[0-9]+|--zstd|[^-].*)$/.test(arg) &&
      (!arg.includes(':') || arg.startsWith('--exclude')),
  )

/** Targets and counts; no variables, no other files. */
export const make: Uses = (args) =>
  args.every((arg) => /^(?:-[nskB]+|-j[0-9]*|[A-Za-z0-9_.][A-Za-z0-9_./-]*)$/.test(arg))

const npmOptions =
  /^(?:-[DgsSEw]|--(?:save-dev|save-exact|global|silent|production|omit=dev|if-present|workspaces|json|depth=[0-9]+|ignore-scripts|no-audit|no-fund|legacy-peer-deps|long|all))$/

export const npm: Uses = (args) => {
  const own = beforeDashes(args)
  const words = own.filter((arg) => !arg.startsWith('-'))
  return (
    isVersion(args) ||
    (/^(?:test|t|run|run-script|start|build|ci|i|install|add|uninstall|remove|ls|list|view|outdated|audit|why|explain|prune|dedupe|pack|ping|whoami|root|prefix)$/.test(
      words[0] ?? '',
    ) &&
      own.every((arg) => !arg.startsWith('-') || npmOptions.test(arg)))
  )
}

export const yarn: Uses = (args) =>
  isVersion(args) ||
  (/^(?:install|add|remove|list|why|outdated|test|audit)$/.test(args[0] ?? '') &&
    beforeDashes(args).every((arg) => !arg.startsWith('-') || npmOptions.test(arg) || arg === '--frozen-lockfile'))

export const go: Uses = ([first = '', ...rest]) =>
  /^(?:build|test|vet|fmt|list|mod|version|install|clean|doc)$/.test(first) &&
  rest.every(
    (arg) => !arg.startsWith('-') || /^-(?:v|race|short|cover|json|count=[0-9]+|run=.*|timeout=.*|o|m)$/.test(arg),
  )

/** git's own commands, which no alias can replace, without the ones made to run others. */
const gitCommands = new Set(
  (
    'status log diff show add rm mv commit branch tag checkout switch restore reset rev-parse ls-files ls-tree blame stash merge ' +
    'cherry-pick revert describe shortlog reflog init remote show-ref cat-file rev-list merge-base name-rev for-each-ref ' +
    'worktree clean fetch pull push clone rebase grep ls-remote version count-objects fsck gc diff-tree diff-index'
  ).split(' '),
)
/** Options, of any command, that name a program, write to a file of choice or bring hooks along. */
const gitDangers =
  '--exec-path --exec --ext-diff --upload-pack --receive-pack --open-files-in-pager --config --config-env --template --extcmd ' +
  '--output --strategy --editor --edit --interactive --gpg-sign --paginate --git-dir --work-tree --namespace --textconv --pager ' +
  '--trailer --signoff-by --server-option --reference --separate-git-dir --bundle-uri --mirror --super-prefix --attr-source'
const gitLetters: Record<string, RegExp> = {
  clone: /[uc]/,
  fetch: /u/,
  pull: /[us]/,
  'ls-remote': /u/,
  rebase: /[xsi]/,
  grep: /O/,
  merge: /[sS]/,
  'cherry-pick': /s|S/,
  revert: /s|S/,
  commit: /[SeCcpt]/,
  tag: /[su]/,
  add: /[eip]/,
  checkout: /p/,
  stash: /p/,
  reset: /p/,
  restore: /p/,
}

export const git: Uses = (args) => {
  const rest = [...args]
  while (rest[0] !== undefined && /^(?:-C|--no-pager|-P|--no-optional-locks|--literal-pathspecs)$/.test(rest[0])) {
    if (rest.shift() === '-C' && rest.shift()?.startsWith('-')) return false
  }
  const [command = '', ...own] = rest
  if (isVersion(rest)) return true
  if (!gitCommands.has(command)) return false
  return beforeDashes(own).every((arg) => {
    if (arg.startsWith('--')) {
      const [name = ''] = arg.split('=')
      return !gitDangers.split(' ').some((danger) => danger.startsWith(name))
    }
    // `ext::sh -c …` is a transport.
    if (arg.includes('::')) return false
    return !/^-[A-Za-z]/.test(arg) || !gitLetters[command]?.test(arg)
  })
}

const beforeDashes = (args: readonly string[]): readonly string[] => {
  const at = args.indexOf('--')
  return at < 0 ? args : args.slice(0, at)
}
