// What deserves a look in the arguments is marked where it stands, and what does not is left alone.
import { describe, expect, it } from 'vitest'
import { hostsIn } from '../../../core/approval/hosts-in.ts'
import { argumentMarks } from '../../../core/approval/marks.ts'
import { lexicalPaths } from '../../../core/policy/lexical-paths.ts'
import type { JsonObject } from '../../../core/schema/json.ts'

const project = '/home/dev/project'
const ports = {
  paths: lexicalPaths(),
  project,
  own: ['/home/dev/.local/share/countersign', '/opt/Countersign/resources'],
  seenHosts: (hosts: readonly string[]) => new Set(hosts.filter((host) => host === 'github.com')),
}
const marks = (args: JsonObject, beside?: JsonObject) => argumentMarks({ arguments: args, beside }, ports)
const flat = (args: JsonObject, kind?: string) =>
  marks(args)
    .filter((mark) => kind === undefined || mark.kind === kind)
    .map(({ at, kind: of, part }) => `${of} ${at}${part === undefined ? '' : ` ${part}`}`)

describe('a path outside of the project', () => {
  it.each([
    ['absolute, by name', { path: '/srv/www/a.html' }, ['/path']],
    ['absolute with an unusual root, by name', { filePath: '/secrets/a' }, ['/filePath']],
    ['the home', { target_file: '~/notes.md' }, ['/target_file']],
    ['upwards', { path: '../other/a.ts' }, ['/path']],
    ['upwards from inside', { path: `${project}/../other/a.ts` }, ['/path']],
    ['in a list', { paths: ['a.ts', '/etc/hosts'] }, ['/paths/1']],
    ['deep inside', { edits: [{ 'to/file': { path: '/etc/hosts' } }] }, ['/edits/0/to~1file/path']],
    ['by shape, under any name', { q: '/etc/hosts', r: '~/.ssh/id_rsa', s: 'a/../../b' }, ['/q', '/r', '/s']],
    ['as a name of a member', { files: { '/etc/hosts': 'x' } }, ['/files/~1etc~1hosts']],
    ['a file URL', { uri: 'file:///etc/hosts' }, ['/uri']],
    ['written so that some read it differently', { path: '%2e%2e/other' }, ['/path']],
    ['a pattern', { path: '/etc/*.conf' }, ['/path']],
    ['a pattern that can climb', { path: `${project}/*/../../x` }, ['/path']],
    ['in a command', { command: 'cat /etc/passwd' }, ['/command /etc/passwd']],
    ['in a command, of the home', { command: 'ls "$HOME/x" ~' }, ['/command $HOME/x', '/command ~']],
    ['all there is', { command: 'rm -rf /' }, ['/command /']],
    ['given as a word', { command: 'cat', args: ['-n', '/etc/passwd'] }, ['/args/1']],
    ['in code', { code: 'open("/etc/passwd").read()' }, ['/code /etc/passwd']],
  ])('%s', (_, args, expected) => {
    expect(flat(args, 'outside-project')).toEqual(expected.map((place) => `outside-project ${place}`))
  })

  it.each([
    ['inside', { path: `${project}/src/a.ts` }],
    ['relative', { path: 'src/a.ts', file: 'a.ts' }],
    ['the project itself', { cwd: project }],
    ['a pattern inside', { path: 'src/*.ts' }],
    ['a pattern inside, absolute', { path: `${project}/src/**/*.ts` }],
    ['a route on a web server', { url: '/etc/hosts', endpoint: '/home/list' }],
    ['an address', { path: 'https://example.com/../a', source: 'https://example.com/a' }],
    ['a branch', { source: 'main', target: 'release/2' }],
    ['a comment', { body: 'a/b or c, see /issues/7' }],
    ['a text of several lines', { content: '/usr/bin/env node\nconsole.log(1)\n' }],
    ['an expression', { pattern: '/usr/.*/' }],
    ['a number', { path: 7 }],
  ])('is not: %s', (_, args) => {
    expect(flat(args, 'outside-project')).toEqual([])
  })
})

describe('files of ours and of the clients', () => {
  it.each([
    ['the data folder', { path: '/home/dev/.local/share/countersign/keys/signing.key' }],
    ['the data folder, upwards', { path: '../.local/share/countersign/audit.db' }],
    ['a program', { path: '/opt/Countersign/resources/app.asar' }],
    ['the data folder in a command', { command: 'rm -rf ~/.local/share/countersign/policies' }],
    ['a pattern that speaks of it', { command: 'rm ~/.local/share/countersign/*' }],
    ['Claude Desktop', { path: '~/.config/Claude/claude_desktop_config.json' }],
    ['Claude Desktop on Windows', { path: 'C:\\Users\\dev\\AppData\\Roaming\\Claude\\claude_desktop_config.json' }],
    ['Claude Code', { path: '~/.claude.json' }],
    ['Claude Code in the project', { path: '.mcp.json' }],
    ['Cursor', { path: '~/.cursor/mcp.json' }],
    ['VS Code in the project', { path: '.vscode/mcp.json' }],
    ['a profile of VS Code', { path: '~/.config/Code/User/profiles/a1b2/mcp.json' }],
    ['Copilot', { path: '~/.copilot/mcp-config.json' }],
    ['Windsurf', { path: '~/.codeium/windsurf/mcp_config.json' }],
    ['Codex', { path: '~/.codex/config.toml' }],
    ['Gemini', { path: '~/.gemini/settings.json' }],
    ['Zed', { path: '~/.config/zed/settings.json' }],
    ['Cline', { path: '~/.cline/data/settings/cline_mcp_settings.json' }],
    ['Roo', { path: '.roo/mcp.json' }],
    ['Kiro', { path: '~/.kiro/settings/mcp.json' }],
    ['OpenCode', { path: '~/.config/opencode/opencode.jsonc' }],
    ['Goose', { path: '~/.config/goose/config.yaml' }],
    ['LM Studio', { path: '~/.lmstudio/mcp.json' }],
    ['Junie', { path: '.junie/mcp/mcp.json' }],
    ['in another case', { path: '.MCP.json' }],
    ['encoded', { path: '.vscode%2Fmcp.json' }],
    ['in quotes', { path: '".mcp.json"' }],
    ['edited by a command', { command: 'sed -i s/x/y/ ./.cursor/mcp.json' }],
  ])('%s', (_, args) => {
    expect(flat(args, 'own-files')).toHaveLength(1)
  })

  it.each([
    ['a file of that name elsewhere', { path: 'src/settings.json' }],
    ['a folder that begins alike', { path: '/home/dev/.local/share/countersigned/a' }],
    ['a text that speaks of one', { content: 'Edit .mcp.json, or ~/.cursor/mcp.json.' }],
    ['a name with more behind it', { path: 'docs/.mcp.json.md' }],
  ])('not: %s', (_, args) => {
    expect(flat(args, 'own-files')).toEqual([])
  })
})

describe('a host never seen', () => {
  it.each([
    ['an address', { url: 'https://a.example/x' }, ['/url a.example']],
    ['in a text, once', { body: 'see https://a.example/x, or https://a.example/y.' }, ['/body a.example']],
    ['by name', { host: 'db.example:5432' }, ['/host']],
    ['in a command', { command: 'git push git@a.example:me/x.git' }, ['/command a.example']],
    ['one that programs read differently', { url: 'http://github.com\\@a.example/' }, ['/url http://github.com']],
    ['signs that end a host to some', { url: 'http://github.com{@a.example/' }, ['/url http://github.com']],
    ['two users', { url: 'http://github.com@a@b.example/' }, ['/url']],
    ['in look-alike letters', { url: 'https://gith\u0443b.com/' }, ['/url']],
  ])('%s', (_, args, expected) => {
    expect(flat(args, 'new-host').slice(0, 1)).toEqual(expected.map((place) => `new-host ${place}`))
  })

  it.each([
    ['seen', { url: 'https://github.com/a', body: 'HTTPS://GitHub.com' }],
    ['no host', { domain: 'sales', server: 'prod', mail: 'me@example.com', uri: 'docs://readme', at: '10:30' }],
  ])('is not: %s', (_, args) => {
    expect(flat(args, 'new-host')).toEqual([])
  })

  it('is told by what the table of seen hosts is filled with', () => {
    const args = { url: 'https://A.example:8080/x', list: [{ host: 'b.example' }], 'https://c.example': true }
    const hosts = hostsIn(args)
    expect(hosts).toEqual(['a.example', 'b.example', 'c.example'])
    const seen = { ...ports, seenHosts: () => new Set(hosts) }
    expect(argumentMarks({ arguments: args }, seen)).toEqual([])
  })
})

describe('signs of the shell', () => {
  it.each([
    ['a pipe', { command: 'a | b' }, ['|']],
    ['a list', { command: 'a; b && c || d & e' }, [';', '&&', '||', '&']],
    ['redirections', { cmd: 'a > b 2>> c < d' }, ['>', '>>', '<']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's
    ['substitutions', { command: 'echo $(id) `id` ${HOME}' }, ['$(', '`', '${']],
    ['substitutions in double quotes', { command: 'echo "$(id)"' }, ['$(']],
    ['a line break', { command: 'a\nb' }, ['\n']],
    ['after a quote that does not end', { command: "echo 'a; b | c" }, [';', '|']],
    ['in a line given to a shell', { command: 'sh', args: ['-c', 'a; b'] }, [';']],
    ['in a list of lines', { commands: ['a', 'b && c'] }, ['&&']],
    ['in a shell script', { script: 'set -e\nmake' }, ['\n']],
  ])('%s', (_, args, expected) => {
    expect(
      marks(args)
        .filter(({ kind }) => kind === 'shell-operator')
        .map(({ part }) => part),
    ).toEqual(expected)
  })

  it.each([
    ['quoted', { command: `echo 'a; b' "c | d" e\\;f` }],
    ['a line break at the end', { command: 'ls -l\n' }],
    ['words of a list', { command: 'echo', args: ['a;b', '|'] }],
    ['another argument', { text: 'a; b | c' }],
    ['JavaScript', { script: 'const a = () => { b(); }; a()' }],
  ])('none: %s', (_, args) => {
    expect(flat(args, 'shell-operator')).toEqual([])
  })

  it('on Windows single quotes hold nothing back', () => {
    const windows = { ...ports, paths: { ...ports.paths, separator: '\\' as const } }
    const found = argumentMarks({ arguments: { command: "echo 'a & b'" } }, windows)
    expect(found).toContainEqual({ at: '/command', kind: 'shell-operator', part: '&' })
  })
})

describe('patterns', () => {
  it.each([
    ['a path', { path: 'src/*.ts' }, ['/path']],
    ['braces', { path: 'src/{a,b}.ts' }, ['/path']],
    ['a command', { command: 'rm *.log "*.md"' }, ['/command *.log']],
  ])('%s', (_, args, expected) => {
    expect(flat(args, 'glob')).toEqual(expected.map((place) => `glob ${place}`))
  })

  it.each([
    ['an argument that is a pattern', { pattern: '**/*.ts', query: 'what?' }],
    ['the name of a route', { path: 'app/[slug]/page.tsx' }],
    ['an exit code', { command: 'echo $?' }],
    ['a query', { command: 'curl https://github.com/a?b=c' }],
  ])('none: %s', (_, args) => {
    expect(flat(args, 'glob')).toEqual([])
  })
})

describe('secrets', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`
  it.each([
    ['by name', { password: 'hunter2hunter2' }, ['/password']],
    ['by shape, within a text', { body: `use ${token} here` }, [`/body ${token}`]],
    ['by the flag before it', { args: ['--token', 'abcdefgh'] }, ['/args/1']],
    [
      'by the header it belongs to',
      { headers: [{ name: 'Authorization', value: 'Bearer abc' }] },
      ['/headers/0/value abc'],
    ],
    ['a number', { pin_token: 123456 }, ['/pin_token']],
    ['in a name', { [token]: 1 }, [`/${token}`]],
  ])('%s', (_, args, expected) => {
    expect(flat(args, 'secret')).toEqual(expected.map((place) => `secret ${place}`))
  })

  it('are not told from placeholders or ordinary words', () => {
    expect(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder
      flat({ token: '${GITHUB_TOKEN}', next_page_token: 'abcdef123', body: 'the password: none' }, 'secret'),
    ).toEqual([])
  })
})

describe('too much of it', () => {
  const flood = Array.from({ length: 5000 }, (_, index) => `/etc/${index}`)

  it('leaves 200 marks, and some of every kind', () => {
    const found = marks({
      paths: flood,
      url: 'https://a.example',
      command: 'a | b *',
      password: 'hunter2hunter2',
      x: 'a\u200b',
    })
    expect(found).toHaveLength(200)
    expect([...new Set(found.map(({ kind }) => kind))]).toEqual([
      'invisible',
      'secret',
      'outside-project',
      'new-host',
      'shell-operator',
      'glob',
    ])
  })

  it('does not hide what reaches for our files behind it', () => {
    const found = marks({ paths: [...flood, '/home/dev/.local/share/countersign/keys', '.mcp.json'] })
    expect(found.slice(0, 2)).toEqual([
      { at: '/paths/5000', kind: 'own-files' },
      { at: '/paths/5001', kind: 'own-files' },
    ])
  })

  it('does not hide a new host behind thousands of seen ones', () => {
    const urls = Array.from({ length: 3000 }, (_, index) => `https://h${index}.seen.example/`)
    const seen = {
      ...ports,
      seenHosts: (hosts: readonly string[]) => new Set(hosts.filter((one) => one.includes('.seen.'))),
    }
    const found = argumentMarks({ arguments: { urls: [...urls, 'https://a.example'] } }, seen)
    expect(found.map(({ kind }) => kind)).toContain('new-host')
  })

  it('does not hide an override behind millions of honest letters', () => {
    const text = `${'Привет, мир. '.repeat(300_000)}\u202e${'あ'.repeat(300_000)} p\u0430y`
    expect(flat({ text })).toEqual(['invisible /text \u202e', 'lookalike /text p\u0430y'])
  })

  it('finds the same in what the message carries beside', () => {
    expect(marks({}, { a: { path: '/etc/x' } })).toEqual([{ at: '#beside/a/path', kind: 'outside-project' }])
    expect(marks({ '#beside': { path: '/etc/x' } })).toEqual([{ at: '/#beside/path', kind: 'outside-project' }])
  })
})
