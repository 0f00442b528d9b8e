// Streams of bytes that look like packets, more or less: most of them right, many nearly so.

import fc from 'fast-check'
import type { PacketLimits, PacketType } from '../../../apps/kernel/inet_packet.ts'

/** One question to `decode_packet`. */
export interface Question {
  readonly type: PacketType
  readonly bytes: Buffer
  readonly limits: Partial<PacketLimits>
}

type Bytes = fc.Arbitrary<Buffer>

const latin1 = (text: fc.Arbitrary<string>): Bytes => text.map(all => Buffer.from(all, 'latin1'))
const words = (...some: string[]) => fc.constantFrom(...some)
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map(all => all.join(''))
const content = fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes))

/** A header made of the length of what follows it, which is sometimes wrong. */
const with_length = (header: (length: number) => number[]): Bytes =>
  fc
    .tuple(content, fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, fc.integer({ min: -3, max: 3 })))
    .map(([bytes, wrong]) => Buffer.from([...header(Math.max(0, bytes.length + wrong)), ...bytes]))

const big_endian = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** (size - 1 - index)) % 256)

const huge = fc.constantFrom(0x7fff_fff0, 0x7fff_fffb, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff)

const asn1 = fc
  .tuple(
    fc.constantFrom([0x30], [0x1f, 0x81, 0x02], [0x3f, 0x85, 0x86, 0x01], [0xff]),
    fc.nat(5),
    content,
    huge,
  )
  .map(([tag, form, bytes, large]) => {
    if (form === 0) return Buffer.from([...tag, bytes.length, ...bytes])
    const length =
      form === 5 ? [0x84, ...big_endian(large, 4)] : [0x80 + form, ...big_endian(bytes.length, form)]
    return Buffer.from([...tag, ...length, ...bytes])
  })

const cdr = fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.constantFrom('GIOP', 'GIOQ')).chain(([flags, magic]) =>
  with_length(length => {
    const size = big_endian(length, 4)
    return [...Buffer.from(magic), 1, 0, flags, 0, ...(flags & 1 ? size.reverse() : size)]
  }),
)

const fcgi = fc
  .tuple(fc.constantFrom(1, 1, 1, 2), fc.nat(4))
  .chain(([version, padding]) =>
    with_length(length => [version, 1, 0, 1, ...big_endian(Math.max(0, length - padding), 2), padding, 0]),
  )

const tpkt = fc.constantFrom(3, 3, 3, 4).chain(version => {
  return with_length(length => [version, 0, ...big_endian(length + 4, 2)])
})

const end = words('\r\n', '\r\n', '\n', '\r', '', ' \r\n')
const gap = words(' ', ' ', '  ', '\t', '')
const noise = latin1(fc.string({ unit: fc.constantFrom(...'aG/ :.*\r\n\t1-~\xe9\0'), maxLength: 30 }))
const version = words(
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/12.345',
  'HTTP/1.',
  'HTTP/x',
  'http/1.1',
  'HTTP/1.1x',
  '',
  'HTTP/99999999999.1',
)
const uri = words(
  '/',
  '/a?b#c',
  '*',
  '**',
  'foo',
  'host:443',
  ':',
  'a:b:c',
  'http://',
  'http:/',
  'http:///',
  'http://h',
  'HTTPS://h/p',
  'http://h:80',
  'http://h:80/x',
  'http://h:/',
  'http://:8/',
  'http://h:8x/',
  'https://h:99999999999/',
  'http://[::1]:8/',
  'http://u:p@h:8/',
  'mailto:x@y',
  '\xe9',
  '/\xe9',
  'https://',
  'ftp://h/p',
  'http://h?a/b',
  '',
  '/a\0b',
)
const method = words(
  'GET',
  'OPTIONS',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'TRACE',
  'CONNECT',
  'PATCH',
  'get',
  'G@T',
  '',
  'A!#$%',
  '~\x7f',
  '\xe9',
)
const status = words('200', '404', '1', '99999999999', '20x', '')
const reason = words('OK', 'Not Found', '', ' x ', '\xe9')
const after = words('', 'x', ' x\r\n', '\tx\r\ny', '\r\n', '\n', ' ', 'GET')

const http = latin1(
  fc.oneof(
    joined(method, gap, uri, gap, version, gap, end, after),
    joined(version, gap, status, gap, reason, end, after),
    joined(words('', ' '), end, after),
  ),
)

const field = words(
  'Host',
  'host',
  'HOST',
  'content-length',
  'CONTENT-TYPE',
  'x-forwarded-for',
  'X-A-b-C1d',
  '--a--b',
  '1a-2b',
  'Etag',
  'www-authenticate',
  'COOKIE',
  'a',
  'Bad Name',
  '',
  'a@b',
  'a\xe9',
  `${'a'.repeat(50)}`,
  `${'a'.repeat(51)}`,
  `${'ab-'.repeat(16)}CD`,
  `${'ab-'.repeat(16)}CDE`,
  "it's",
  '~',
  '\x7f',
  'keep_alive',
)
const value = words('', 'x', ' x', 'x ', '\tx\t', 'a: b', '\xe9', 'x\ry')
const http_header = latin1(
  fc.oneof(joined(field, words(':', ':', ' :', ''), gap, value, end, after), joined(end, after)),
)

const line = latin1(fc.string({ unit: fc.constantFrom('a', ';', '\r', '\n'), maxLength: 30 }))

const prefixed = (size: 1 | 2 | 4): Bytes =>
  fc.oneof(
    { arbitrary: with_length(length => big_endian(length, size)), weight: 4 },
    huge.map(length => Buffer.from(big_endian(length, 4))),
  )

const streams: { readonly [Type in PacketType]: Bytes } = {
  raw: content,
  0: content,
  1: prefixed(1),
  2: prefixed(2),
  4: prefixed(4),
  line,
  asn1,
  cdr,
  sunrm: prefixed(4),
  fcgi,
  tpkt,
  http,
  http_bin: http,
  httph: http_header,
  httph_bin: http_header,
}

const types = Object.keys(streams).map(name => (/^\d$/.test(name) ? Number(name) : name)) as PacketType[]

const limit = (most: number) => fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.nat(most))

/** Any question: mostly of a stream of the type, at times cut short, or noise. */
export const question: fc.Arbitrary<Question> = fc
  .record({
    type: fc.constantFrom(...types),
    packet_size: limit(50),
    line_length: limit(50),
    line_delimiter: fc.constantFrom(10, 10, 59),
    cut: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.nat(20)),
    is_noise: fc.constantFrom(false, false, false, false, false, true),
  })
  .chain(({ type, cut, is_noise, line_delimiter, ...sizes }) => {
    const limits = type === 'line' ? { ...sizes, line_delimiter } : sizes
    return (is_noise ? fc.oneof(content, noise) : streams[type]).map(bytes => {
      return { type, bytes: bytes.subarray(0, bytes.length - (cut % (bytes.length + 1))), limits }
    })
  })
