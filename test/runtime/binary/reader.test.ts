import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DecodeError, Reader } from '../../../runtime/binary/reader.ts'

const numbers = Uint8Array.of(0x80, 0xff, 0xfe, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6)

/** Every way to read, with the bytes that it takes. */
const ways: readonly [name: string, size: number, read: (reader: Reader) => unknown][] = [
  ['uint8', 1, reader => reader.uint8()],
  ['uint16', 2, reader => reader.uint16()],
  ['uint24', 3, reader => reader.uint24()],
  ['uint32', 4, reader => reader.uint32()],
  ['uint64', 8, reader => reader.uint64()],
  ['take', 5, reader => reader.take(5)],
]

describe('Reader', () => {
  test('reads big-endian unsigned numbers', () => {
    expect(new Reader(numbers).uint8()).toBe(0x80)
    expect(new Reader(numbers).uint16()).toBe(0x80ff)
    expect(new Reader(numbers).uint24()).toBe(0x80fffe)
    expect(new Reader(numbers).uint32()).toBe(0x80fffef1)
    expect(new Reader(numbers).uint64()).toBe(0x80fffef1f2f3f4f5n)
  })

  test.each(ways)('%s moves by %d bytes', (_name, size, read) => {
    const reader = new Reader(numbers)
    read(reader)
    expect(reader.left).toBe(numbers.length - size)
  })

  test.each(ways)('%s reads the last %d bytes, and refuses when one is missing', (_name, size, read) => {
    const exact = new Reader(numbers.subarray(0, size))
    read(exact)
    expect(exact.left).toBe(0)
    expect(() => read(new Reader(numbers.subarray(0, size - 1)))).toThrow(DecodeError)
  })

  test.each(ways)('%s never reads past the section that was entered', (_name, size, read) => {
    const reader = new Reader(numbers)
    reader.enter(size - 1)
    expect(() => read(reader)).toThrow(DecodeError)
  })

  test('takes views, not copies', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const reader = new Reader(bytes)
    reader.uint8()
    const view = reader.take(2)
    bytes[1] = 9
    expect(view).toEqual(Uint8Array.of(9, 3))
  })

  test('reads of a view only what the view shows', () => {
    const reader = new Reader(numbers.subarray(2, 4))
    expect(reader.uint16()).toBe(0xfef1)
    expect(() => reader.uint8()).toThrow(DecodeError)
  })

  test('peeks ahead without moving', () => {
    const reader = new Reader(numbers)
    reader.uint8()
    expect(reader.peek_uint(1, 2)).toBe(0xfef1)
    expect(reader.peek_uint(0, 6)).toBe(0xfffef1f2f3f4)
    expect(reader.left).toBe(8)
  })

  test('peeks at the last byte but not behind it', () => {
    const reader = new Reader(numbers.subarray(0, 3))
    expect(reader.peek_uint(2, 1)).toBe(0xfe)
    expect(() => reader.peek_uint(2, 2)).toThrow(DecodeError)
  })

  test('sections nest, and leaving one gives back what is behind it', () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3, 4))
    const all = reader.enter(3)
    const three = reader.enter(2)
    expect(reader.left).toBe(2)
    reader.uint16()
    reader.leave(three)
    expect(reader.left).toBe(1)
    reader.uint8()
    reader.leave(all)
    expect(reader.uint8()).toBe(4)
    reader.expect_end()
  })

  test('a section must be read to its end', () => {
    const reader = new Reader(numbers)
    const outer = reader.enter(2)
    reader.uint8()
    expect(() => reader.leave(outer)).toThrow(DecodeError)
  })

  test('a section longer than what is left is refused', () => {
    expect(() => new Reader(numbers).enter(numbers.length + 1)).toThrow(DecodeError)
  })

  test('expect_end refuses when anything is left', () => {
    expect(() => new Reader(numbers).expect_end()).toThrow(new DecodeError('9 bytes too many'))
    expect(() => new Reader(new Uint8Array(0)).expect_end()).not.toThrow()
  })

  test('whatever sizes are taken one after the other, the pieces are the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.nat(10)), (bytes, sizes) => {
        const reader = new Reader(bytes)
        const pieces: number[] = []
        for (const size of sizes) if (size <= reader.left) pieces.push(...reader.take(size))
        pieces.push(...reader.take(reader.left))
        expect(Uint8Array.from(pieces)).toEqual(bytes)
      }),
    )
  })
})
