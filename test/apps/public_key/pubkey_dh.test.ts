import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dh_group } from '../../../apps/crypto/crypto.ts'
import { decode_dh_params } from '../../../apps/public_key/pubkey_dh.ts'
import { der_decode, pem_decode, pem_entry_decode } from '../../../apps/public_key/public_key.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { der } from '../../support/der_writer.ts'
import { hex, to_hex } from '../../support/hex.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const sequence = (...numbers: readonly (readonly number[])[]) =>
  der(0x30, ...numbers.map(number => der(0x02, number)))

/** A small group of OpenSSL's, with a length for private values as certtool adds one. */
const pem = `Text around it
-----BEGIN DH PARAMETERS-----
MIGJAkEA7eaYztRlgOnguCVLiFRhQQGjrY0HsjeolJq7TsEUfm2HjKmp0ntZdqpU
uh3jamg4p5Mm1apf6RP87jonvu1MswJAL+s2zRG5WR5CpzHyhf8Wc7rga3/Mw+9s
I99CpbzHdSQXLgscByab12d5Hvix/Bz5AyyUG4yphGjUICWGNd5CfAICAKA=
-----END DH PARAMETERS-----
`
const prime = `
  ede698ced46580e9e0b8254b8854614101a3ad8d07b237a8949abb4ec1147e6d
  878ca9a9d27b5976aa54ba1de36a6838a79326d5aa5fe913fcee3a27beed4cb3`
const generator = `
  2feb36cd11b9591e42a731f285ff1673bae06b7fccc3ef6c23df42a5bcc77524
  172e0b1c07269bd767791ef8b1fc1cf9032c941b8ca98468d420258635de427c`

describe('Diffie-Hellman parameters', () => {
  test('in a PEM file are a group', () => {
    const [entry] = pem_decode(pem)
    expect(entry).toMatchObject(['DHParameter', expect.any(Uint8Array), 'not_encrypted'])
    const group = pem_entry_decode(entry!)
    expect(group).toMatchObject({ privateValueLength: 160 })
    expect(group).toEqual(der_decode('DHParameter', entry![1]))
    const { p, g } = der_decode('DHParameter', entry![1])
    expect(to_hex(p)).toBe(to_hex(hex(prime)))
    expect(to_hex(g)).toBe(to_hex(hex(generator)))
  })

  test('need not say how long private values shall be', () => {
    expect(decode_dh_params(sequence([23], [5]))).toEqual({ p: bytes(23), g: bytes(5) })
    expect(decode_dh_params(sequence([23], [5], [7]))).toEqual({
      p: bytes(23),
      g: bytes(5),
      privateValueLength: 7,
    })
  })

  test('are numbers without leading zeros', () => {
    const { p } = dh_group('modp2048')
    expect(decode_dh_params(sequence([0, ...p], [2]))).toEqual({ p, g: bytes(2) })
    expect(decode_dh_params(sequence([0], [2]))).toEqual({ p: bytes(), g: bytes(2) })
  })

  test('do not change with the bytes that they were read from', () => {
    const encoded = sequence([23], [5])
    const group = decode_dh_params(encoded)
    encoded.fill(0)
    expect(group).toEqual({ p: bytes(23), g: bytes(5) })
  })

  test.each([
    ['a negative prime', sequence([0xe9], [5])],
    ['a negative generator', sequence([23], [0x85])],
    ['a negative length', sequence([23], [5], [0x87])],
    ['a length beyond all reason', sequence([23], [5], [1, 0, 0, 0, 0])],
    ['no generator', sequence([23])],
    ['a fourth number', sequence([23], [5], [7], [9])],
    ['a prime not in its shortest form', sequence([0, 23], [5])],
    ['no number for a prime', der(0x30, der(0x04, [23]), der(0x02, [5]))],
  ])('with %s are none', (_, encoded) => {
    expect(() => decode_dh_params(encoded)).toThrow(DecodeError)
  })

  test('are neither shorter nor longer than they are', () => {
    const encoded = sequence([0, ...dh_group('modp1024').p], [2], [0, 160])
    for (let size = 0; size < encoded.length; size++) {
      expect(() => decode_dh_params(encoded.subarray(0, size))).toThrow(DecodeError)
    }
    expect(() => decode_dh_params(bytes(...encoded, 0))).toThrow(DecodeError)
  })

  test('are not found in noise, which gives nothing but DecodeError', () => {
    const encoded = sequence([0, 0xff, 23], [5], [7])
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = encoded.map((byte, index) => (index === at ? byte ^ change : byte))
        try {
          expect(decode_dh_params(changed)).toMatchObject({ p: expect.any(Uint8Array) })
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })
})
