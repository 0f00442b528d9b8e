import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DerReader, read_der, universal } from '../../../apps/public_key/pubkey_der.ts'
import {
  boolean_value,
  element,
  integer,
  object_identifier,
  octet_string,
  sequence,
} from '../../../apps/public_key/pubkey_der_writer.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { hex } from '../../support/hex.ts'

const time = (tag: number, text: string) =>
  read_der(element(tag, new TextEncoder().encode(text)), from => from.time())
const utc = (text: string) => time(universal.utc_time, text)
const generalized = (text: string) => time(universal.generalized_time, text)

describe('an element', () => {
  test('has a length of one byte up to 127 bytes, and of more beyond', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const der = octet_string(new Uint8Array(size))
      expect(read_der(der, from => from.octet_string())).toHaveLength(size)
    }
  })

  test.each([
    ['is cut off in its contents', '0403 0102'],
    ['is cut off in its length', '0482 01'],
    ['has an indefinite length', '2480 0401 00 0000'],
    ['has a length that could be shorter', '048101 00'],
    ['has a length with a leading zero', `04820080${'00'.repeat(0x80)}`],
    ['has a length of five bytes', '04850000000001 00'],
    ['has a tag of several bytes', '1f8101 00'],
    ['is followed by something', '040100 00'],
  ])('is refused when it %s', (_why, digits) => {
    expect(() => read_der(hex(digits), from => from.element())).toThrow(DecodeError)
  })

  test('cannot reach beyond the one it is in', () => {
    const der = hex('3003 0402 01 02')
    expect(() =>
      read_der(der, from => from.enter(universal.sequence, inside => inside.octet_string())),
    ).toThrow(DecodeError)
  })

  test('must be read to its end', () => {
    const der = sequence(integer(1), integer(2))
    expect(() => read_der(der, from => from.enter(universal.sequence, inside => inside.integer()))).toThrow(
      DecodeError,
    )
  })

  test('of another tag than asked for is refused', () => {
    expect(() => read_der(integer(1), from => from.octet_string())).toThrow(DecodeError)
  })

  test('comes as a view with its own bytes', () => {
    const der = sequence(octet_string(hex('0102')))
    const [inner, whole] = new DerReader(der).with_der(from =>
      from.list(universal.sequence, item => item.element()),
    )
    expect(inner[0]).toEqual({ tag: 0x04, content: hex('0102'), der: hex('0402 0102') })
    expect(whole).toEqual(der)
    expect(whole.buffer).toBe(der.buffer)
  })
})

describe('numbers', () => {
  test('are two’s complement', () => {
    expect(read_der(hex('0201 80'), from => from.integer())).toBe(-128n)
    expect(read_der(hex('0202 0080'), from => from.integer())).toBe(128n)
    expect(read_der(hex('0201 00'), from => from.integer())).toBe(0n)
  })

  test('come back as they were written', () => {
    fc.assert(
      fc.property(fc.nat(), number => {
        expect(read_der(integer(number), from => from.small_integer())).toBe(number)
        expect(read_der(integer(number), from => from.integer())).toBe(BigInt(number))
      }),
    )
  })

  test.each(['0200', '0202 0001', '0202 ff80', `0281 81${'01'.repeat(129)}`])(
    'of the form %s are refused',
    digits => {
      expect(() => read_der(hex(digits), from => from.integer())).toThrow(DecodeError)
    },
  )

  test.each(['0201 ff', '0205 0100000000', '0204 80000000'])(
    'are small only from 0 to 2^31 - 1, not %s',
    digits => {
      expect(() => read_der(hex(digits), from => from.small_integer())).toThrow(DecodeError)
    },
  )
})

describe('booleans', () => {
  test('are 00 and ff', () => {
    expect(read_der(boolean_value(true), from => from.boolean())).toBe(true)
    expect(read_der(boolean_value(false), from => from.boolean())).toBe(false)
    expect(() => read_der(hex('0101 01'), from => from.boolean())).toThrow(DecodeError)
    expect(() => read_der(hex('0102 0000'), from => from.boolean())).toThrow(DecodeError)
  })
})

describe('object identifiers', () => {
  const read = (digits: string) => read_der(hex(digits), from => from.object_identifier())

  test('are written with dots', () => {
    expect(read('0603 551d13')).toBe('2.5.29.19')
    expect(read('0609 2a864886f70d010101')).toBe('1.2.840.113549.1.1.1')
    expect(read('0602 8837')).toBe('2.999')
  })

  test('can have arcs of 128 bits, as those made of a UUID', () => {
    const oid = read('0614 6983f09d8b88f3d7cfeb829ea3fbf3f9ccc1f11f')
    expect(oid).toMatch(/^2\.25\.\d{35,39}$/)
    expect(read_der(object_identifier(oid), from => from.object_identifier())).toBe(oid)
  })

  test('come back as they were written', () => {
    const arc = fc.nat()
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), fc.array(arc, { maxLength: 8 }), (first, second, rest) => {
        const oid = [first, second, ...rest].join('.')
        expect(read_der(object_identifier(oid), from => from.object_identifier())).toBe(oid)
      }),
    )
  })

  test.each(['', '1', '3.1', '1.40', '1.2.x', '1..2', '1.2.', '-1.2', '1.2.1e3', `1.2.${'9'.repeat(1_000)}`])(
    'are not written from %p',
    oid => {
      expect(() => object_identifier(oid)).toThrow('badarg')
    },
  )

  test.each(['0600', '0601 80', '0602 2a80', '0603 2a8001', `0681 82${'2a'.repeat(130)}`])(
    'are not %s',
    digits => {
      expect(() => read(digits)).toThrow(DecodeError)
    },
  )
})

describe('bits', () => {
  test('are numbered from the first on', () => {
    expect(read_der(hex('0302 0106'), from => from.named_bits())).toEqual([5, 6])
    expect(read_der(hex('0303 07 0080'), from => from.named_bits())).toEqual([8])
    expect(read_der(hex('0301 00'), from => from.named_bits())).toEqual([])
  })

  test.each(['0300', '0301 01', '0302 0880', `0381 82 00${'01'.repeat(129)}`])('are not %s', digits => {
    expect(() => read_der(hex(digits), from => from.named_bits())).toThrow(DecodeError)
  })

  test('that are bytes leave no bit unused', () => {
    expect(read_der(hex('0303 00 0102'), from => from.bit_string_bytes())).toEqual(hex('0102'))
    expect(() => read_der(hex('0303 01 0102'), from => from.bit_string_bytes())).toThrow(DecodeError)
    expect(() => read_der(hex('0300'), from => from.bit_string_bytes())).toThrow(DecodeError)
  })
})

describe('times', () => {
  test('of two digits for the year are of 1950 to 2049', () => {
    expect(utc('500101000000Z')).toBe(Date.UTC(1950, 0, 1))
    expect(utc('491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59))
  })

  test('of four digits for the year are of any', () => {
    expect(generalized('20500228000000Z')).toBe(Date.UTC(2050, 1, 28))
    expect(generalized('99991231235959Z')).toBe(Date.UTC(9999, 11, 31, 23, 59, 59))
  })

  test('come back as they were written', () => {
    const range = { min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true }
    fc.assert(
      fc.property(fc.date(range), date => {
        const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
        const seconds = Math.floor(date.getTime() / 1000) * 1000
        expect(generalized(digits)).toBe(seconds)
        expect(utc(digits.slice(2))).toBe(seconds)
      }),
    )
  })

  test.each([
    '2501010000Z',
    '250101000000',
    '250101000000+0100',
    '25010100000aZ',
    '251301000000Z',
    '250229000000Z',
  ])('are not %s', text => {
    expect(() => utc(text)).toThrow(DecodeError)
  })

  test.each(['250100000000Z', '250101240000Z', '250101006000Z', '250101000060Z'])(
    'do not exist as %s',
    text => {
      expect(() => utc(text)).toThrow(DecodeError)
    },
  )
})
