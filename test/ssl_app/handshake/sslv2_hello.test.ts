import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { take_sslv2_hello } from '../../../ssl_app/handshake/sslv2_hello.ts'
import { hex, to_hex } from '../../support/hex.ts'

const challenge = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
const specs = '000035 010080 0000ff 00c02f 0700c0'

interface Fields {
  readonly type?: string
  readonly version?: string
  readonly specs?: string
  readonly session_id?: string
  readonly challenge?: string
  /** Bytes that the header tells of and that are not there. */
  readonly missing?: number
}

/** A hello, whose lengths are right unless told otherwise. */
function hello(fields: Fields = {}): Uint8Array {
  const { type = '01', version = '0303', session_id = '', missing = 0 } = fields
  const parts = [hex(fields.specs ?? specs), hex(session_id), hex(fields.challenge ?? challenge)]
  const lengths = parts.map(({ length }) => length.toString(16).padStart(4, '0'))
  const body = hex([type, version, ...lengths, ...parts.map(to_hex)].join(''))
  const size = 0x8000 + body.length + missing
  return Uint8Array.of(size >> 8, size & 0xff, ...body)
}

describe('take_sslv2_hello', () => {
  test('reads it as a client_hello', () => {
    const bytes = hello()
    expect(take_sslv2_hello(bytes)).toEqual({
      hello: {
        client_version: 0x0303,
        random: hex(challenge),
        session_id: hex(''),
        cipher_suites: [0x0035, 0x00ff, 0xc02f],
        compression_methods: ['null'],
      },
      message: bytes.subarray(2),
      rest: hex(''),
    })
  })

  test('reads that of Java 17 with SSLv2Hello', () => {
    const bytes = hex(`
      803e 01 0301 0015 0000 0020 00002f 00000a 0700c0 000004 010080 000039 0000ff
      43f3fd4846a76255d911dccedf8991d0ae26160e1b91b77830d0f15fc5ab5321`)
    expect(take_sslv2_hello(bytes)).toEqual({
      hello: {
        client_version: 0x0301,
        random: bytes.subarray(32),
        session_id: hex(''),
        cipher_suites: [0x002f, 0x000a, 0x0004, 0x0039, 0x00ff],
        compression_methods: ['null'],
      },
      message: bytes.subarray(2),
      rest: hex(''),
    })
  })

  test('pads a short challenge on the left', () => {
    const taken = take_sslv2_hello(hello({ challenge: 'ff'.repeat(16) }))
    expect(taken).toMatchObject({ hello: { random: hex('00'.repeat(16) + 'ff'.repeat(16)) } })
  })

  test('leaves what comes behind it', () => {
    const bytes = Uint8Array.of(...hello(), 0x15, 3)
    expect(take_sslv2_hello(bytes)).toMatchObject({ message: hello().subarray(2), rest: hex('1503') })
  })

  test('takes one from a client that has nothing newer, for the server to refuse', () => {
    expect(take_sslv2_hello(hello({ version: '0002', specs: '010080' }))).toMatchObject({
      hello: { client_version: 0x0002, cipher_suites: [] },
    })
  })

  test('waits for more as long as not all of it is there', () => {
    const bytes = hello()
    for (let size = 0; size < bytes.length; size++) {
      expect(take_sslv2_hello(bytes.subarray(0, size))).toBe('more')
    }
  })

  test.each([
    ['a record of TLS', '16'],
    ['plain HTTP', '474554202f'],
    ['another message of SSL 2.0', '802e 02'],
    ['a version 1', '802e 01 01'],
    ['a version 0.3', '802e 01 0003'],
    ['a version 4', '802e 01 04'],
  ])('leaves %s alone, as soon as it shows', (_what, digits) => {
    expect(take_sslv2_hello(hex(digits))).toBeUndefined()
  })

  test.each<[string, Uint8Array]>([
    ['no cipher specs', hello({ specs: '' })],
    ['half a cipher spec', hello({ specs: '0000350000' })],
    ['a session id', hello({ session_id: '00'.repeat(16) })],
    ['a challenge of 15 bytes', hello({ challenge: '00'.repeat(15) })],
    ['a challenge of 33 bytes', hello({ challenge: '00'.repeat(33) })],
    ['an end that is missing', hello({ missing: -1 })],
    ['a byte too many', Uint8Array.of(...hello({ missing: 1 }), 0)],
    ['nothing in it', hex('8000 01 03 03')],
    ['nothing but a type', hex('8001 01 03 03')],
  ])('refuses one with %s', (_what, bytes) => {
    expect(() => take_sslv2_hello(bytes)).toThrow(DecodeError)
  })

  test('makes of noise and damaged bytes a hello, nothing, or a DecodeError', () => {
    const damage = fc.array(fc.record({ at: fc.nat(40), by: fc.integer({ min: 1, max: 255 }) }), {
      maxLength: 3,
    })
    fc.assert(
      fc.property(damage, fc.uint8Array(), (damages, noise) => {
        const damaged = hello()
        for (const { at, by } of damages) damaged[at]! ^= by
        for (const bytes of [damaged, noise, Uint8Array.of(0x80, 12, 1, 3, 3, ...noise)])
          expect_an_answer(bytes)
      }),
    )
  })
})

function expect_an_answer(bytes: Uint8Array): void {
  try {
    const taken = take_sslv2_hello(bytes)
    if (taken === undefined || taken === 'more') return
    expect(taken.hello.random).toHaveLength(32)
    expect(taken.message.length + taken.rest.length + 2).toBe(bytes.length)
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
  }
}
