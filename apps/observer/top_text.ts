// Numbers and rows as text of a certain width.

import { printable } from '../../runtime/erlang/brief.ts'

/** A column of a table. */
export interface Column<Row> {
  readonly title: string
  /** Characters; the last column of a table may be longer. */
  readonly width: number
  /** Numbers stand at the right. */
  readonly right?: true
  text(row: Row): string
}

/** A table as lines, the first of which has the titles. What other programs tell is shown without control characters. */
export function table_lines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const titles = columns.map(column => column.title)
  return [titles, ...rows.map(row => columns.map(column => printable(column.text(row))))].map(cells =>
    cells
      .map((cell, index) => (index === columns.length - 1 ? cell : fitted(cell, columns[index]!)))
      .join(' ')
      .trimEnd(),
  )
}

function fitted(text: string, { width, right }: Pick<Column<unknown>, 'width' | 'right'>): string {
  const cut = cropped(text, width)
  return right ? cut.padStart(width) : cut.padEnd(width)
}

/** At most so many characters of a text; the last one tells that there are more. */
export function cropped(text: string, width: number): string {
  if (text.length <= width) return text
  const characters = [...text]
  if (characters.length <= width) return text
  return width <= 0 ? '' : `${characters.slice(0, width - 1).join('')}…`
}

/** A number in at most seven characters: `123456`, `1234k`, `1234M`. */
export function count_text(count: number | undefined): string {
  if (count === undefined) return ''
  const [size, letter] = units.find(([size]) => count >= size * 1e3) ?? [1, '']
  return `${Math.floor(count / size)}${letter}`
}
const units = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** Bytes: `512 B`, `1.5 kB`, `120.0 MB`. */
export function bytes_text(bytes: number | undefined): string {
  if (bytes === undefined) return ''
  const unit = bytes_units.find(([size]) => bytes >= size)
  return unit === undefined ? `${bytes} B` : `${(bytes / unit[0]).toFixed(1)} ${unit[1]}`
}
const bytes_units = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const

/** A short time: `250 ms`, `12.5 s`, `3:07 min`; a long one as {@link uptime_text}. */
export function time_text(milliseconds: number): string {
  if (milliseconds < 1e3) return `${milliseconds} ms`
  if (milliseconds < 60e3) return `${(Math.floor(milliseconds / 100) / 10).toFixed(1)} s`
  if (milliseconds >= 3_600e3) return uptime_text(milliseconds)
  const seconds = Math.floor(milliseconds / 1e3)
  return `${Math.floor(seconds / 60)}:${two_digits(seconds % 60)} min`
}

/** `02:03:04`, or `1d 02:03:04`. */
export function uptime_text(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1e3)
  const days = Math.floor(seconds / 86_400)
  const clock = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
  return (days === 0 ? '' : `${days}d `) + clock.map(two_digits).join(':')
}

const two_digits = (number: number): string => `${number}`.padStart(2, '0')
