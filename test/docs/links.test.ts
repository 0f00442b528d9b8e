// What the documentation points to is there: pages, programs, and files of the source.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { read_sources } from '../support/sources.ts'

const pages = ['README.md', ...readdirSync('docs').map(name => `docs/${name}`)]
const sources = read_sources('runtime', 'apps', 'ssl_app', 'simulation', 'examples', 'test').map(
  ({ file }) => file,
)

const all = (page: string, pattern: RegExp): string[] =>
  Array.from(readFileSync(page, 'utf8').matchAll(pattern), ([, found]) => found!)

/** Whether a page means a file of ours by that: one with its path, or the end of one; `*` stands for anything. */
function names_a_source(name: string): boolean {
  const pattern = new RegExp(`(^|/)${name.replaceAll('.', '\\.').replaceAll('*', '\\w*')}$`)
  return sources.some(file => pattern.test(file))
}

test.each(pages)('every link of %s leads somewhere', page => {
  const links = all(page, /\]\((?!https?:)([^)#]+)[^)]*\)/g)
  expect(links.filter(link => !existsSync(join(dirname(page), link)))).toEqual([])
})

test.each(pages)('every source that %s names is there', page => {
  const named = all(page, /`([\w/*]+\.ts)`/g)
  expect(named.filter(name => !names_a_source(name))).toEqual([])
})
