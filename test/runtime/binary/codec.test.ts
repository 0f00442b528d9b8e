import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  at_end,
  byte_string,
  bytes,
  type Codec,
  choice,
  type Decoded,
  decode,
  empty,
  encode,
  map_codec,
  names,
  opaque,
  repeated,
  rest,
  sized,
  struct,
  uint8,
  uint16,
  uint24,
  uint32,
  uint64,
  vector,
} from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import { hex } from '../../support/hex.ts'

const byte = fc.integer({ min: 0, max: 0xff })
const two_bytes = fc.integer({ min: 0, max: 0xffff })
const some_bytes = fc.uint8Array({ maxLength: 20 })
const color = names(uint8, { red: 1, green: 2 })
const some_color = fc.oneof(
  fc.constantFrom('red' as const, 'green' as const),
  fc.integer({ min: 3, max: 255 }),
)

describe('numbers', () => {
  describe('uint8', () => test_codec_laws(uint8, byte))
  describe('uint16', () => test_codec_laws(uint16, two_bytes))
  describe('uint24', () => test_codec_laws(uint24, fc.integer({ min: 0, max: 0xffffff })))
  describe('uint32', () => test_codec_laws(uint32, fc.integer({ min: 0, max: 0xffffffff })))
  describe('uint64', () => test_codec_laws(uint64, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })))

  test('one that does not fit is a RangeError', () => {
    expect(() => encode(uint8, 256)).toThrow(RangeError)
  })
})

describe('bytes', () => {
  test_codec_laws(bytes(3), fc.uint8Array({ minLength: 3, maxLength: 3 }))

  test('are not written when they are fewer or more', () => {
    expect(() => encode(bytes(3), hex('0102'))).toThrow(RangeError)
    expect(() => encode(bytes(3), hex('01020304'))).toThrow(RangeError)
  })

  test('are views of what was read', () => {
    const whole = hex('010203')
    expect(decode(bytes(3), whole).buffer).toBe(whole.buffer)
  })
})

describe('rest', () => {
  test('is all that is left, even nothing', () => {
    expect(decode(rest, hex('0102'))).toEqual(hex('0102'))
    expect(decode(rest, hex(''))).toEqual(hex(''))
    expect(encode(rest, hex('0102'))).toEqual(hex('0102'))
  })
})

describe('empty', () => {
  test_codec_laws(empty, fc.constant(true as const))
})

describe('opaque', () => {
  test_codec_laws(opaque(uint16, 2, 20), fc.uint8Array({ minLength: 2, maxLength: 20 }))

  test('has its length in front', () => {
    expect(encode(opaque(uint24), hex('aabb'))).toEqual(hex('000002 aabb'))
  })

  test('is refused when it is shorter or longer than its limits', () => {
    expect(() => decode(opaque(uint8, 2, 3), hex('01 aa'))).toThrow(DecodeError)
    expect(() => decode(opaque(uint8, 2, 3), hex('04 aabbccdd'))).toThrow(DecodeError)
    expect(() => encode(opaque(uint8, 2, 3), hex('aa'))).toThrow(RangeError)
    expect(() => encode(opaque(uint8, 2, 3), hex('aabbccdd'))).toThrow(RangeError)
  })

  test('holds as much as its length can tell, and no more', () => {
    const most = new Uint8Array(255).fill(7)
    expect(decode(opaque(uint8), encode(opaque(uint8), most))).toEqual(most)
    expect(() => encode(opaque(uint8), new Uint8Array(256))).toThrow(RangeError)
  })
})

describe('byte_string', () => {
  const characters = fc.array(byte, { maxLength: 20 }).map(codes => String.fromCharCode(...codes))
  test_codec_laws(byte_string(uint8, 0, 20), characters)

  test('has one byte for each code unit', () => {
    expect(encode(byte_string(uint8), 'h2\u00ff')).toEqual(hex('03 6832ff'))
    expect(() => encode(byte_string(uint8), 'Ā')).toThrow(RangeError)
  })
})

describe('vector', () => {
  test_codec_laws(vector(uint16, uint16, 2, 40), fc.array(two_bytes, { minLength: 1, maxLength: 20 }))

  test('counts bytes, not elements', () => {
    expect(encode(vector(uint8, uint16), [1, 2])).toEqual(hex('04 0001 0002'))
  })

  test('is refused when its last element is cut', () => {
    expect(() => decode(vector(uint8, uint16), hex('03 000102'))).toThrow(DecodeError)
  })

  test('is refused when it is shorter or longer than its limits', () => {
    const codec = vector(uint8, uint16, 2, 4)
    expect(() => decode(codec, hex('00'))).toThrow(DecodeError)
    expect(() => decode(codec, hex('06 000100020003'))).toThrow(DecodeError)
    expect(() => encode(codec, [])).toThrow(RangeError)
    expect(() => encode(codec, [1, 2, 3])).toThrow(RangeError)
  })

  test('holds elements that differ in size', () => {
    test_sizes(vector(uint8, opaque(uint8)), [hex('01'), hex(''), hex('0203')], '06 0101 00 020203')
  })
})

describe('repeated', () => {
  test('takes elements to the end', () => {
    test_sizes(repeated(uint16), [1, 2], '00010002')
    test_sizes(repeated(uint16), [], '')
  })
})

describe('sized', () => {
  const pair = struct({ left: uint8, right: uint8 })

  test_codec_laws(sized(uint8, pair), fc.record({ left: byte, right: byte }))

  test('what it holds must fill it', () => {
    expect(() => decode(sized(uint8, pair), hex('03 010203'))).toThrow(DecodeError)
  })

  test('what it holds must not reach behind it', () => {
    expect(() => decode(struct({ cut: sized(uint8, pair), more: uint8 }), hex('01 01 02'))).toThrow(
      DecodeError,
    )
  })
})

describe('struct', () => {
  const codec = struct({ a: uint8, b: opaque(uint8, 0, 20), c: color })

  test_codec_laws(codec, fc.record({ a: byte, b: some_bytes, c: some_color }))

  test('writes its fields in the order of the description', () => {
    expect(encode(codec, { c: 'green', b: hex('bb'), a: 1 })).toEqual(hex('01 01bb 02'))
  })

  test('refuses to write when a field does not fit', () => {
    const value: Decoded<typeof codec> = { a: 1, b: hex(''), c: 'red' }
    expect(() => encode(codec, { ...value, a: 256 })).toThrow(RangeError)
    expect(() => encode(codec, { ...value, c: 'blue' as 'red' })).toThrow(RangeError)
  })
})

describe('at_end', () => {
  const codec = struct({ a: uint8, more: at_end(uint16) })
  const values = fc.record({ a: byte, more: fc.option(two_bytes, { nil: undefined }) })

  test_codec_laws(struct({ head: uint8, tail: sized(uint8, codec) }), fc.record({ head: byte, tail: values }))

  test('is absent when nothing is left', () => {
    expect(decode(codec, hex('01'))).toEqual({ a: 1 })
    expect(decode(codec, hex('01 0002'))).toEqual({ a: 1, more: 2 })
    expect(() => decode(codec, hex('01 00'))).toThrow(DecodeError)
  })

  test('can be left out when writing', () => {
    expect(encode(codec, { a: 1 })).toEqual(hex('01'))
  })
})

describe('names', () => {
  test_codec_laws(color, some_color)

  test('codes that have no name stay numbers', () => {
    expect(decode(color, hex('02'))).toBe('green')
    expect(decode(color, hex('07'))).toBe(7)
    expect(encode(color, 7)).toEqual(hex('07'))
  })

  test('names of things that every object has are no names', () => {
    expect(() => encode(color, 'constructor' as 'red')).toThrow(RangeError)
  })
})

describe('choice', () => {
  const closed = choice(color, { red: uint8, green: opaque(uint8, 0, 20) })
  const known = fc.oneof(
    fc.tuple(fc.constant('red' as const), byte),
    fc.tuple(fc.constant('green' as const), some_bytes),
  )
  const open = choice(color, { red: uint8 }, opaque(uint8))

  describe('of known variants', () => test_codec_laws(closed, known))
  describe('with something for all others', () =>
    test_codec_laws(
      open,
      fc.oneof(
        fc.tuple(fc.constant('red' as const), byte),
        fc.tuple(fc.constant('green' as const), some_bytes),
        fc.tuple(fc.integer({ min: 3, max: 255 }), some_bytes),
      ),
    ))

  test('is a tuple of tag and body', () => {
    expect(decode(closed, hex('01 05'))).toEqual(['red', 5])
    expect(encode(closed, ['green', hex('aa')])).toEqual(hex('02 01aa'))
  })

  test('a tag without a variant is refused', () => {
    expect(() => decode(closed, hex('03 05'))).toThrow(DecodeError)
    expect(() => encode(closed, ['blue' as 'red', 5])).toThrow(RangeError)
  })

  test('the tag tells the type of the body', () => {
    const value: Decoded<typeof open> = decode(open, hex('01 05'))
    if (value[0] !== 'red') throw new Error('not red')
    const red: number = value[1]
    expect(red).toBe(5)
  })
})

describe('map_codec', () => {
  const bool = map_codec(uint8, to_bool, (value: boolean) => (value ? 1 : 0))

  test_codec_laws(bool, fc.boolean())

  test('what it cannot map is refused', () => {
    expect(() => decode(bool, hex('02'))).toThrow(DecodeError)
  })
})

function to_bool(code: number): boolean {
  if (code > 1) throw new DecodeError(`${code} is no boolean`)
  return code === 1
}

function test_sizes<T>(codec: Codec<T>, value: T, digits: string): void {
  expect(encode(codec, value)).toEqual(hex(digits))
  expect(decode(codec, hex(digits))).toEqual(value)
}
