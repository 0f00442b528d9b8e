import { describe, expect, test } from '@jest/globals'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import { next_protocol, select_next_protocol } from '../../../ssl_app/handshake/next_protocol.ts'
import { Alert } from '../../../ssl_app/record/ssl_alert.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

describe('next_protocol', () => {
  test('is the protocol, and padding of which neither size nor content matters', () => {
    const body = { selected_protocol: 'h2', padding: hex('00ff00') }
    expect(decode(next_protocol, hex('02 6832 03 00ff00'))).toEqual(body)
    expect(encode(next_protocol, body)).toEqual(hex('02 6832 03 00ff00'))
    expect(decode(next_protocol, hex('00 00'))).toEqual({ selected_protocol: '', padding: hex('') })
  })

  test.each([
    ['nothing in it', ''],
    ['a protocol that is cut', '03 6832'],
    ['no padding', '02 6832'],
    ['padding that is cut', '02 6832 02 00'],
    ['something behind the padding', '02 6832 01 00 00'],
  ])('with %s is a handshake_failure', (_what, digits) => {
    expect(thrown_alert(() => decode(next_protocol, hex(digits)))).toBe('handshake_failure')
    expect(() => decode(next_protocol, hex(digits))).toThrow(Alert)
  })
})

describe('select_next_protocol', () => {
  test.each([
    [0, 32],
    [2, 32],
    [29, 32],
    [30, 64],
    [31, 64],
    [255, 288],
  ])('of %i bytes makes a message of %i bytes', (length, size) => {
    const selected_protocol = 'p'.repeat(length)
    const message = select_next_protocol(selected_protocol)
    const bytes = encode(next_protocol, message)
    expect(bytes).toHaveLength(size)
    expect(decode(next_protocol, bytes)).toEqual(message)
    expect(bytes.subarray(length + 2)).toEqual(new Uint8Array(size - length - 2))
  })
})
