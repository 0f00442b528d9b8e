// Each countermeasure in docs/ssl_countermeasures.md names its files and a test: they have to be there.

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { is_called } from './named_tests.ts'

const lines = readFileSync('docs/ssl_countermeasures.md', 'utf8')
  .split('\n')
  .filter(line => /^\| (?!Attack|---)/.test(line))

const rows = lines.map(line => {
  const [attack, done, where, shown] = line.slice('| '.length, -' |'.length).split(' | ')
  const [, file, name] = /^`([\w/.]+)`: (.*)$/.exec(shown ?? '') ?? []
  const sources = Array.from((where ?? '').matchAll(/`([\w/.]+)`/g), ([, source]) => source!)
  return { attack: attack!, done, sources, file, name }
})

const is_source = (source: string): boolean => existsSync(source) || existsSync(`ssl_app/${source}`)

test('there are some', () => {
  expect(rows.length).toBeGreaterThan(30)
})

test.each(rows)('$attack', ({ done, sources, file, name }) => {
  expect(done).toMatch(/\w/)
  expect(sources.length).toBeGreaterThan(0)
  expect(sources.filter(source => !is_source(source))).toEqual([])
  expect(file && name && is_called(name, file) ? name : 'no such test').toBe(name)
})
