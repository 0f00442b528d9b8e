// Finds the records in a stream of bytes, however the stream is cut, and writes their headers. RFC 5246 §6.2.1

import { Reader } from '../../runtime/binary/reader.ts'
import { Alert } from './ssl_alert.ts'

export type ContentType = 'change_cipher_spec' | 'alert' | 'handshake' | 'application_data'

/** One record as it stands on the wire, its content still protected. */
export interface TlsRecord {
  readonly type: ContentType
  /** The wire code; some 3.x. */
  readonly version: number
  /** A view of the bytes received. */
  readonly fragment: Uint8Array
}

export const content_type_codes: Readonly<Record<ContentType, number>> = {
  change_cipher_spec: 20,
  alert: 21,
  handshake: 22,
  application_data: 23,
}

/** Type, version and length, in bytes. */
export const header_size = 5

/** The most that one record can carry, in bytes. */
export const max_content = 2 ** 14

/** The most that a protected record may measure without its header, in bytes. RFC 5246 §6.2.3 */
export const max_fragment = max_content + 2048

const none = new Uint8Array(0)
const types = new Map(Object.entries(content_type_codes).map(([name, code]) => [code, name as ContentType]))

/**
 * Takes the records that have arrived whole off the front of a stream. Their bytes are not copied, but for a
 * record that is there in part in `rest` and in part in `received`.
 *
 * @param rest - what the last call left over
 * @returns the records, and the bytes of the one still on its way. What is wrong behind whole records is told by
 *   the next call, so that it makes no difference how the stream is cut.
 * @throws {@link Alert} as soon as the next header shows it: `unexpected_message` for what is no record at all (an
 *   unknown content type, such as the `G` of plain HTTP), `protocol_version` for a version other than 3.x,
 *   `record_overflow` for too long a record
 */
export function get_tls_records(
  received: Uint8Array,
  rest: Uint8Array = none,
): [records: TlsRecord[], rest: Uint8Array] {
  if (rest.length === 0) return take_records(new Reader(received), [])

  const from = new Reader(received)
  const header = fill_up(rest, header_size, from)
  const wrong = wrong_header(new Reader(header))
  if (wrong) throw wrong
  const size = record_size(new Reader(header))
  const record = size === undefined ? header : fill_up(header, size, from)
  if (record.length !== size) return [[], record]
  return take_records(from, [read_record(new Reader(record))])
}

/** A record as it stood on the wire, in pieces. */
export function encode_tls_record({ type, version, fragment }: TlsRecord): Uint8Array[] {
  const { length } = fragment
  const header = [content_type_codes[type], version >> 8, version & 0xff, length >> 8, length & 0xff]
  return [Uint8Array.from(header), fragment]
}

function take_records(from: Reader, records: TlsRecord[]): [records: TlsRecord[], rest: Uint8Array] {
  for (;;) {
    const wrong = wrong_header(from)
    if (wrong && records.length === 0) throw wrong
    const size = wrong ? undefined : record_size(from)
    if (size === undefined || size > from.left) break
    records.push(read_record(from))
  }
  return [records, from.take(from.left)]
}

/** What is wrong with the header that stands next, as far as it is there. */
function wrong_header(from: Reader): Alert | undefined {
  if (from.left > 0 && !types.has(from.peek_uint(0, 1))) {
    return new Alert('unexpected_message', ['content type', from.peek_uint(0, 1)])
  }
  if (from.left > 1 && from.peek_uint(1, 1) !== 3) return new Alert('protocol_version', 'no TLS record')
  if (from.left < header_size || from.peek_uint(3, 2) <= max_fragment) return undefined
  return new Alert('record_overflow', from.peek_uint(3, 2))
}

/** The size, header included, of the record that stands next; undefined while its header is not all there. */
const record_size = (from: Reader): number | undefined =>
  from.left < header_size ? undefined : header_size + from.peek_uint(3, 2)

function read_record(from: Reader): TlsRecord {
  const type = types.get(from.uint8())!
  const version = from.uint16()
  const length = from.uint16()
  return { type, version, fragment: from.take(length) }
}

/** `start`, made `size` bytes long, or as long as it gets, with the next bytes of `from`. */
function fill_up(start: Uint8Array, size: number, from: Reader): Uint8Array {
  const missing = Math.min(size - start.length, from.left)
  if (missing <= 0) return start
  const whole = new Uint8Array(start.length + missing)
  whole.set(start)
  whole.set(from.take(missing), start.length)
  return whole
}
