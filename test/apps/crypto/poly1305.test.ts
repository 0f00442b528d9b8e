import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { poly1305 } from '../../../apps/crypto/poly1305.ts'
import { hex, to_hex } from '../../support/hex.ts'

const prime = 2n ** 130n - 5n
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn

/** By RFC 8439 §2.5.1, to the letter. */
function with_big_integers(key: Uint8Array, message: Uint8Array): string {
  const r = little_endian(key.subarray(0, 16)) & clamp
  let sum = 0n
  for (let at = 0; at < message.length; at += 16) {
    sum = ((sum + little_endian(Uint8Array.of(...message.subarray(at, at + 16), 1))) * r) % prime
  }
  const tag = (sum + little_endian(key.subarray(16))) % 2n ** 128n
  return to_hex(hex(tag.toString(16).padStart(32, '0')).reverse())
}

function little_endian(bytes: Uint8Array): bigint {
  return BigInt(`0x${to_hex(bytes.slice().reverse())}`)
}

test('the tag that RFC 8439 prints is made', () => {
  const key = hex('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b')
  const message = new TextEncoder().encode('Cryptographic Forum Research Group')
  expect(to_hex(poly1305(key, message))).toBe('a8061dc1305136c6c22b8baf0c0127a9')
})

describe('the tag is that of plain arithmetic', () => {
  const edges = ['00', '01', '02', 'fb', 'fe', 'ff']
  const any_block = fc.oneof(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.tuple(fc.constantFrom(...edges), fc.constantFrom(...edges)).map(([first, others]) => {
      return hex(first + others.repeat(15))
    }),
  )
  const any_key = fc.tuple(any_block, any_block).map(([r, s]) => Uint8Array.of(...r, ...s))
  const any_message = fc
    .tuple(fc.array(any_block, { maxLength: 5 }), fc.uint8Array({ maxLength: 15 }))
    .map(([blocks, rest]) => Uint8Array.from([...blocks.flatMap(block => [...block]), ...rest]))

  test('for whatever key and message, at the edges of the field too', () => {
    fc.assert(
      fc.property(any_key, any_message, (key, message) => {
        expect(to_hex(poly1305(key, message))).toBe(with_big_integers(key, message))
      }),
      { numRuns: 500 },
    )
  })

  // RFC 8439 §A.3: where a carry is easily lost.
  test.each([
    ['02', '00', 'ff'.repeat(16)],
    ['02', 'ff', `02${'00'.repeat(15)}`],
    ['01', '00', `${'ff'.repeat(16)}f0${'ff'.repeat(15)}11${'00'.repeat(15)}`],
    ['01', '00', `${'ff'.repeat(16)}fb${'fe'.repeat(15)}${'01'.repeat(16)}`],
    ['02', '00', `fd${'ff'.repeat(15)}`],
  ])('with r = %s, s = %s and the message %s', (r, s, message) => {
    const key = hex(r + '00'.repeat(15) + s.repeat(16))
    expect(to_hex(poly1305(key, hex(message)))).toBe(with_big_integers(key, hex(message)))
  })
})
