import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Reader } from '../../../runtime/binary/reader.ts'
import { Writer } from '../../../runtime/binary/writer.ts'
import { hex } from '../../support/hex.ts'

/** Every number that can be written: its size, and how. */
const numbers: readonly [name: string, size: number, write: (writer: Writer, value: number) => void][] = [
  ['uint8', 1, (writer, value) => writer.uint8(value)],
  ['uint16', 2, (writer, value) => writer.uint16(value)],
  ['uint24', 3, (writer, value) => writer.uint24(value)],
  ['uint32', 4, (writer, value) => writer.uint32(value)],
]

describe('Writer', () => {
  test('writes big-endian numbers and bytes one after the other', () => {
    const writer = new Writer()
    writer.uint8(0x80)
    writer.uint16(0x81ff)
    writer.uint24(0x82fffe)
    writer.uint32(0x83fffefd)
    writer.uint64(0x84fffefdfcfbfaf9n)
    writer.bytes(Uint8Array.of(1, 2))
    expect(writer.length).toBe(20)
    expect(writer.finish()).toEqual(hex('80 81ff 82fffe 83fffefd 84fffefdfcfbfaf9 0102'))
  })

  test.each(numbers)('%s takes every number of %d bytes', (_name, size, write) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x100 ** size - 1 }), value => {
        const writer = new Writer(0)
        write(writer, value)
        expect(writer.length).toBe(size)
        expect(new Reader(writer.finish()).peek_uint(0, size)).toBe(value)
      }),
    )
  })

  test.each(numbers)('%s refuses what is no unsigned number of %d bytes', (_name, size, write) => {
    const writer = new Writer()
    for (const value of [-1, 0x100 ** size, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => write(writer, value)).toThrow(RangeError)
    }
  })

  test('uint64 refuses what is no unsigned number of 8 bytes', () => {
    expect(() => new Writer().uint64(-1n)).toThrow(RangeError)
    expect(() => new Writer().uint64(1n << 64n)).toThrow(RangeError)
  })

  test('grows, however little room it began with', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(fc.uint8Array({ maxLength: 40 })), (capacity, pieces) => {
        const writer = new Writer(capacity)
        for (const piece of pieces) writer.bytes(piece)
        expect(writer.finish()).toEqual(Uint8Array.from(pieces.flatMap(piece => [...piece])))
      }),
    )
  })

  test('fills in a length when it is known', () => {
    const writer = new Writer(1)
    const outer = writer.reserve(2)
    const inner = writer.reserve(1)
    writer.bytes(Uint8Array.of(7, 8, 9))
    expect(writer.patch_length(inner, 1)).toBe(3)
    expect(writer.patch_length(outer, 2)).toBe(4)
    expect(writer.finish()).toEqual(hex('0004 03 070809'))
  })

  test('refuses a length that has no room in the bytes kept for it', () => {
    const writer = new Writer()
    const at = writer.reserve(1)
    writer.bytes(new Uint8Array(256))
    expect(() => writer.patch_length(at, 1)).toThrow(RangeError)
  })
})
