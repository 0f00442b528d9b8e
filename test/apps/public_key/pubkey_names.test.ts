import { describe, expect, test } from '@jest/globals'
import { read_der } from '../../../apps/public_key/pubkey_der.ts'
import { element, object_identifier, sequence } from '../../../apps/public_key/pubkey_der_writer.ts'
import {
  is_below,
  is_same_name,
  type Name,
  name_key,
  normalize_name,
  read_general_name,
  read_general_names,
  read_name,
} from '../../../apps/public_key/pubkey_names.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { endless, spent } from '../../support/effort.ts'
import { hex } from '../../support/hex.ts'

const utf8_string = 0x0c
const printable_string = 0x13
const common_name = '2.5.4.3'
const organization = '2.5.4.10'

const utf8 = (text: string) => new TextEncoder().encode(text)
const attribute = (type: string, tag: number, value: Uint8Array) =>
  sequence(object_identifier(type), element(tag, value))
const text = (value: string, tag = printable_string, type = common_name) => attribute(type, tag, utf8(value))
const set = (...attributes: readonly Uint8Array[]) => element(0x31, ...attributes)
const name = (...rdns: readonly Uint8Array[]) => read_der(sequence(...rdns), read_name)
const value_of = (read: Name) => read.rdnSequence[0]![0]!.value

describe('a distinguished name', () => {
  test.each([
    ['utf8String', 0x0c, 'c3a5', 'å'],
    ['numericString', 0x12, '3132', '12'],
    ['printableString', 0x13, '61', 'a'],
    ['teletexString', 0x14, 'e5', 'å'],
    ['ia5String', 0x16, '40', '@'],
    ['visibleString', 0x1a, '61', 'a'],
    ['universalString', 0x1c, '000000e50001f600', 'å😀'],
    ['bmpString', 0x1e, '00e5', 'å'],
  ])('can be a %s', (encoding, tag, digits, expected) => {
    expect(value_of(name(set(attribute(common_name, tag, hex(digits)))))).toEqual([encoding, expected])
  })

  test('keeps what is no text as DER', () => {
    expect(value_of(name(set(attribute(common_name, 0x02, hex('05')))))).toEqual(['any', hex('0201 05')])
  })

  test.each([
    ['UTF-8', utf8_string, 'ff'],
    ['ASCII', printable_string, 'e5'],
    ['whole characters of two bytes', 0x1e, '0041 00'],
    ['whole characters of four bytes', 0x1c, '0041'],
    ['characters', 0x1c, '00110000'],
  ])('is refused when its text is not %s', (_what, tag, digits) => {
    expect(() => name(set(attribute(common_name, tag, hex(digits))))).toThrow(DecodeError)
  })

  test('is refused with a part without attributes', () => {
    expect(() => name(set())).toThrow(DecodeError)
  })

  test('keeps the bytes it was read from', () => {
    const der = sequence(set(text('a')))
    expect(read_der(der, read_name).der).toEqual(der)
  })
})

describe('two names', () => {
  test.each([
    ['in small and capital letters', name(set(text('ABC'))), name(set(text('abc')))],
    ['with other white space', name(set(text(' a  b '))), name(set(text('A B')))],
    ['in other encodings', name(set(text('abc', utf8_string))), name(set(text('ABC')))],
    [
      'with the attributes of a step in another order',
      name(set(text('a'), text('b', printable_string, organization))),
      name(set(text('b', printable_string, organization), text('a'))),
    ],
    [
      'composed in other ways',
      name(set(text('a\u030a', utf8_string))),
      name(set(text('\u00e5', utf8_string))),
    ],
  ])('%s are the same', (_how, left, right) => {
    expect(is_same_name(left, right)).toBe(true)
    expect(name_key(left)).toBe(name_key(right))
    expect(normalize_name(left).rdnSequence).toEqual(normalize_name(right).rdnSequence)
  })

  test.each([
    ['other text', name(set(text('a'))), name(set(text('b')))],
    ['other attributes', name(set(text('a'))), name(set(text('a', printable_string, organization)))],
    ['more steps', name(set(text('a'))), name(set(text('a')), set(text('a')))],
    ['steps in another order', name(set(text('a')), set(text('b'))), name(set(text('b')), set(text('a')))],
    ['one step with two attributes', name(set(text('a'), text('b'))), name(set(text('a')), set(text('b')))],
    ['text that looks like attributes', name(set(text('a","2.5.4.3="b'))), name(set(text('a'), text('b')))],
    ['a value that is no text', name(set(attribute(common_name, 2, hex('05')))), name(set(text('5')))],
    [
      'text that looks like a value that is no text',
      name(set(text('any 2,1,5', utf8_string))),
      name(set(attribute(common_name, 2, hex('05')))),
    ],
  ])('with %s are not the same', (_how, left, right) => {
    expect(is_same_name(left, right)).toBe(false)
    expect(name_key(left)).not.toBe(name_key(right))
  })

  test('are soon compared, however many marks a hostile one has on a letter', () => {
    const hostile = name(set(text('\u0300'.repeat(200_000) + '\u0316'.repeat(200_000), utf8_string)))
    const compared = () => expect(is_same_name(hostile, name(set(text('a'))))).toBe(false)
    expect(spent(compared)).toBeLessThan(endless)
  })

  test('are one below the other when it begins with all steps of the other', () => {
    const base = name(set(text('a')))
    expect(is_below(name(set(text('A')), set(text('b'))), base)).toBe(true)
    expect(is_below(base, base)).toBe(true)
    expect(is_below(base, name(set(text('a')), set(text('b'))))).toBe(false)
    expect(is_below(name(set(text('b'))), base)).toBe(false)
  })
})

describe('a general name', () => {
  const read = (digits: string) => read_der(hex(digits), read_general_name)

  test.each([
    ['81 01 61', ['rfc822Name', 'a']],
    ['82 01 61', ['dNSName', 'a']],
    ['86 01 61', ['uniformResourceIdentifier', 'a']],
    ['87 04 7f000001', ['iPAddress', hex('7f000001')]],
    ['88 02 2a03', ['registeredID', '1.2.3']],
    ['a0 07 06022a03 a0 01 05', ['otherName', hex('a0 07 06022a03 a0 01 05')]],
    ['a3 00', ['x400Address', hex('a300')]],
    ['a5 00', ['ediPartyName', hex('a500')]],
    ['a4 02 3000', ['directoryName', { rdnSequence: [], der: hex('3000') }]],
  ])('of the bytes %s is %p', (digits, expected) => {
    expect(read(digits)).toEqual(expected)
  })

  test.each(['89 00', '82 01 e5', 'a4 00', 'a4 04 3000 3000', '88 00'])('is not %s', digits => {
    expect(() => read(digits)).toThrow(DecodeError)
  })

  test('does not come as one of none', () => {
    expect(() => read_der(hex('3000'), from => read_general_names(from))).toThrow(DecodeError)
  })
})
