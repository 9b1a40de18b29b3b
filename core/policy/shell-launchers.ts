// Programs whose arguments (or input) can start other programs, or change what the names after them mean. A line with one
// of them names its programs only where a use is known to start nothing: `safe`, given the arguments. Not a complete
// list of what can run what: a policy trusts the programs it names, this keeps others from riding on them.
import * as safe from './shell-safe-uses.ts'

export type Launcher = {
  readonly why: string
  /** Whether these arguments surely start nothing. Without it no use does. */
  readonly safe?: (args: readonly string[]) => boolean
}

const never = {
  'is a shell: it runs the text or file it is given':
    'sh bash rbash zsh dash ksh mksh pdksh oksh fish csh tcsh ash yash posh elvish nu xonsh rc es busybox toybox sash',
  'runs text or a file as commands, in this shell': 'eval source . fc trap bind complete compgen compopt let sched',
  'runs the program named in its arguments':
    'exec command builtin coproc nocorrect noglob - repeat foreach env sudo sudoedit doas su runuser pkexec run0 gosu su-exec setpriv ' +
    'xargs gxargs nohup nice ionice renice time gtime timeout gtimeout watch parallel setsid stdbuf chroot unshare nsenter flock ' +
    'strace ltrace dtruss dtrace gdb lldb valgrind perf hyperfine script scriptreplay expect unbuffer rlwrap ' +
    'taskset numactl chrt prlimit cpulimit setarch linux32 linux64 i386 x86_64 arch fakeroot proot firejail bwrap caffeinate ' +
    'catchsegv dbus-run-session dbus-launch systemd-run systemd-inhibit machinectl launchctl capsh sg newgrp start-stop-daemon ' +
    'run-parts setuidgid softlimit envdir chpst runit sv daemonize entr nodemon watchexec inotifywait chronic ifne ts ' +
    'direnv mise asdf rtx volta nvm fnm pyenv rbenv dotenv cross-env concurrently npm-run-all npx bunx pnpx yarnpkg uvx pipx uv ' +
    'poetry pipenv conda mamba micromamba hatch pdm rye tox nox bundle nix nix-shell nix-env guix dotnet ' +
    'ip tmux screen zellij byobu xterm gnome-terminal konsole kitty alacritty wezterm foot xdg-open open xdg-terminal-exec ' +
    'which-exec torify torsocks proxychains proxychains4 ld.so ld-linux ld-linux-x86-64.so faketime zargs zmv autoload',
  'runs commands later, or hands them to a service':
    'at batch crontab anacron systemctl service loginctl cron incrontab',
  'runs commands on another machine or in another container':
    'ssh ssh-agent ssh-copy-id slogin autossh sshpass mosh rsh rlogin rexec telnet sftp scp rcp lftp ftp ncftp vagrant multipass lima limactl colima ' +
    'podman nerdctl buildah ctr crictl lxc lxc-attach lxd incus virsh flatpak snap toolbox distrobox ansible ansible-playbook fab pdsh',
  'changes what names, words or later commands mean in this shell':
    'alias unalias hash rehash enable disable export declare typeset local readonly integer float private set setopt unsetopt ' +
    'shopt unset read readarray mapfile getopts vared print emulate zmodload zle zstyle zcompile functions function ' +
    'select end always module use opam load jobs fg bg disown suspend history login logout',
  'is an editor or pager, from which commands can be run':
    'sensible-editor sensible-pager select-editor visudo vipw vigr run-mailcap see edit vi vim vimdiff rvim rview view gvim nvim ex ed red emacs emacsclient nano pico joe jed mcedit micro kak helix hx code cursor ' +
    'less lessecho zless bzless xzless more most pg man info pinfo w3m lynx links elinks mc ranger nnn vifm mutt mail mailx',
  'is a language with calls that start programs; its code can stand in the arguments':
    'tclsh wish m4 dc bc guile scheme racket sbcl clisp ghci jshell scala groovy kotlin erl iex elixir julia ' +
    'octave gnuplot osascript Rscript jrunscript irb pry php-cgi gforth tex latex pdftex pdflatex xelatex lualatex troff groff',
  'has commands of its own that start programs':
    'sqlite sqlite3 psql mysql mariadb mongo mongosh redis-cli gdbserver ncat nc netcat socat openssl logrotate tcpdump rpm rpmbuild zip fzf',
  'is how Windows starts other programs':
    'cmd powershell pwsh wsl start call forfiles rundll32 regsvr32 mshta wscript cscript msiexec schtasks wmic explorer runas psexec ' +
    'iex icm saps invoke-expression invoke-command start-process start-job invoke-item ii sal nal set-alias new-alias ipmo import-module add-type',
}

const sometimes: Record<string, Launcher> = {
  git: { why: 'runs hooks, aliases, pagers and transports that its options name', safe: safe.git },
  find: { why: 'runs programs (-exec), deletes and writes files', safe: safe.find },
  fd: { why: 'runs programs (--exec)', safe: safe.withoutOptions(/^-[^-]*[xX]|^--exec|^--ex/) },
  rg: {
    why: 'runs a program on each file (--pre)',
    safe: safe.withoutOptions(/^--(?:pre|hostname-bin|search-zip)|^-[^-]*z/),
  },
  ag: { why: 'runs a pager', safe: safe.withoutOptions(/^--pa/) },
  sed: { why: 'GNU sed runs commands (`e`) and writes files (`w`)', safe: safe.sed },
  awk: { why: 'has system(), pipes and output to files', safe: safe.awk },
  tar: { why: 'runs programs at checkpoints and to pack', safe: safe.tar },
  rsync: { why: 'runs a remote shell of choice', safe: safe.withoutOptions(/^-[^-]*[eM]|^--(?:rsh|rsync|re|rs)|:/) },
  sort: { why: 'runs a program to compress', safe: safe.withoutOptions(/^--c|^--o|^-[^-]*o|^--f/) },
  split: { why: 'runs a filter', safe: safe.withoutOptions(/^--f/) },
  wget: {
    why: 'runs a program to ask for passwords, reads settings',
    safe: safe.withoutOptions(/^--(?:use-a|exe|conf)|^-[^-]*e/),
  },
  curl: { why: 'reads options from files', safe: safe.withoutOptions(/^-[^-]*K|^--conf/) },
  sdiff: { why: 'runs a diff program', safe: safe.withoutOptions(/^--d|^-[^-]*o|^--o/) },
  install: { why: 'runs a strip program', safe: safe.withoutOptions(/^--s|^-[^-]*s/) },
  make: { why: 'takes its shell and rules from arguments', safe: safe.make },
  gcc: {
    why: 'runs wrappers and plug-ins',
    safe: safe.withoutOptions(/^-wrapper|^-B|^-f?plugin|^-specs|^@|^-X|^-W[alp]|^-fuse/),
  },
  docker: {
    why: 'runs programs in containers, with this disk if told to',
    safe: safe.oneOf('ps images logs inspect version info pull stop start restart rm rmi top stats port diff history'),
  },
  kubectl: {
    why: 'runs programs in containers and plug-ins',
    safe: safe.oneOf('get describe logs version top explain api-resources api-versions cluster-info', /^--kubec/),
  },
  gh: {
    why: 'runs extensions, aliases and editors',
    safe: safe.oneOf('pr issue repo run workflow release search status gist label auth api'),
  },
  npm: { why: 'runs what is named in its arguments (exec) and a shell of choice', safe: safe.npm },
  pnpm: { why: 'runs what is named in its arguments (exec, dlx)', safe: safe.yarn },
  yarn: { why: 'runs what is named in its arguments (exec, dlx, any binary)', safe: safe.yarn },
  cargo: {
    why: 'runs what it built, and tools named in --config',
    safe: safe.oneOf('build check test fmt clippy doc clean tree metadata update bench', /^-[^-]*Z|^--conf|^\+/),
  },
  go: { why: 'runs what it built, and tools named in -exec and -toolexec', safe: safe.go },
  gpg: { why: 'runs viewers and helpers of choice', safe: safe.withoutOptions(/^--(?:ph|.*program|exec|keyserver|h)/) },
  dpkg: { why: 'runs hooks named in options', safe: safe.withoutOptions(/^--(?:pre|post|status-l|ho)/) },
  apt: { why: 'runs hooks named in -o', safe: safe.withoutOptions(/^-[^-]*[oc]|^--(?:o|c)/) },
}

const same: Record<string, string> = {
  find: 'gfind',
  fd: 'fdfind',
  sed: 'gsed',
  awk: 'gawk mawk nawk',
  gpg: 'gpg2',
  tar: 'gtar bsdtar',
  sort: 'gsort',
  split: 'gsplit',
  make: 'gmake ninja just task',
  gcc: 'cc c++ g++ clang clang++ ld',
  apt: 'apt-get aptitude',
  install: 'ginstall',
}

const script: Launcher = { why: 'runs code from its arguments or its input', safe: safe.script }
const interpreters =
  'python python2 python3 pypy pypy3 perl ruby node nodejs deno bun php lua luajit tsx ts-node java jruby swift'

const table = new Map<string, Launcher>()
for (const [why, names] of Object.entries(never)) for (const name of names.split(' ')) table.set(name, { why })
for (const name of interpreters.split(' ')) table.set(name, script)
for (const [name, launcher] of Object.entries(sometimes)) {
  for (const one of [name, ...(same[name]?.split(' ') ?? [])]) table.set(one, launcher)
}

/** The entry for a program, whatever folder or version (`python3.12`) it is named with. */
export function launcherOf(program: string): Launcher | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1)
  const bare = name.toLowerCase().replace(/\.(?:exe|com|bat|cmd|ps1)$/, '')
  // The loader of programs, of whatever system.
  if (/^ld(?:-[a-z0-9_-]+)?\.so/.test(bare)) return { why: 'runs the program named in its arguments' }
  return table.get(bare) ?? table.get(bare.replace(/(?<=[a-z+])-?[0-9][0-9.]*$/, ''))
}
