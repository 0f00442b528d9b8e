import { expect, test } from '@jest/globals'
import { additional_data, ssl_v3_data } from '../../../ssl_app/record/additional_data.ts'
import { to_hex } from '../../support/hex.ts'

test.each([
  [0, '0000000000000000'],
  [1, '0000000000000001'],
  [2 ** 32 - 1, '00000000ffffffff'],
  [2 ** 32, '0000000100000000'],
  [2 ** 53 - 2, '001ffffffffffffe'],
])('sequence number %i is written as %s', (sequence, digits) => {
  expect(to_hex(additional_data({ sequence, type: 23, version: 0x0303 }, 0x4000))).toBe(`${digits}1703034000`)
  expect(to_hex(ssl_v3_data({ sequence, type: 23, version: 0x0300 }, 0x4000))).toBe(`${digits}174000`)
})
