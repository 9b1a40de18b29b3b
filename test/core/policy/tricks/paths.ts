// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what looks like a template is shell
// Ways to write a path so that it looks inside (or outside) and is not. `{root}` is a temporary folder with real links
// (`pathTree`); the home is `{root}/home`, the server works in `{root}/home/code/site`.
import { type Trick, tricks, type Verdict } from './verdict.ts'

const unsure = 'could-not-tell'

/** Folders, and links with what they hold. */
export const pathTree = {
  folders: [
    'home/code/site/sub/deep',
    'home/code/site/[slug]',
    'home/code/site-old',
    'home/code/café',
    'home/.ssh',
    'home/.config',
    'elsewhere',
    'ssh',
  ],
  links: {
    'home/code/site/innocent': '{root}/home/.ssh',
    'home/code/site/up': '..',
    'home/code/site/far': '../../../elsewhere',
    'home/code/site/dangling': '{root}/home/.ssh/new-key',
    'home/code/site/nowhere': '{root}/home/code/site/not-there',
    'home/code/site/loop': 'loop',
    'home/code/site/loop-a': 'loop-b',
    'home/code/site/loop-b': 'loop-a',
    'home/code/site/twice': 'innocent',
    'home/code/site/in': 'sub/deep',
    'home/code/site/self-root': '/proc/self/root',
    'home/code/site/self-cwd': '/proc/self/cwd',
    'home/code/site/fd': '/dev/fd',
    'elsewhere/link-in': '{root}/home/code/site',
    'home/keys': '.ssh',
  },
} as const

/** Asked: `inside: ~/code/site`. */
// biome-ignore format: a table
const aboutSite: readonly Trick[] = [
  ...tricks('held', 'inside, plainly', 'a.txt', './a.txt', '.', './', 'sub', 'sub/', 'sub/a.txt', 'sub//a.txt',
    'sub/./a.txt', 'not/yet/there.txt', '{root}/home/code/site', '{root}/home/code/site/',
    '{root}/home/code/site/a.txt', '{root}//home/code/site/a.txt', '~/code/site', '~/code/site/a.txt', '.env', '...',
    '.../a', 'a b.txt', 'ä.txt', '日本.txt', 'a~b', '-x', 'a:b', 'a,b', "it's", 'price is 5$', '100%', '#x', 'a&b',
    'a=b;c', '(group)/page.tsx', '+page.ts', '@scope/x', '[slug]/page.tsx', '[...all].tsx', '[[...all]]/x'),
  ...tricks('held', '`..` that stays inside', 'sub/../a.txt', 'sub/deep/../../a.txt', '../site/a.txt',
    '../../code/site/a.txt', 'not-there/../a.txt', '{root}/home/code/site/sub/../a.txt'),
  ...tricks('held', 'links that stay inside', 'in/a.txt', 'in', 'nowhere', 'nowhere/x',
    '{root}/elsewhere/link-in/a.txt', '{root}/elsewhere/link-in'),
  ...tricks('held', 'inside in every reading', ' a.txt', 'a.txt ', '"a.txt"', "'sub/a.txt'", 'a%20b.txt', 'a\\b',
    'ﬁle.txt', 'a\u200bb.txt', 'a\nb.txt', 'sub/{a,b}.txt', 'cafe\u0301.txt'),
  ...tricks('did-not-hold', 'outside, plainly', '..', '../', '/', '~', '~/', '~/code', '../a.txt', '../../x',
    '../../../../../../../..', '/etc/passwd', '{root}', '{root}/home/code', '{root}/elsewhere/a.txt', '~/.ssh/key',
    '/home/code/site/a.txt'),
  ...tricks('did-not-hold', 'names that only begin alike', '../site-old/a.txt', '{root}/home/code/site-old',
    '{root}/home/code/sit', '{root}/home/code/site.txt', '{root}/home/code/Site/a.txt',
    '../sites/a.txt', '~/code/site2'),
  ...tricks('did-not-hold', '`..` that leads out', 'sub/../../x', 'sub/../../../.ssh/key', './../x', 'sub/./../../x',
    '{root}/home/code/site/../../.ssh/key', 'a/b/c/../../../../x', '..//..//x', '../site/../x'),
  ...tricks('did-not-hold', 'links that lead out', 'innocent', 'innocent/key', 'twice/key', 'far', 'far/a.txt', 'up',
    'up/x', 'dangling', './innocent/key', '{root}/home/code/site/innocent/key', '~/code/site/innocent',
    '{root}/elsewhere/link-in/innocent/key', 'sub/../innocent/key'),
  ...tricks(unsure, 'a loop of links', 'loop', 'loop/x', 'loop-a', 'loop-b/x'),
  ...tricks(unsure, 'tidied first it is one place, followed first another', 'far/../a.txt', 'innocent/../a.txt',
    'up/../a.txt', 'twice/../x', 'in/../../a.txt', 'far/../../code/x',
    '{root}/home/code/site/far/../a.txt'),
  ...tricks(unsure, '`~` with `..`', '~/..', '~/../x', '~/code/site/../site/a.txt', '~/./../x'),
  ...tricks(unsure, "another user's home, or a name", '~root', '~root/x', '~dev/code/site/a', '~+/x', '~-/x', '~1'),
  ...tricks(unsure, 'another place for each program', '/proc/self/cwd', '/proc/self/cwd/a.txt', '/proc/self/root',
    '/proc/self/root/etc', '/proc/self/fd/3', '/proc/thread-self/cwd/a.txt', '/dev/fd/3', '/dev/stdin', '/dev/stdout',
    'self-root/etc', 'self-cwd/a.txt', 'fd/3', '/proc/self/task/../cwd/a', '/proc/self/../self/cwd/a'),
  ...tricks(unsure, 'NUL ends the name for some', 'a\0b', 'a.txt\0', '\0', 'a.txt\0/../../x',
    '{root}/home/code/site/\0'),
  ...tricks(unsure, 'blanks and quotes that some take off', ' /etc/passwd', '\t/etc/passwd', '\n/etc/passwd',
    ' ~/.ssh/key', '"/etc/passwd"', "'/etc/passwd'", '"~/.ssh/key"', '"/etc/passwd',
    ' "/etc/passwd" ', '\u00a0/etc/passwd', '\u2003/etc/passwd',
    `${' '.repeat(9000)}/etc/passwd`, ' ../x', '"../x" ', '\ufeff/etc/passwd', '\r\n~/x'),
  ...tricks(unsure, 'percent signs that some decode', '%2e%2e/x', '%2E%2E/x', '..%2fx', '%2fetc/passwd',
    '%2Fetc%2Fpasswd', 'sub/%2e%2e/%2e%2e/x', '.%2e/x', '%252e%252e/x', '..%252fx', '%25252e%25252e/x',
    '%7e/.ssh/key', 'a%00b', 'innocen%74/key', 'far%2fa', '%2e%2e%5cx'),
  ...tricks(unsure, 'backslashes that some turn', '..\\x', 'sub\\..\\..\\x', '..\\..\\.ssh\\key', '\\etc\\passwd',
    '\\..\\x', 'innocent\\key', '.\\..\\x', '~\\.ssh\\key'),
  ...tricks(unsure, 'letters that some normalise', '‥/x', '．．/x', '..／x', '／etc/passwd', '․․/x', 'ｉnnocent/key',
    '..⁄x', '..∕x', '～/x', '..＼x', 'ﬁle/‥/‥/x', '\u202e../x', '.\u200b./x', '\u00ad/etc/passwd',
    '\u2060../x', '.\n./x', '\u0001/etc/passwd', '\u200b/etc'),
  ...tricks(unsure, 'something to be filled in', '$HOME/x', '${HOME}/x', '$(pwd)/x', '$HOME', '$x', 'sub/$x',
    'a$x.txt', '$OLDPWD/x', '%USERPROFILE%/x', '%TEMP%', 'sub/%x%/y', '*', '*.txt', '**', '**/*.ts', 'sub/*',
    'sub/?.txt', 'in[n]ocent/key', '[i]nnocent/key', 'innocen?/key', '?nnocent', 'sub/[a-z]', '@(a|b)', '.$x./y',
    '.*/x', 'a/$x/../../y'),
  ...tricks(unsure, 'braces that some expand', '{..,x}/y', '{sub,..}/x', '{/etc,x}/passwd', '{innocent,x}/key',
    '{,/etc/passwd}', '.{.,}/x', '{a..z}', `${'{a,b}'.repeat(8)}`),
  ...tricks(unsure, 'a place on the network, or a folder', 'https://x.example/a', 'http://x/y', 'ftp://x/y',
    's3://x/y', 'vscode-remote://x/y', 'smb://x/y', 'HTTPS://x/y'),
  ...tricks(unsure, 'a URL of a file, or an odd folder',
    'file://{root}/home/code/site/a.txt', 'FILE://{root}/home/code/site/a.txt',
    'file://localhost{root}/home/code/site/a.txt', 'file:///etc/passwd', 'file:/etc/passwd',
    'file://other/etc/passwd', 'file://127.0.0.1/etc/passwd', 'file:///%65tc/passwd', 'file:///etc/passwd?x',
    'file://'),
  ...tricks('held', 'a scheme alone is a name', 'file:{root}/home/code/site/a.txt', 'file:a.txt', 'file:', 'c:x'),
  ...tricks(unsure, 'nothing', '', ' ', '\n', '\t'),
  ...tricks(unsure, 'too long, unless tidied', `${'x/../'.repeat(1000)}a.txt`, `${'./'.repeat(3000)}a.txt`),
  ...tricks('held', 'too long to be opened at all', 'a/'.repeat(3000), 'x'.repeat(5000)),
  ...tricks('did-not-hold', 'too long to be opened at all', `/${'x'.repeat(5000)}`,
    `${'../'.repeat(9)}${'x'.repeat(5000)}`),
]

/** Ways to write `~/.ssh/key`. Asked: `inside: ~/.ssh`, which none of them may slip past. */
// biome-ignore format: a table
const disguises: readonly Trick[] = [
  ...tricks('held', 'the file, however it is reached', '~/.ssh/key', '~/.ssh', '~/.ssh/', '~//.ssh/key',
    '~/./.ssh/key', '{root}/home/.ssh/key', '{root}//home/.ssh//key', '../../.ssh/key', './../../.ssh/key',
    'sub/../../../.ssh/key', 'innocent/key', 'innocent', './innocent/./key', 'twice/key', 'dangling', '~/keys/key',
    '~/keys', '{root}/home/keys/key', '{root}/elsewhere/link-in/innocent/key', '{root}/home/code/site/innocent/key',
    '~/code/site/innocent/key', '{root}/home/code/../.ssh/key', '~/.ssh/new/file', '~/.ssh/a b', '../../keys/x'),
  ...tricks(unsure, 'with blanks, quotes, percent signs', ' ~/.ssh/key', '"~/.ssh/key"', "'{root}/home/.ssh/key'",
    '~/%2essh/key', '~/.ss%68/key', '{root}/home/%2Essh/key', '~/%252essh/key', '..%2f..%2f.ssh/key',
    '..\\..\\.ssh\\key', '~/code\\..\\.ssh\\key', '\n{root}/home/.ssh/key',
    'file://{root}/home/.ssh/key', 'file:{root}/home/.ssh/key', 'file://localhost{root}/home/%2essh/key',
    ' "file://{root}/home/.ssh/key"', 'FILE://{root}/home/.ssh/key', '{root}\\home\\.ssh\\key'),
  ...tricks(unsure, 'with letters that normalise or show nothing', '~/.ｓsh/key', '~/.ſsh/key', '~/.ßh/key',
    '~/․ssh/key', '~/.s\u200bsh/key', '~/.ssh\u200b/key', '~/.s\u00adsh/key', '~／.ssh/key', '~/.s\nsh/key',
    '~/.\u0008ssh/key', '\u202a~/.ssh/key', '~/\ufeff.ssh/key', '~/.𝓼sh/key'),
  ...tricks(unsure, 'with something to be filled in', '$HOME/.ssh/key', '${HOME}/.ssh/key', '"$HOME/.ssh/key"',
    '$HOME/.ss?/key', '~/.s*/key', '~/.ss[h]/key', '~/.???/key', '~/*/key', '~/**/key', '/**/key',
    '{root}/h*/.ssh/key', '{root}/home/.s*h/key', '~/{.ssh,x}/key', '~/.{ssh,x}/key', '~/.s{s,x}h/key',
    '{root}/{home,x}/.ssh/key', '~/.s$x/key', '~/.ss${x}h/key', '$x/.ssh', '../../.ss?/key', '../../*/key',
    '.*/.*/.ssh/key', '%USERPROFILE%/.ssh/key', '%HOME%/.ssh/key', '$x', '~/.@(ssh|x)/key',
    '{root}/*/../home/.ssh/key', '{root}/x*/../home/.s*/key', ' ~/.s*/key'),
  ...tricks(unsure, 'cannot be told', '~/../home/.ssh/key', '~root/.ssh/key', '/proc/self/root{root}/home/.ssh/key',
    '/proc/self/cwd/innocent/key', 'far/../../.ssh/key', '~/.ssh/key\0', 'loop/.ssh', 'fd/3',
    '~x{root}/home/.ssh/key'),
  ...tricks('did-not-hold', 'from the working directory no name leads there', '**/key', '***'),
  ...tricks('did-not-hold', 'something else, and no reason to ask', '~/.sshx', '~/.ss', '~/ssh/key', '{root}/ssh/key',
    'key', '.ssh/key', 'a.txt', '~/.config/x', 'How are you?', 'Is 2*3 = 6?', 'let x = `${a}` // {b, c}',
    '{"a": 1, "b": [2, 3]}', '* one\n* two\n', 'costs $USD 5', '100% *', 'https://x.example/a?b=c',
    'https://x.example/*', '', 'a\nb\nc', '**/*.ts', 'SELECT * FROM x WHERE y = ?', '/\\.ssh$/', 'x'.repeat(100_000),
    '# Title\n\nSee [this](https://x.example), *really*.', 'const f = (a, b) => ({ a, b })',
    'if (a[0] > 1) { return a?.b }', '%s and %d', '~/.SSH/key', 'grüße', '🙂', 'echo "$PATH" | tr : "\\n"', '/etc/*',
    '/[a-z]+/', '[x](y)', '$1.00'),
]

/** What a file is reached by, and whether that is inside the site. */
// biome-ignore format: a table
const bases: readonly (readonly [path: string, verdict: Verdict])[] = [
  ['a.txt', 'held'], ['sub/b.txt', 'held'], ['{root}/home/code/site/c', 'held'], ['new/d', 'held'], ['in/e', 'held'],
  ['../x', 'did-not-hold'], ['../../.ssh/key', 'did-not-hold'], ['{root}/home/.ssh/key', 'did-not-hold'],
  ['innocent/key', 'did-not-hold'], ['far/x', 'did-not-hold'], ['/etc/passwd', 'did-not-hold'],
  ['../site-old/x', 'did-not-hold'],
]
/** Changes that lead to the same place in every reading. */
const same: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}/.`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.replaceAll('/', '/./'),
  (path) => `${path}/x/y`,
  (path) => `${path}/x/..`,
  (path) => `${path}\n`,
  (path) => `${path} `,
  (path) => `${path}%41`,
  (path) => `${path}ä`,
  (path) => `${path}"`,
  (path) => `${path}\u200b`,
]
/** Changes that some undo, while to others the whole is one name in the working directory. */
const undone: readonly ((path: string) => string)[] = [
  (path) => ` ${path}`,
  (path) => `"${path}"`,
  (path) => `\t${path}`,
  (path) => `\u200b${path}`,
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replaceAll('/', '%2f'),
  (path) => path.replaceAll('/', '%252f'),
  (path) => path.replaceAll('/', '／'),
  (path) => `{${path},${path}x}`,
]
/** Changes that leave something to be filled in, and whether that can lead anywhere. */
// biome-ignore format: a table
const opened: readonly (readonly [change: (path: string) => string, anywhere: boolean])[] = [
  [(path) => `${path}*`, false], [(path) => `${path}/$x`, false], [(path) => `${path}/%x%`, false],
  [(path) => `$x/${path}`, true], [(path) => `**/../${path}`, true],
]

function* combined(): Generator<Trick> {
  for (const [base, verdict] of bases) {
    const isIn = verdict === 'held'
    for (const change of same) yield [change(base), verdict, 'the same place in every reading']
    // With a part that is known only later, the text is not all of one kind.
    for (const change of base.startsWith('{root}') ? undone.slice(0, 4) : undone) {
      yield [change(base), isIn ? verdict : unsure, 'undone by some']
    }
    for (const [change, anywhere] of opened) {
      yield [change(base), isIn || anywhere ? unsure : verdict, 'to be filled in']
    }
  }
}

export const sitePaths: readonly Trick[] = aboutSite
/** Each text once. */
const written = new Set(aboutSite.map(([text]) => text))
export const combinedPaths: readonly Trick[] = [
  ...new Map([...combined()].map((one) => [one[0], one])).values(),
].filter(([text]) => !written.has(text))
export const sshPaths: readonly Trick[] = disguises
