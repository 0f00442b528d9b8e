// Most entries of a revocation list are alike to the byte: they have no extensions, or a reason and a date. Those are
// recognized in place, without an object for each; whatever is not recognized has to be decoded.

/** Octets of the whole extension but for its value: RFC 5280 §5.3.1, `{30 {06 2.5.29.21} {04 {0a …}}}`. */
const reason = Uint8Array.of(0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01)
const reason_size = reason.length + 1
/** RFC 5280 §5.3.2, `{30 {06 2.5.29.24} {04 {18 …}}}`. */
const invalidity = Uint8Array.of(0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11, 0x18, 0x0f)
const invalidity_size = invalidity.length + 15

/** Bytes of the longest serial number: RFC 5280 §4.1.2.2. */
const longest_serial = 20
const utc_time_size = 15
/** The day that every year has. */
const last_days = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Where the entry at `at` ends, if it is an ordinary one: its serial number then begins two bytes after it. RFC 5280
 * §5.1.2.6
 *
 * @returns 0 for any other, which may be right too
 */
export function ordinary_end(bytes: Uint8Array, at: number): number {
  const size = bytes[at + 1]!
  const end = at + 2 + size
  if (bytes[at] !== 0x30 || size >= 0x80 || end > bytes.length) return 0
  const date = at + 4 + bytes[at + 3]!
  if (date + utc_time_size > end || !is_serial(bytes, at + 2) || !is_utc_time(bytes, date)) return 0
  const rest = date + utc_time_size
  return rest === end || are_extensions(bytes, rest, end) ? end : 0
}

/** A positive integer of some bytes, in its shortest form. */
function is_serial(bytes: Uint8Array, at: number): boolean {
  const size = bytes[at + 1]!
  const first = bytes[at + 2]!
  if (bytes[at] !== 0x02 || size === 0 || size > longest_serial || first >= 0x80) return false
  return first > 0 || size === 1 || bytes[at + 3]! >= 0x80
}

/** A reason, a date of invalidity, or both, each once. */
function are_extensions(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== 0x30 || bytes[at + 1] !== end - at - 2) return false
  const first = at + 2
  const second = first + extension_size(bytes, first, end)
  if (second === first) return false
  if (second === end) return true
  const third = second + extension_size(bytes, second, end)
  return third === end && bytes[second + 1] !== bytes[first + 1]
}

/** 0 when it is neither. */
function extension_size(bytes: Uint8Array, at: number, end: number): number {
  if (at + reason_size <= end && are_there(bytes, at, reason)) {
    return bytes[at + reason.length]! < 0x80 ? reason_size : 0
  }
  if (at + invalidity_size > end || !are_there(bytes, at, invalidity)) return 0
  const date = at + invalidity.length
  return pair(bytes, date) >= 0 && is_time(bytes, date + 2) ? invalidity_size : 0
}

function are_there(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++)
    if (bytes[at + index] !== expected[index]) return false
  return true
}

const is_utc_time = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x17 && bytes[at + 1] === 0x0d && is_time(bytes, at + 2)

/** `YYMMDDHHMMSSZ`. Only a 29th of February, which depends on the year, is left to others. */
function is_time(bytes: Uint8Array, at: number): boolean {
  const month = pair(bytes, at + 2)
  const day = pair(bytes, at + 4)
  if (!(pair(bytes, at) >= 0 && day >= 1 && day <= last_days[month]!)) return false
  return (
    pair(bytes, at + 6) <= 23 &&
    pair(bytes, at + 8) <= 59 &&
    pair(bytes, at + 10) <= 59 &&
    bytes[at + 12] === 0x5a
  )
}

/** Neither more nor less than anything. */
const no_number = Number.NaN

/** The number of two digits, or {@link no_number}. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30
  const ones = bytes[at + 1]! - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : no_number
}
