// Each guarantee in docs/guarantees.md names a test: it has to be there.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const page = readFileSync('docs/guarantees.md', 'utf8')
const rows = Array.from(
  page.matchAll(/^\| (.*) \| `([\w/.]+)`: (.*) \|$/gm),
  ([, guarantee, file, name]) => ({
    guarantee: guarantee!,
    file: file!,
    name: name!,
  }),
)

/** The titles in a file, of groups or of tests; what `each` fills in is written as there, `%s` or `$name`. */
const titles = (text: string, before: RegExp): string[] =>
  Array.from(
    text.matchAll(new RegExp(`${before.source}\\(\\s*(['\`])(.*?)\\1,`, 'g')),
    ([, , title]) => title!,
  )

function is_called(name: string, file: string): boolean {
  const text = readFileSync(`test/${file}.test.ts`, 'utf8')
  const tests = titles(text, /(?:\btest|\brow|\.each\([\w.()]*\)|\]\))/)
  const groups = titles(text, /\bdescribe(?:\.each\(\w+\))?/).map(title => `${title} `)
  return ['', ...groups].some(group => tests.some(title => as_pattern(group + title).test(name)))
}

const as_pattern = (title: string): RegExp =>
  new RegExp(`^${title.replace(/[.*+?^{}()|[\]\\]/g, '\\$&').replace(/%\w|\$\w+/g, '.+')}$`)

test('every row of every table names a test', () => {
  const lines = page
    .split('\n')
    .filter(line => /^\| (?!OTP guarantees|OTP survives|As OTP guarantees|---)/.test(line))
  expect(rows).toHaveLength(lines.length)
})

test.each(rows)('$guarantee', ({ file, name }) => {
  expect(is_called(name, file) ? name : 'no such test').toBe(name)
})
