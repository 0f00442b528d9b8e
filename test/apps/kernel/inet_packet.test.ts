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
  ])('of type %j in %j with %j is as in OTP', (type, input, limits, expected) => {
    expect(plain(decode_packet(type, bytes(input), limits))).toEqual(expected)
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
  for (const type of ['raw', 0, 1, 2, 4, 'line']) expect(is_packet_type(type)).toBe(true)
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
  function feed(type: PacketType, stream: Buffer, cuts: readonly number[], limits = no_limits): string[] {
    const buffer = new PacketBuffer()
    const packets: string[] = []
    const ends = [...cuts.map(cut => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
    let start = 0
    for (const end of ends) {
      buffer.push(stream.subarray(start, end))
      start = end
      for (;;) {
        const packet = buffer.take_packet(type, limits)
        if (packet === 'invalid') return [...packets, 'invalid']
        if (packet === undefined) break
        packets.push(Buffer.from(packet as Uint8Array).toString('latin1'))
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
})
