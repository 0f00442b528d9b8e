// Each row of the table of ends in docs/ssl_app.md names a test: it has to be there.

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { is_called } from './named_tests.ts'

const [, section] = readFileSync('docs/ssl_app.md', 'utf8').split(/^## When a process ends$|^## What keeps/m)

const lines = section!.split('\n').filter(line => /^\| (?!Who ends|---)/.test(line))
const rows = lines.map(line => {
  const [, who, what, file, name] = /^\| (.*) \| (.*) \| `([\w/]+)`: (.*) \|$/.exec(line) ?? []
  return { line, who, what, file, name }
})

test('there are some', () => {
  expect(rows.length).toBeGreaterThan(20)
})

test.each(rows)('$who: $what', ({ line, file, name }) => {
  expect(file && name && is_called(name, file) ? line : 'no such test').toBe(line)
})
