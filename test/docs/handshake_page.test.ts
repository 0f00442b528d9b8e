import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { branches, tables } from '../support/recorded_moves.ts'
import { roles } from '../support/walks.ts'
import { handshake_page } from './handshake_page.ts'

const page = readFileSync('docs/handshake.md', 'utf8')

/** The part of the page about one side. */
const part_of = (role: string): string => page.split(`## The ${role}\n`)[1]!.split('\n## ')[0]!

test('the page is what `npm run docs:handshake` makes of the charts', () => {
  expect(page).toBe(handshake_page())
})

describe.each(roles)('the page about the %s', role => {
  test('has a row for each branch of the chart', () => {
    const rows = part_of(role)
      .split('\n')
      .filter(line => line.startsWith('| `'))
    expect(rows).toHaveLength(branches(tables[role]).length)
    expect(new Set(rows).size).toBe(rows.length)
  })

  test('draws each state, and none that it does not name', () => {
    const drawing = part_of(role).split('```')[1]!
    const named = Array.from(
      drawing.matchAll(/state "([\w.]+)" as (\w+)/g),
      ([, name, id]) => [name!, id!] as const,
    )
    expect(named.map(([name]) => name)).toEqual([...tables[role].rows.keys()])
    const ids = new Set(named.map(([, id]) => id))
    const drawn = Array.from(drawing.matchAll(/(\w+) --> (\w+) : \S/g), ([, from, to]) => [from!, to!])
    expect(drawn.length).toBeGreaterThan(named.length)
    expect(drawn.flat().filter(id => !ids.has(id))).toEqual([])
  })
})
