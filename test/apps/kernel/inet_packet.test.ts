// Packets: the cuts that OTP makes, whatever cuts the network makes.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  as_delivered,
  decode_packet,
  is_packet_type,
  no_limits,
  type PacketLimits,
  type PacketType,
  packet_header,
} from '../../../apps/kernel/inet_packet.ts'
import { PacketBuffer } from '../../../apps/kernel/packet_buffer.ts'
import { ok } from '../../../runtime/erlang/term.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const plain = ([tag, ...rest]: readonly unknown[]) => [
  tag,
  ...rest.map(part => (part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part)),
]

describe('decode_packet', () => {
  test.each<[PacketType, string, Partial<PacketLimits>, unknown[]]>([
    ['raw', 'abc', {}, ['ok', 'abc', '']],
    [0, 'abc', {}, ['ok', 'abc', '']],
    ['raw', '', {}, ['more', undefined]],
    [1, '\0\x01', {}, ['ok', '', '\x01']],
    [2, '\0\x03abcd', {}, ['ok', 'abc', 'd']],
    [4, '\0\0', {}, ['more', undefined]],
    [4, '\0\0\0\x14', {}, ['more', 24]],
    [4, '\0\0\0\x14', { packet_size: 10 }, ['error', 'invalid']],
    [4, '\0\0\0\x0a', { packet_size: 10 }, ['more', 14]],
    [4, '\xff\xff\xff\xff', {}, ['error', 'invalid']],
    [4, '\x7f\xff\xff\xfb', {}, ['more', 2_147_483_647]],
    ['line', 'abc\ndef', {}, ['ok', 'abc\n', 'def']],
    ['line', 'abc', {}, ['more', undefined]],
    ['line', 'abcdef', { line_length: 3 }, ['ok', 'abc', 'def']],
    ['line', 'abcdef\n', { line_length: 3 }, ['ok', 'abc', 'def\n']],
    ['line', 'abcdef\n', { packet_size: 3 }, ['error', 'invalid']],
    ['line', 'abcdef', { packet_size: 3 }, ['error', 'invalid']],
    ['line', 'abc', { packet_size: 3 }, ['more', undefined]],
    ['line', 'abc;', { line_delimiter: 0x3b }, ['ok', 'abc;', '']],
    ['line', 'abc;', { line_delimiter: 0x3b, line_length: 4 }, ['ok', 'abc;', '']],
    [0, 'abc', { packet_size: 2 }, ['ok', 'abc', '']],
    ['sunrm', '\x80\0\0\x01\t\t', {}, ['ok', '\x80\0\0\x01\t', '\t']],
    ['sunrm', '\xff\xff\xff\xff', {}, ['error', 'invalid']],
    ['fcgi', '\x01\x01\0\x01\0\x02\x01\0abcd', {}, ['ok', '\x01\x01\0\x01\0\x02\x01\0ab', 'd']],
    ['fcgi', '\x02\x01\0\x01\0\x02\x01\0abcd', {}, ['error', 'invalid']],
    ['tpkt', '\x03\0\0\x05ab', {}, ['ok', '\x03\0\0\x05a', 'b']],
    ['tpkt', '\x03\0\0\x03ab', {}, ['error', 'invalid']],
    ['tpkt', '\x03\0\0', {}, ['more', undefined]],
    ['cdr', 'GIOP\0\0\x01\0\x01\0\0\0ab', {}, ['ok', 'GIOP\0\0\x01\0\x01\0\0\0a', 'b']],
    ['cdr', 'GIOP\0\0\0\0\0\0\0\x01', {}, ['more', 13]],
    ['cdr', 'GIOQ\0\0\0\0\0\0\0\x01', {}, ['error', 'invalid']],
    ['asn1', '\x30\x80\x01', {}, ['ok', '\x30\x80', '\x01']],
    ['asn1', '\x30\x02a', {}, ['more', 4]],
    ['asn1', '\x1f\x81\x02\x01ab', {}, ['ok', '\x1f\x81\x02\x01a', 'b']],
    ['asn1', '\x30\x82\0\x01ab', {}, ['ok', '\x30\x82\0\x01a', 'b']],
    ['asn1', '\x30\x85\0\0\0\0\x01ab', {}, ['error', 'invalid']],
    ['asn1', '\x30\x84\xff\xff\xff\xff', {}, ['error', 'invalid']],
  ])('of type %j in %j with %j is as in OTP', (type, input, limits, expected) => {
    expect(plain(decode_packet(type, bytes(input), limits))).toEqual(expected)
  })

  test.each<[PacketType, string, unknown[]]>([
    ['http', 'GET / HTTP/1.1\r\n', ['http_request', 'GET', ['abs_path', '/'], [1, 1]]],
    ['http', 'GET /\r\n', ['http_request', 'GET', ['abs_path', '/'], [0, 9]]],
    ['http', 'PATCH * HTTP/1.0\n', ['http_request', 'PATCH', '*', [1, 0]]],
    ['http', 'GET foo HTTP/1.1\r\n', ['http_request', 'GET', 'foo', [1, 1]]],
    ['http', 'CONNECT host:443 HTTP/1.1\r\n', ['http_request', 'CONNECT', ['scheme', 'host', '443'], [1, 1]]],
    [
      'http',
      'GET HTTPS://h HTTP/1.1\r\n',
      ['http_request', 'GET', ['absoluteURI', 'https', 'h', undefined, '/'], [1, 1]],
    ],
    [
      'http_bin',
      'GET http://h:80/p HTTP/1.1\r\n',
      ['http_request', 'GET', ['absoluteURI', 'http', bytes('h'), 80, bytes('/p')], [1, 1]],
    ],
    [
      'http_bin',
      'PATCH /\xe9 HTTP/1.1\n',
      ['http_request', bytes('PATCH'), ['abs_path', bytes('/\xe9')], [1, 1]],
    ],
    ['http', 'HTTP/1.1 200 OK\r\n', ['http_response', [1, 1], 200, 'OK']],
    ['http', 'HTTP/1.1 200\r\n', ['http_response', [1, 1], 200, '']],
    ['http', 'HTTP/1.1 200OK\r\n', ['http_error', 'HTTP/1.1 200OK\r\n']],
    ['http_bin', 'xx\n', ['http_error', bytes('xx\n')]],
    ['http', '\r\n', ['http_error', '\r\n']],
    ['httph', 'hOST:  foo \r\nX', ['http_header', 14, 'Host', 'hOST', 'foo ']],
    ['httph', 'a: b\r\n c\r\nX', ['http_header', 0, 'A', 'a', 'b\r\n c']],
    ['httph_bin', 'x-own:\r\nX', ['http_header', 0, bytes('X-Own'), bytes('x-own'), bytes('')]],
    ['httph_bin', 'etag:a\r\nX', ['http_header', 43, 'Etag', bytes('etag'), bytes('a')]],
    ['httph', `${'a'.repeat(51)}:\nX`, ['http_header', 0, 'a'.repeat(51), 'a'.repeat(51), '']],
    ['httph', 'Host : foo\r\nX', ['http_error', 'Host : foo\r\n']],
  ])('of type %j reads %j as OTP does', (type, input, expected) => {
    const rest = input.endsWith('X') ? 'X' : ''
    expect(decode_packet(type, bytes(input))).toEqual(['ok', expected, bytes(rest)])
  })

  test('reads the empty line after the fields without what follows, a field only with it', () => {
    expect(decode_packet('httph', bytes('\r\n'))).toEqual(['ok', 'http_eoh', bytes('')])
    expect(decode_packet('httph', bytes('\n'))).toEqual(['ok', 'http_eoh', bytes('')])
    for (const [type, packet] of [
      ['httph_bin', 'http_eoh'],
      ['http_bin', ['http_error', bytes('\r\n')]],
    ] as const)
      expect(decode_packet(type, bytes('\r\n'), { line_length: 1 })).toEqual(['ok', packet, bytes('')])
    expect(decode_packet('httph', bytes('\r'))).toEqual(['more', undefined])
    expect(decode_packet('httph', bytes('a: b\r\n'))).toEqual(['more', undefined])
  })

  test('limits lines of HTTP by packet_size, and by line_length when that is not given', () => {
    const line = bytes('GET / HTTP/1.1\r\n')
    expect(decode_packet('http', line, { packet_size: 15, line_length: 99 })).toEqual(['error', 'invalid'])
    expect(decode_packet('http', line, { line_length: 15 })).toEqual(['error', 'invalid'])
    expect(decode_packet('http', line, { packet_size: 16 })[0]).toBe('ok')
    expect(decode_packet('http', bytes('GET /'), { packet_size: 5 })).toEqual(['error', 'invalid'])
    expect(decode_packet('http', bytes('GET /'), { packet_size: 6 })).toEqual(['more', undefined])
    expect(decode_packet('httph', bytes('a: bcd\r\nX'), { packet_size: 7 })).toEqual(['error', 'invalid'])
    expect(decode_packet('httph', bytes('a: bcd'), { packet_size: 6 })).toEqual(['error', 'invalid'])
  })

  test.each<[string, () => unknown]>([
    ['type', () => decode_packet('foo' as never, bytes(''))],
    ['type', () => decode_packet(3 as never, bytes(''))],
    ['bytes', () => decode_packet(0, 'abc' as never)],
    ['size', () => decode_packet(0, bytes(''), { packet_size: -1 })],
    ['size', () => decode_packet(0, bytes(''), { line_length: 2 ** 32 })],
    ['delimiter', () => decode_packet('line', bytes(''), { line_delimiter: 256 })],
    ['delimiter of another type', () => decode_packet(1, bytes(''), { line_delimiter: 10 })],
    ['option', () => decode_packet(0, bytes(''), { packet_sise: 1 } as never)],
  ])('refuses what is no such %s', (_, decode) => {
    expect(decode).toThrow('badarg')
  })

  test('copies nothing', () => {
    const input = bytes('\0\x03abcd')
    const [, packet, rest] = decode_packet(2, input) as [string, Buffer, Buffer]
    expect(packet.buffer).toBe(input.buffer)
    expect(rest.buffer).toBe(input.buffer)
  })
})

describe('packet_header', () => {
  test('writes the length, and says when it has no room', () => {
    expect(ok(packet_header(1, 255))).toEqual(bytes('\xff'))
    expect(ok(packet_header(2, 258))).toEqual(bytes('\x01\x02'))
    expect(ok(packet_header(4, 0xffff_ffff))).toEqual(bytes('\xff\xff\xff\xff'))
    expect(packet_header(1, 256)).toEqual(['error', ['packet_to_large', 256, 255]])
    expect(packet_header(2, 65_536)).toEqual(['error', ['packet_to_large', 65_536, 65_535]])
    expect(packet_header(4, 2 ** 32)).toEqual(['error', ['packet_to_large', 2 ** 32, 2 ** 32 - 1]])
    expect(ok(packet_header('line', 2 ** 40))).toBeUndefined()
    expect(ok(packet_header('raw', 2 ** 40))).toBeUndefined()
  })
})

test('is_packet_type knows the types and nothing else', () => {
  for (const type of ['raw', 0, 1, 2, 4, 'line', 'asn1', 'cdr', 'sunrm', 'fcgi', 'tpkt', 'http', 'httph_bin'])
    expect(is_packet_type(type)).toBe(true)
  for (const other of [3, 8, 'lines', 'toString', null, undefined, [1], {}])
    expect(is_packet_type(other)).toBe(false)
})

describe('as_delivered', () => {
  test('gives binaries as they are, or as strings of code units', () => {
    const packet = bytes('a\0\xff')
    expect(as_delivered(packet, 'binary')).toBe(packet)
    expect(as_delivered(packet, 'list')).toBe('a\0\xff')
    expect(as_delivered(new Uint8Array([1, 2]), 'binary')).toEqual(Buffer.from([1, 2]))
  })

  test('puts header bytes in front as numbers, in mode binary', () => {
    expect(as_delivered(bytes('abcd'), 'binary', 2)).toEqual([97, 98, bytes('cd')])
    expect(as_delivered(bytes('ab'), 'binary', 2)).toEqual([97, 98, bytes('')])
    expect(as_delivered(bytes('a'), 'binary', 2)).toEqual([97])
    expect(as_delivered(bytes('abcd'), 'list', 2)).toBe('abcd')
  })
})

describe('a packet buffer', () => {
  /** Feeds `stream` in the pieces that `cuts` makes of it. @returns every packet that came out */
  const feed = (type: PacketType, stream: Buffer, cuts: readonly number[], limits = no_limits): string[] =>
    feed_any(type, stream, cuts, limits).map(packet =>
      packet instanceof Uint8Array ? Buffer.from(packet).toString('latin1') : String(packet),
    )

  function feed_any(
    type: PacketType,
    stream: Buffer,
    cuts: readonly number[],
    limits = no_limits,
  ): unknown[] {
    const buffer = new PacketBuffer()
    const packets: unknown[] = []
    const ends = [...cuts.map(cut => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
    let start = 0
    for (const end of ends) {
      buffer.push(stream.subarray(start, end))
      start = end
      for (;;) {
        const packet = buffer.take_packet(type, limits)
        if (packet === 'invalid') return [...packets, 'invalid']
        if (packet === undefined) break
        packets.push(packet)
      }
    }
    return packets
  }

  const cuts = fc.array(fc.nat(), { maxLength: 30 })

  test.each([1, 2, 4] as const)(
    'of type %i gives the packets that were sent, wherever the stream is cut',
    type => {
      const contents = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 })
      fc.assert(
        fc.property(contents, cuts, (packets, at) => {
          const stream = Buffer.concat(
            packets.flatMap(packet => [ok(packet_header(type, packet.length))!, packet]),
          )
          expect(feed(type, stream, at)).toEqual(
            packets.map(packet => Buffer.from(packet).toString('latin1')),
          )
        }),
      )
    },
  )

  test('of lines gives the lines that were sent, wherever the stream is cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '\r'), maxLength: 30 }).map(text => `${text}\n`)
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), cuts, (lines, at) => {
        expect(feed('line', bytes(`${lines.join('')}rest`), at)).toEqual(lines)
      }),
    )
  })

  test('loses nothing of lines that are longer than the limit', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n'), maxLength: 60 })
    fc.assert(
      fc.property(text, cuts, (lines, at) => {
        const pieces = feed('line', bytes(`${lines}\n`), at, { ...no_limits, line_length: 4 })
        expect(pieces.join('')).toBe(`${lines}\n`)
        expect(pieces.every(piece => piece.length === 4 || piece.endsWith('\n'))).toBe(true)
        expect(pieces.every(piece => piece.length <= 4)).toBe(true)
      }),
    )
  })

  test('stops at the first packet that is too long, wherever the stream is cut', () => {
    const stream = bytes('\x02ab\x01c\x05abcde\x01f')
    fc.assert(
      fc.property(cuts, at => {
        expect(feed(1, stream, at, { ...no_limits, packet_size: 4 })).toEqual(['ab', 'c', 'invalid'])
      }),
    )
  })

  test('gives raw bytes by number, or as they came', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 })
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(30)), (chunks, lengths) => {
        const buffer = new PacketBuffer()
        for (const chunk of chunks) buffer.push(chunk)
        const all = Buffer.concat(chunks)
        const taken: Uint8Array[] = []
        for (const length of lengths) {
          const before = buffer.length
          const some = buffer.take(length)
          expect(some?.length).toBe(length <= before ? length : undefined)
          if (some) taken.push(some)
        }
        for (let some = buffer.shift(7); some; some = buffer.shift(7)) {
          expect(some.length).toBeLessThanOrEqual(7)
          taken.push(some)
        }
        expect(buffer.length).toBe(0)
        expect(Buffer.concat(taken).equals(all)).toBe(true)
      }),
    )
  })

  test('can be read in another way half through, and emptied', () => {
    const buffer = new PacketBuffer()
    buffer.push(bytes('\0\0\x01x'))
    expect(buffer.take_packet(4, no_limits)).toBeUndefined()
    buffer.reinterpret()
    expect(buffer.take_packet(2, no_limits)).toEqual(bytes(''))
    expect(buffer.all()).toEqual(bytes('\x01x'))
    buffer.clear()
    expect(buffer.length).toBe(0)
    expect(buffer.take_packet(1, no_limits)).toBeUndefined()
  })

  test('follows HTTP from the first line to the end of the fields, wherever the stream is cut', () => {
    const message = 'GET / HTTP/1.1\r\nHost: a\r\nx: y\r\n z\r\n\r\n'
    const stream = bytes(`${message}${message}HTTP/1.1 200 OK\r\n`)
    const one = [
      ['http_request', 'GET', ['abs_path', '/'], [1, 1]],
      ['http_header', 14, 'Host', 'Host', 'a'],
      ['http_header', 0, 'X', 'x', 'y\r\n z'],
      'http_eoh',
    ]
    fc.assert(
      fc.property(cuts, at => {
        expect(feed_any('http', stream, at)).toEqual([...one, ...one, ['http_response', [1, 1], 200, 'OK']])
      }),
    )
  })

  test.each(['line', 'http', 'httph'] as const)(
    'of type %s costs no more for a long line in small pieces',
    type => {
      const buffer = new PacketBuffer()
      const piece = Buffer.alloc(16, 'a')
      let joined = 0
      const all = buffer.all.bind(buffer)
      buffer.all = () => {
        joined++
        return all()
      }
      for (let count = 0; count < 1_000; count++) {
        buffer.push(piece)
        expect(buffer.take_packet(type, no_limits)).toBeUndefined()
      }
      expect(joined).toBe(1)
      buffer.push(bytes('\nx'))
      expect(buffer.take_packet(type, no_limits)).toBeDefined()
      expect(joined).toBe(2)
    },
  )

  test.each<[Partial<PacketLimits>, unknown]>([
    [{ packet_size: 4 }, 'invalid'],
    [{ line_length: 4 }, bytes('abcd')],
  ])('notices a line without end at the limit %j', (limits, expected) => {
    const buffer = new PacketBuffer()
    const outcomes = ['ab', 'c', 'de'].map(piece => {
      buffer.push(bytes(piece))
      return buffer.take_packet('line', { ...no_limits, ...limits })
    })
    expect(outcomes).toEqual([undefined, undefined, expected])
  })

  test('takes bytes back in front', () => {
    const buffer = new PacketBuffer()
    buffer.push(bytes('\x03b'))
    expect(buffer.take_packet(1, no_limits)).toBeUndefined()
    buffer.unshift(bytes('\x01a'))
    buffer.unshift(bytes(''))
    expect(buffer.take_packet(1, no_limits)).toEqual(bytes('a'))
    expect(buffer.length).toBe(2)
  })
})
