// Each guarantee in docs/guarantees.md names a test: it has to be there.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { is_called } from './named_tests.ts'

const page = readFileSync('docs/guarantees.md', 'utf8')
const rows = Array.from(
  page.matchAll(/^\| (.*) \| `([\w/.]+)`: (.*) \|$/gm),
  ([, guarantee, file, name]) => ({
    guarantee: guarantee!,
    file: file!,
    name: name!,
  }),
)

test('every row of every table names a test', () => {
  const lines = page
    .split('\n')
    .filter(line => /^\| (?!OTP guarantees|OTP survives|As OTP guarantees|---)/.test(line))
  expect(rows).toHaveLength(lines.length)
})

test.each(rows)('$guarantee', ({ file, name }) => {
  expect(is_called(name, file) ? name : 'no such test').toBe(name)
})
