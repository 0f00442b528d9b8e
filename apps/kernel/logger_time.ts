// Moments as text.

import type { Term } from '../../runtime/erlang/term.ts'

/**
 * How far a clock is ahead of UTC: `''` as the machine's, `'Z'`, `'+hh:mm'` or `'-hh:mm'`, or microseconds.
 * OTP: `time_offset` of `logger_formatter`.
 */
export type TimeOffset = string | number

const offset_pattern = /^([+-])(\d\d):([0-5]\d)$/
const microseconds_a_minute = 60_000_000

/** Whether something says how far a clock is ahead of UTC. */
export const is_time_offset = (value: Term): value is TimeOffset =>
  Number.isInteger(value) ||
  value === '' ||
  value === 'Z' ||
  value === 'z' ||
  (typeof value === 'string' && offset_pattern.test(value))

/**
 * A moment as RFC 3339 §5.6 writes it, to the microsecond.
 *
 * @param time - microseconds since 1970
 * @param designator - stands between date and time
 */
export function rfc3339(time: number, offset: TimeOffset = '', designator = 'T'): string {
  const ahead = minutes_ahead(time, offset)
  const shifted = Math.floor(time) + ahead * microseconds_a_minute
  const [date, clock] = new Date(Math.floor(shifted / 1_000)).toISOString().split('T') as [string, string]
  const micros = String(((shifted % 1_000) + 1_000) % 1_000).padStart(3, '0')
  const is_utc = typeof offset === 'string' && offset.toUpperCase() === 'Z'
  return `${date}${designator}${clock.slice(0, -1)}${micros}${is_utc ? 'Z' : zone_text(ahead)}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A moment as the headers of old write it: `1-Jan-1970::00:00:00.000000`, with ` UTC` if it is that. */
export function legacy_time(time: number, offset: TimeOffset = ''): string {
  const text = rfc3339(time, offset)
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number]
  const is_utc = typeof offset === 'string' ? offset.toUpperCase() === 'Z' : offset === 0
  return `${day}-${months[month - 1]}-${year}::${text.slice(11, 26)}${is_utc ? ' UTC' : ''}`
}

function minutes_ahead(time: number, offset: TimeOffset): number {
  if (typeof offset === 'number') return Math.trunc(offset / microseconds_a_minute)
  if (offset === '') return -new Date(time / 1_000).getTimezoneOffset()
  const [, sign, hours, minutes] = offset_pattern.exec(offset) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function zone_text(ahead: number): string {
  const parts = [Math.trunc(Math.abs(ahead) / 60), Math.abs(ahead) % 60]
  return `${ahead < 0 ? '-' : '+'}${parts.map(part => String(part).padStart(2, '0')).join(':')}`
}
