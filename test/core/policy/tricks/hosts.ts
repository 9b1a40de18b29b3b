// Ways to write a URL so that one program sees `good.example` and another connects elsewhere. The condition asked is
// `host: {in: [good.example, xn--bcher-kva.example, 127.0.0.1, "::1"]}`.
import { type Trick, tricks, type Verdict } from './verdict.ts'

const unsure = 'could-not-tell'

// biome-ignore format: a table
const written: readonly Trick[] = [
  ...tricks('held', 'the host, plainly', 'https://good.example', 'http://good.example/',
    'https://good.example/a/b?c=d#e'),
  ...tricks('held', 'case, port and a final dot are not the host', 'HTTPS://Good.EXAMPLE:8443/x',
    'https://good.example./x'),
  ...tricks('held', 'whatever stands in path and query', 'https://good.example/@evil.example',
    'https://good.example/\\evil.example', 'https://good.example/?u=https://evil.example/',
    'https://good.example/#https://evil.example@x', 'https://good.example/%2e%2e/%40evil.example'),
  ...tricks('held', 'user and password are not the host', 'https://me@good.example/',
    'https://me:secret@good.example/', 'https://evil.example:x@good.example/'),
  ...tricks('held', 'a name in another script is its punycode', 'https://bücher.example/', 'https://BÜCHER.example/',
    'https://xn--bcher-kva.example/', 'https://XN--BCHER-KVA.example/'),
  ...tricks('held', 'an address in its plain form', 'http://127.0.0.1/', 'http://127.0.0.1:3000/x', 'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]:80/', 'http://[0000::0001]/'),
  ...tricks('held', 'web sockets and ftp have hosts', 'wss://good.example/s', 'ws://good.example',
    'ftp://good.example/f'),
  ...tricks('held', 'other schemes whose authority is the host', 'ssh://git@good.example:22/x',
    'git://good.example/x.git', 'git+ssh://git@good.example/x', 'postgres://u:p@good.example:5432/db',
    'redis://good.example:6379/0', 'sftp://good.example/'),

  ...tricks('did-not-hold', 'the good name is only the user', 'https://good.example@evil.example/',
    'https://good.example:443@evil.example/', 'https://good.example:pw@evil.example/good.example'),
  ...tricks('did-not-hold', 'the good name is only a part', 'https://good.example.evil.example/',
    'https://evilgood.example/', 'https://sub.good.example/', 'https://good.examples/', 'https://good.exampl/',
    'https://good-example/'),
  ...tricks('did-not-hold', 'the good name is only in path, query or fragment', 'https://evil.example/good.example',
    'https://evil.example/?good.example', 'https://evil.example#good.example', 'https://evil.example/@good.example'),
  ...tricks('did-not-hold', 'letters that look alike have another punycode', 'https://gооd.example/',
    'https://good.ехample/', 'https://goöd.example/', 'https://İ.example/', 'https://xn--god-tna.example/'),
  ...tricks('did-not-hold', 'another address', 'http://127.0.0.2/', 'http://0.0.0.0/', 'http://[fe80::1]/',
    'http://[2001:db8::1]/', 'http://[::]/'),
  ...tricks('did-not-hold', 'names are not looked up', 'http://localhost/', 'http://localhost./'),

  ...tricks(unsure, 'a backslash is a slash to browsers only', 'https://good.example\\@evil.example/',
    'https://evil.example\\@good.example/', 'https:\\\\good.example/', 'https:/\\good.example/',
    'https://good.example\\evil', 'https://good.example\\.evil.example/'),
  ...tricks(unsure, 'older parsers end the host at a slash only', 'https://good.example#@evil.example/',
    'https://good.example?@evil.example/', 'https://good.example#\\@evil.example/',
    'https://good.example?x=y@evil.example', 'https://good.example:80#@evil.example/',
    'https://good.example:80?@evil.example/'),
  ...tricks(unsure, 'slashes are missing or too many', 'https:good.example', 'https:/good.example',
    'https:///good.example', 'https:////good.example', 'http:evil', 'http:///evil', 'https:', 'https://', 'https:///'),
  ...tricks(unsure, 'no scheme', 'good.example', 'good.example/x', '//good.example/x', '///good.example',
    'good.example:443', 'www.good.example', '/good.example', '@good.example', 'git@good.example:acme/x',
    '://good.example/'),
  ...tricks(unsure, 'some decode the host, others do not', 'https://good%2eexample/',
    'https://good.example%2eevil.example/', 'https://good.example%2fevil.example/', 'https://%67ood.example/',
    'https://good.example%00.evil.example/', 'https://good.example%23@evil.example/',
    'https://good.example%40evil.example/', 'https://good.example%5c@evil.example/', 'https://good.example%3a80/',
    'https://good.example%20/', 'https://evil.example%2f@good.example/', 'https://evil.example%23@good.example/',
    'https://a%40evil.example@good.example/', 'https://a%5cb@good.example/', 'https://a%00b@good.example/',
    'https://a%zz@good.example/', 'https://a%@good.example/', 'https://a%252f@good.example/'),
  ...tricks(unsure, 'two @', 'https://a@b@good.example/', 'https://good.example@good.example@evil.example/',
    'https://evil.example@@good.example/', 'https://a@evil.example:80@good.example/'),
  ...tricks(unsure, 'colons in odd places', 'https://good.example:/', 'https://good.example:80:80/',
    'https://good.example:80a/', 'https://good.example:a/', 'https://good.example:-1/', 'https://good.example:+80/',
    'https://good.example:99999/', 'https://good.example:123456/', 'https://good.example:8 0/',
    'https://good.example:٨٠/', 'https://:80/', 'https://a:b:c@good.example/',
    'https://good.example:80.evil.example/', 'https://good.example:@evil.example:80:/'),
  ...tricks(unsure, 'no host at all', 'https://?x', 'https://#x', 'https://@/', 'https://me@/', 'https://./',
    'https://../', 'https://:@/'),
  ...tricks(unsure, 'white space and controls are dropped or split at', ' https://good.example/',
    'https://good.example/ ', 'https://good.example /', 'https:// good.example/', 'https://good.exam\tple/',
    'https://good.example\t.evil.example/', 'https://good.example\n.evil.example/', 'ht\ntps://good.example/',
    'https://good.example/\r\nHost: evil.example', '\u0000https://good.example/',
    'https://good.example\u0000.evil.example/', 'https://good.example/a b', 'https://good.example/\u007f',
    '\u00a0https://good.example/', 'https://good.example\u2028/', 'https://good.example/ https://evil.example/',
    '\ufeffhttps://good.example/', 'https://good.example\u0085/', 'https://good.example\u001f/'),
  ...tricks(unsure, 'signs that show nothing', 'https://good\u200b.example/', 'https://good\u00ad.example/',
    'https://good.exam\u2060ple/', 'https://g\u200dood.example/', 'https://good\u200c.example/',
    'https://good\ufe0f.example/', 'https://good\u202eelpmaxe./', 'https://\u2066good.example/',
    'https://good\u034f.example/', 'https://good\u115f.example/'),
  ...tricks(unsure, 'letters and dots that normalise to plain ones', 'https://ｇood.example/', 'https://good。example/',
    'https://good．example/', 'https://good｡example/', 'https://good․example/', 'https://𝓰ood.example/',
    'https://ⓖood.example/', 'https://good.eхample℀/', 'https://goo⒟.example/', 'https://good.example／evil',
    'https://good.example＠evil.example', 'https://good.example：80/', 'https://ﬁ.example/', 'https://\u212a.example/',
    'https://good.ſite/', 'https://good.example⁄evil/', 'https://℅.example/', 'https://evil.c℀.good.example/',
    'https://½.example/', 'https://good¸.example/'),
  ...tricks(unsure, 'letters that old and new IDNA read differently', 'https://faß.example/',
    'https://βόλος.example/', 'https://good.exampleß/', 'https://ẞ.example/', 'https://ı.example/'),
  ...tricks(unsure, 'addresses in odd numbers', 'http://127.1/', 'http://2130706433/', 'http://0x7f000001/',
    'http://0x7f.0.0.1/', 'http://0177.0.0.1/', 'http://017700000001/', 'http://127.0.0.1./', 'http://127.0.1/',
    'http://127.0.0.01/', 'http://127.0.0.256/', 'http://127.0.0.1.1/', 'http://0x/', 'http://1/', 'http://0/',
    'http://127.0.0.0x1/', 'http://①②⑦.0.0.1/', 'http://127。0。0。1/', 'http://127.0.0.1%20/', 'http://１２７.0.0.1/',
    'http://good.0x7f/', 'http://good.1/', 'http://good.09/', 'http://4294967297/'),
  ...tricks(unsure, 'an IPv4 address in IPv6 clothes', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/', 'http://[::127.0.0.1]/', 'http://[::2]/', 'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::7f00:1]/', 'http://[2002:7f00:1::]/'),
  ...tricks(unsure, 'IPv6 that is none', 'http://[::1/', 'http://::1/', 'http://[::1]x/',
    'http://[::1].good.example/', 'http://[::1%25eth0]/', 'http://[::1%eth0]/', 'http://[:::1]/', 'http://[1::2::3]/',
    'http://[12345::]/', 'http://[::g]/', 'http://[]/', 'http://[good.example]/', 'http://[127.0.0.1]/',
    'http://[v1.good]/', 'http://[::1]]/', 'http://[[::1]]/', 'http://[::1]:/', 'http://[::1]@good.example/',
    'http://good.example[::1]/', 'http://[::1 ]/'),
  ...tricks(unsure, 'no name of a host', 'https://good..example/', 'https://.good.example/',
    'https://good.example../', 'https://-good.example/', 'https://good-.example/', 'https://*.example/',
    'https://good.example,evil.example/', 'https://good.example;evil.example/', 'https://good.example|evil/',
    'https://good.example^/', 'https://{good,evil}.example/', 'https://good.example"/', "https://good.example'/",
    'https://good.example<x>/', 'https://good.example`/', 'https://good.example&evil/', 'https://good.example=evil/',
    'https://good.example$evil/', 'https://good.example!/', 'https://good.example~/', 'https://good.example(evil)/',
    'https://good+example/', `https://${'a'.repeat(64)}.example/`, `https://${'a.'.repeat(127)}example/`,
    'https://☃.example/', 'https://good.exa\ud800mple/'),
  ...tricks(unsure, 'schemes whose host is not where the call goes', 'file://good.example/x',
    'javascript://good.example/%0aalert(1)', 'data://good.example/', 'blob:https://good.example/x',
    'view-source:https://good.example/', 'about://good.example', 'mailto:me@good.example', 's3://good.example/x',
    'docker://good.example/x', 'jdbc:postgresql://good.example/x', 'mongodb+srv://good.example/x',
    'feed:https://good.example/', 'urn:good.example', 'x://good.example/', 'http+unix://good.example/',
    'https+x://good.example/', '1http://good.example/', 'ht tp://good.example/', 'http;://good.example/',
    'url:https://good.example/', 'ext::https://good.example/'),
  ...tricks(unsure, 'the query can name another host', 'postgres://good.example/db?host=evil.example',
    'postgresql://u:p@good.example/db?hostaddr=1.2.3.4', 'mysql://good.example/?socket=/x', 'ssh://good.example/x#y',
    'redis://good.example?host=evil.example'),
  ...tricks(unsure, 'several hosts', 'postgres://good.example,evil.example/db', 'amqp://good.example,evil.example',
    'nats://good.example,nats://evil.example'),
  ...tricks(unsure, 'options in the place of the host', 'ssh://-oProxyCommand=x/y', 'ssh://-good.example/',
    'git://--upload-pack=x/'),
  ...tricks(unsure, 'nothing to read', '', ' ', '\n', '.', '..', ':', '@', '#', '?', 'null', 'https', '{}'),
]

/** A part of a URL: its text, and whether the whole can be told with it. */
type Part = readonly [text: string, told: boolean]

// biome-ignore format: a table
const schemes: readonly Part[] = [
  ['https://', true], ['HTTP://', true], ['wss://', true], ['ftp://', true], ['https:/', false], ['https:', false],
  ['https:///', false], ['//', false], ['https:\\\\', false], [' https://', false], ['file://', false],
  ['javascript://', false], ['h\tttps://', false],
]
// biome-ignore format: a table
const users: readonly Part[] = [
  ['', true], ['me@', true], ['me:pw@', true], ['good.example@', true], ['evil.example:80@', true], ['a@b@', false],
  ['good.example\\@', false], ['evil.example%2F@', false], ['evil.example%40', false], ['evil.example#@', false],
  ['evil.example?@', false], ['me @', false], ['a:b:c@', false],
]
// biome-ignore format: a table
const hosts: readonly (readonly [text: string, verdict: Verdict])[] = [
  ['good.example', 'held'], ['GOOD.example', 'held'], ['good.example.', 'held'], ['bücher.example', 'held'],
  ['127.0.0.1', 'held'], ['[::1]', 'held'], ['evil.example', 'did-not-hold'],
  ['good.example.evil.example', 'did-not-hold'], ['evil-good.example', 'did-not-hold'],
  ['gооd.example', 'did-not-hold'], ['127.0.0.2', 'did-not-hold'], ['good.example%2e', unsure],
  ['good。example', unsure], ['ｇood.example', unsure], ['good\u200b.example', unsure], ['good..example', unsure],
  ['0x7f.1', unsure], ['2130706433', unsure], ['[::ffff:127.0.0.1]', unsure], ['good.example,evil.example', unsure],
  ['', unsure],
]
// biome-ignore format: a table
const ports: readonly Part[] = [
  ['', true], [':443', true], [':65535', true], [':', false], [':99999', false], [':80:80', false], [':8O', false],
  [':-1', false], [':%38', false],
]
// biome-ignore format: a table
const tails: readonly Part[] = [
  ['', true], ['/', true], ['/a?b=c#d', true], ['?b=c', true], ['#d', true], ['/@evil.example', true],
  ['/\\evil.example', true], ['\\@evil.example', false], ['#@evil.example', false], ['?@evil.example/', false],
  ['/a b', false], ['/\r\n', false], ['\\evil.example', false],
]

/** Every host with every other part in turn, the rest plain: what one part spoils stays spoilt beside any host. */
function* combined(): Generator<Trick> {
  for (const [host, verdict] of hosts) {
    const said = (told: boolean): Verdict => (told ? verdict : unsure)
    for (const [scheme, told] of schemes)
      if (host !== '') yield [`${scheme}${host}/x`, said(told), 'each scheme with each host']
    for (const [user, told] of users) yield [`https://${user}${host}/`, said(told), 'each user with each host']
    for (const [port, told] of ports) yield [`https://${host}${port}/`, said(told), 'each port with each host']
    for (const [tail, told] of tails) yield [`https://${host}${tail}`, said(told), 'each ending with each host']
  }
  for (const [user, first] of users) {
    for (const [tail, second] of tails) {
      yield [`https://${user}good.example${tail}`, first && second ? 'held' : unsure, 'each user with each ending']
    }
  }
}

/** Each text once. */
export const hostTricks: readonly Trick[] = [
  ...new Map([...written, ...combined()].map((one) => [one[0], one])).values(),
]
