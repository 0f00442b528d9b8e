// The page about the architecture names every file of ssl_app, in the table of its room.

import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from '@jest/globals'
import { read_sources } from '../support/sources.ts'

const page = readFileSync('docs/architecture.md', 'utf8')
const [, rooms] = page.split(/^## The rooms of ssl_app$|^## Where to look$/m)

/** By the name of the room, the files that its table names. */
const named = new Map(
  rooms!
    .split(/^(?=\| .* \| \|$)/m)
    .slice(1)
    .map(table => {
      const [, room] = /^\| `?(\w+)/.exec(table)!
      return [room!, Array.from(table.matchAll(/`(\w+\.ts)`/g), ([, file]) => file!)] as const
    }),
)

const files = read_sources('ssl_app').map(({ file }) => file)

/** `root` for the files of `ssl_app` itself. */
const room_of = (file: string): string => basename(dirname(file)).replace('ssl_app', 'root')

test.each([...new Set(files.map(room_of))])('the table of %s names all its files, and each once', room => {
  const there = files.filter(file => room_of(file) === room).map(file => basename(file))
  expect(named.get(room)?.toSorted()).toEqual(there.toSorted())
})
