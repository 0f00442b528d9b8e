// Addresses as text, as OTP reads and writes them.

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type IpAddress,
  ipv4_mapped_ipv6_address,
  is_ipv4_address,
  is_ipv6_address,
  ntoa,
  parse_address,
  parse_ipv4_address,
  parse_ipv4strict_address,
  parse_ipv6_address,
  parse_ipv6strict_address,
  parse_strict_address,
} from '../../../apps/kernel/inet_parse.ts'

const ip4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const group = fc.oneof(fc.constant(0), fc.nat(0xffff))
const ip6 = fc.tuple(group, group, group, group, group, group, group, group)

describe('parse_address', () => {
  test.each<[string, readonly number[]]>([
    ['127.0.0.1', [127, 0, 0, 1]],
    ['127.1', [127, 0, 0, 1]],
    ['0x7f.1', [127, 0, 0, 1]],
    ['010.0.0.1', [8, 0, 0, 1]],
    ['4294967295', [255, 255, 255, 255]],
    ['1.16777215', [1, 255, 255, 255]],
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
    ['::ffff:1.2.3.4', [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]],
    ['1:2:3:4:5:6:1.2.3.4', [1, 2, 3, 4, 5, 6, 0x102, 0x304]],
    ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['FE80::1%lo', [0xfe80, 0, 0, 0, 0, 0, 0, 1]],
    ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
  ])('reads %s', (text, address) => {
    expect(parse_address(text)).toEqual(['ok', address])
  })

  test.each([
    '',
    '0x',
    '1.2.3.',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.16777216',
    '08.1.1.1',
    'a.b.c.d',
    'localhost',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.400',
    ':1',
    'fe80::1%',
    'fe80::1%a%b',
  ])('refuses %j', text => {
    expect(parse_address(text)).toEqual(['error', 'einval'])
  })

  test('reads back what ntoa writes', () => {
    fc.assert(
      fc.property(fc.oneof(ip4, ip6), address => {
        expect(parse_address(ntoa(address) as string)).toEqual(['ok', address])
      }),
    )
  })
})

test('parse_strict_address wants all four parts', () => {
  expect(parse_strict_address('127.1')).toEqual(['error', 'einval'])
  expect(parse_strict_address('127.0.0.1')).toEqual(['ok', [127, 0, 0, 1]])
  expect(parse_strict_address('::1')).toEqual(['ok', [0, 0, 0, 0, 0, 0, 0, 1]])
})

test.each<[readonly number[], string]>([
  [[127, 0, 0, 1], '127.0.0.1'],
  [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
  [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
  [[0, 0, 0, 0, 0, 0xffff, 0x102, 0x304], '::ffff:1.2.3.4'],
  [[0, 0, 0, 0, 0, 0, 0x102, 0x304], '::1.2.3.4'],
  [[1, 0, 0, 2, 0, 0, 0, 3], '1:0:0:2::3'],
  [[1, 0, 2, 3, 4, 5, 6, 7], '1:0:2:3:4:5:6:7'],
  [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
  [[0xfe80, 0, 0, 0, 1, 0, 0, 0], 'fe80::1:0:0:0'],
])('ntoa writes %j as %s', (address, text) => {
  expect(ntoa(address as unknown as IpAddress)).toBe(text)
})

test.each([[[300, 1, 1, 1]], [[1, 2, 3]], [[1.5, 1, 1, 1]], ['127.0.0.1'], [undefined]])(
  'ntoa refuses %j',
  term => {
    expect(ntoa(term as never)).toEqual(['error', 'einval'])
  },
)

describe('addresses of one family', () => {
  test('are told apart', () => {
    const one = [0, 0, 0, 0, 0, 0, 0, 1]
    expect([[1, 2, 3, 4], one, [1, 2, 3, 400], '1.2.3.4'].map(is_ipv4_address)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect([[1, 2, 3, 4], one, [1, 2, 3, 400], '::1'].map(is_ipv6_address)).toEqual([
      false,
      true,
      false,
      false,
    ])
  })

  test('are read from text, and those of the other are not', () => {
    expect(parse_ipv4_address('127.1')).toEqual(['ok', [127, 0, 0, 1]])
    expect(parse_ipv4strict_address('127.1')).toEqual(['error', 'einval'])
    expect(parse_ipv4strict_address('127.0.0.1')).toEqual(['ok', [127, 0, 0, 1]])
    expect(parse_ipv4_address('::1')).toEqual(['error', 'einval'])
    expect(parse_ipv6_address('127.0.0.1')).toEqual(['ok', [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1]])
    expect(parse_ipv6_address('::1')).toEqual(['ok', [0, 0, 0, 0, 0, 0, 0, 1]])
    expect(parse_ipv6strict_address('127.0.0.1')).toEqual(['error', 'einval'])
    expect(parse_ipv6strict_address('::1')).toEqual(['ok', [0, 0, 0, 0, 0, 0, 0, 1]])
    expect(parse_ipv6strict_address('')).toEqual(['error', 'einval'])
  })

  test('map to the other and back', () => {
    fc.assert(
      fc.property(ip4, address => {
        const mapped = ipv4_mapped_ipv6_address(address)
        expect(mapped.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0xffff])
        expect(ipv4_mapped_ipv6_address(mapped)).toEqual(address)
      }),
    )
    expect(() => ipv4_mapped_ipv6_address([1] as never)).toThrow('badarg')
  })
})
