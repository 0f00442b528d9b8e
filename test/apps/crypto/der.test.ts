import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type DerReader, decode } from '../../../apps/crypto/der.ts'
import { der, oid } from '../../support/der_writer.ts'
import { hex, to_hex } from '../../support/hex.ts'

const number = (from: DerReader) => to_hex(from.unsigned())
const octets = (from: DerReader) => from.octet_string().length
const identifier = (from: DerReader) => from.object_identifier()

test.each([
  ['020100', ''],
  ['02017f', '7f'],
  ['02020080', '80'],
  ['0203010001', '010001'],
])('the integer %s has the bytes %s', (bytes, expected) => {
  expect(decode(hex(bytes), number)).toBe(expected)
})

test.each([
  ['negative', '0280'],
  ['negative', '020180'],
  ['of no bytes', '0200'],
  ['longer than it need be', '0202007f'],
  ['cut short', '020201'],
  ['followed by more', '02010100'],
  ['no integer', '030101'],
  ['without a length', '02'],
  ['nothing at all', ''],
])('an integer that is %s is refused', (_, bytes) => {
  expect(decode(hex(bytes), number)).toBeUndefined()
})

test('a small integer is below 128', () => {
  expect(decode(hex('02017f'), from => from.small())).toBe(127)
  expect(decode(hex('020100'), from => from.small())).toBe(0)
  expect(decode(hex('02020100'), from => from.small())).toBeUndefined()
})

test.each([0, 1, 127, 128, 255, 256, 65_535])(
  'a string of %i bytes is read, and each other way to write its length refused',
  size => {
    const whole = der(0x04, new Uint8Array(size))
    expect(decode(whole, octets)).toBe(size)
    const contents = new Uint8Array(size)
    const longer = Uint8Array.of(0x04, 0x83, 0, size >> 8, size & 0xff, ...contents)
    expect(decode(longer, octets)).toBeUndefined()
    expect(decode(Uint8Array.of(0x04, 0x80, ...contents, 0, 0), octets)).toBeUndefined()
  },
)

test('a length that no memory holds is refused', () => {
  expect(decode(hex('0484ffffffff'), octets)).toBeUndefined()
  expect(decode(hex('0483ffffff'), octets)).toBeUndefined()
})

test.each(['0.0', '1.2.840.113549.1.1.1', '1.3.132.0.34', '2.5.4.3', '1.39.127.128'])(
  'the object identifier %s is read',
  dotted => {
    expect(decode(oid(dotted), identifier)).toBe(dotted)
  },
)

test('an object identifier below 2 may have any second arc', () => {
  expect(decode(hex('06028837'), identifier)).toBe('2.999')
})

test.each(['0600', '060180', '060355 80 01', '0602 2a86'])('the object identifier %s is refused', bytes => {
  expect(decode(hex(bytes), identifier)).toBeUndefined()
})

test('a bit string is of whole bytes', () => {
  expect(decode(hex('030200ff'), from => to_hex(from.bit_string()))).toBe('ff')
  expect(decode(hex('030201fe'), from => to_hex(from.bit_string()))).toBeUndefined()
  expect(decode(hex('0300'), from => to_hex(from.bit_string()))).toBeUndefined()
})

describe('noise', () => {
  test('is refused or read, and never throws', () => {
    const read = (from: DerReader) => {
      const inner = from.sequence()
      inner.unsigned()
      inner.object_identifier()
      return inner.at_end
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), noise => {
        expect([true, false, undefined]).toContain(decode(noise, read))
        expect([true, false, undefined]).toContain(decode(der(0x30, noise), read))
      }),
    )
  })
})

test('a mistake in the reader is not taken for bad DER', () => {
  const mistaken = () => {
    throw new RangeError('mistake')
  }
  expect(() => decode(hex('0500'), mistaken)).toThrow('mistake')
})
