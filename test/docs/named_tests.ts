// The tests that a page of the documentation names.

import { readFileSync } from 'node:fs'

/** The titles in a file, of groups or of tests; what `each` fills in is written as there, `%s` or `$name`. */
const titles = (text: string, before: RegExp): string[] =>
  Array.from(
    text.matchAll(new RegExp(`${before.source}\\(\\s*(['\`])(.*?)\\1,`, 'g')),
    ([, , title]) => title!,
  )

/** Whether there is a test of that name in `test/<file>.test.ts`, with the name of its group in front or without. */
export function is_called(name: string, file: string): boolean {
  const text = readFileSync(`test/${file}.test.ts`, 'utf8')
  const tests = titles(text, /(?:\btest|\brow|\.each\([\w.()]*\)|\](?: as const)?\))/)
  const groups = titles(text, /\bdescribe(?:\.each\(\w+\))?/).map(title => `${title} `)
  return ['', ...groups].some(group => tests.some(title => as_pattern(group + title).test(name)))
}

const as_pattern = (title: string): RegExp =>
  new RegExp(`^${title.replace(/[.*+?^{}()|[\]\\]/g, '\\$&').replace(/%\w|\$\w+/g, '.+')}$`)
