import { isIP } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ip_address_bytes, ip_tuple_bytes } from '../../../apps/public_key/ip_address.ts'
import { hex } from '../../support/hex.ts'

describe('the bytes of an IP address', () => {
  test.each([
    ['127.0.0.1', '7f000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::ff00:42:8329', '20010db8000000000000ff0000428329'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('of %s', (text, digits) => {
    expect(ip_address_bytes(text)).toEqual(hex(digits))
  })

  test.each([
    ['localhost'],
    ['1.2.3'],
    ['1.2.3.256'],
    ['01.2.3.4'],
    ['1.2.3.4.'],
    ['1:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7:8:9'],
    ['1::2::3'],
    ['1:2:3:4:5:6:7::8'],
    ['::12345'],
    ['::1.2.3'],
    ['::1.2.3.4:5'],
    ['[::1]'],
    [''],
  ])('are none of %p', text => {
    expect(ip_address_bytes(text)).toBeUndefined()
  })

  test('there are when the platform takes the text for an address, and only then', () => {
    const part = fc.constantFrom('0', '1', '9', 'a', 'ff', 'ffff', '10000', '255', '256', '')
    const text = fc
      .tuple(fc.array(part, { maxLength: 9 }), fc.constantFrom('.', ':'))
      .map(([all, by]) => all.join(by))
    fc.assert(
      fc.property(text, address => {
        const size = { 0: undefined, 4: 4, 6: 16 }[isIP(address)]
        expect(ip_address_bytes(address)?.length).toBe(size)
      }),
    )
  })
})

describe('the bytes of a tuple', () => {
  test('are those of its numbers', () => {
    expect(ip_tuple_bytes([192, 0, 2, 1])).toEqual(hex('c0000201'))
    expect(ip_tuple_bytes([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xffff])).toEqual(
      hex('20010db800000000000000000000ffff'),
    )
  })

  test.each([
    [[]],
    [[1, 2, 3]],
    [[1, 2, 3, 256]],
    [[1, 2, 3, -1]],
    [[1, 2, 3, 0.5]],
    [[0, 0, 0, 0, 0, 0, 0, 0x10000]],
    [new Array<number>(16).fill(0)],
  ])('are none of %p', tuple => {
    expect(ip_tuple_bytes(tuple)).toBeUndefined()
  })
})
