import { describe, expect, test } from '@jest/globals'
import {
  bytes_text,
  type Column,
  count_text,
  cropped,
  table_lines,
  time_text,
  uptime_text,
} from '../../../apps/observer/top_text.ts'

describe('As text', () => {
  test.each([
    [0, '0'],
    [999_999, '999999'],
    [1_000_000, '1000k'],
    [123_456_789, '123456k'],
    [5_000_000_000, '5000M'],
    [7e15, '7000000G'],
    [undefined, ''],
  ])('the count %p is %p', (count, text) => {
    expect(count_text(count)).toBe(text)
  })

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [120_000_000, '120.0 MB'],
    [2.5e9, '2.5 GB'],
    [undefined, ''],
  ])('%p bytes are %p', (bytes, text) => {
    expect(bytes_text(bytes)).toBe(text)
  })

  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [12_599, '12.5 s'],
    [59_999, '59.9 s'],
    [187_000, '3:07 min'],
    [3_600_000, '01:00:00'],
    [90_061_000, '1d 01:01:01'],
  ])('%p milliseconds are %p', (time, text) => {
    expect(time_text(time)).toBe(text)
  })

  test('the time since the start is a clock, with days', () => {
    expect([uptime_text(3_723_900), uptime_text(86_400_000 * 12)]).toEqual(['01:02:03', '12d 00:00:00'])
  })
})

describe('A table', () => {
  const columns: Column<readonly [string, number]>[] = [
    { title: 'NAME', width: 6, text: ([name]) => name },
    { title: 'N', width: 3, right: true, text: ([, number]) => `${number}` },
    { title: 'LAST', width: 4, text: ([name]) => name },
  ]

  test('has its titles first, and columns of their width', () => {
    const rows = [
      ['short', 1],
      ['much longer', 12345],
    ] as const
    expect(table_lines(columns, rows)).toEqual([
      'NAME     N LAST',
      'short    1 short',
      'much … 12… much longer',
    ])
  })

  test('moves no cursor, whatever programs call themselves', () => {
    expect(table_lines(columns, [['\u{1b}[2J', 1]])[1]).toBe('\u{fffd}[2J     1 \u{fffd}[2J')
  })
})

test('What is too long is cut between characters', () => {
  expect(['abc', 'abcd', '😀😀😀', '😀😀😀😀'].map(text => cropped(text, 3))).toEqual([
    'abc',
    'ab…',
    '😀😀😀',
    '😀😀…',
  ])
  expect([cropped('ab', 1), cropped('ab', 0)]).toEqual(['…', ''])
})
