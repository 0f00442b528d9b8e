import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { rsa_private_decrypt_raw, rsa_public_encrypt } from '../../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { subject_public_key } from '../../../apps/public_key/pubkey_keys.ts'
import { type HandshakeData, nothing_known } from '../../../ssl_app/handshake/handshake_data.ts'
import { premaster_in, rsa } from '../../../ssl_app/handshake/rsa_agreement.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { config, environment } from '../../support/engine_pair.ts'
import { make_everybody } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const everybody = await make_everybody()
const otherwise = new Uint8Array(48).fill(0xee)
const version = 0x0303

/** What a client of TLS 1.2 encrypts, padded for a key of 2048 bits. */
function padded(change: (bytes: Uint8Array) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(256).fill(0x77)
  bytes.set([0, 2])
  bytes.set([0, 3, 3], 256 - 49)
  change(bytes)
  return bytes
}

const taken = (bytes: Uint8Array): Uint8Array => premaster_in(bytes, version, otherwise)

describe('premaster_in', () => {
  test('is what stands behind the padding', () => {
    const secret = new Uint8Array(48).fill(0x77)
    secret.set([3, 3])
    expect(taken(padded())).toEqual(secret)
  })

  test('is a copy, so that both can be wiped', () => {
    const bytes = padded()
    const secret = taken(bytes)
    bytes.fill(0)
    expect(secret[5]).toBe(0x77)
    const own = Uint8Array.from(otherwise)
    const wrong = premaster_in(bytes, version, own)
    own.fill(0)
    expect(wrong).toEqual(otherwise)
  })

  test.each<[string, (bytes: Uint8Array) => void]>([
    ['no zero in front', bytes => bytes.fill(1, 0, 1)],
    ['another block type', bytes => bytes.fill(1, 1, 2)],
    ['block type 0', bytes => bytes.fill(0, 1, 2)],
    ['nothing between padding and secret', bytes => bytes.fill(1, 207, 208)],
    ['a secret of 47 bytes', bytes => bytes.set([9, 0, 3, 3], 206 + 1)],
    ['a secret of 49 bytes', bytes => bytes.set([0, 3, 3, 3], 206)],
    ['no padding bytes at all', bytes => bytes.fill(0, 2, 3)],
    ['an end of the padding in its eight first bytes', bytes => bytes.fill(0, 9, 10)],
    ['an older major version', bytes => bytes.fill(2, 208, 209)],
    ['an older minor version: a rollback', bytes => bytes.fill(1, 209, 210)],
    ['a newer minor version', bytes => bytes.fill(4, 209, 210)],
    ['only zeros', bytes => bytes.fill(0)],
  ])('is the other one for %s', (_what, change) => {
    expect(taken(padded(change))).toEqual(otherwise)
  })

  test('is the other one for whichever byte of the padding is zero', () => {
    for (let at = 2; at < 207; at++)
      expect(taken(padded(bytes => bytes.fill(0, at, at + 1)))).toEqual(otherwise)
  })

  test('is the other one for anything at all', () => {
    const noise = fc.uint8Array({ minLength: 256, maxLength: 256 })
    fc.assert(fc.property(noise, bytes => expect(taken(bytes)).toEqual(otherwise)))
  })

  test('is any secret, zeros or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 46, maxLength: 46 }), secret => {
        const bytes = padded(all => all.set(secret, 210))
        expect(taken(bytes)).toEqual(Uint8Array.of(3, 3, ...secret))
      }),
    )
  })

  test('has room in a key of 472 bits, and not below', () => {
    const short = Uint8Array.of(0, 2, 7, 7, 7, 7, 7, 7, 7, 7, 0, 3, 3, ...new Uint8Array(46))
    expect(taken(short)).toEqual(short.subarray(11))
    expect(thrown_alert(() => taken(short.subarray(1)))).toBe('internal_error')
  })
})

with_each_provider(() => {
  const { identity, peer } = (() => {
    const own = everybody.identities.rsa
    const certificate = own.chain[0]!
    return {
      identity: own,
      peer: { certificate, public_key: subject_public_key(decode_certificate(certificate)) },
    }
  })()
  const data = (chance?: Uint8Array): HandshakeData => ({
    ...nothing_known(
      'server',
      config('server', { identities: [identity] }),
      environment([], chance && { random_bytes: size => Uint8Array.from(chance.subarray(0, size)) }),
    ),
    client_version: version,
    own: identity,
    peer,
  })

  test('both sides come to one secret, which says what version the client knows', () => {
    const { share, secret } = rsa.answer(data())
    expect(share).toHaveLength(256)
    expect(secret.subarray(0, 2)).toEqual(hex('0303'))
    expect(Buffer.from(rsa.agree(data(), share))).toEqual(Buffer.from(secret))
  })

  test('a client that meant another version comes to another secret', () => {
    const { share } = rsa.answer({ ...data(), client_version: 0x0301 })
    expect(rsa.agree(data(otherwise), share)).toEqual(otherwise)
  })

  test.each([
    ['of another size', hex('00')],
    ['empty', hex('')],
    ['above the modulus', new Uint8Array(256).fill(0xff)],
    ['that decrypts to nothing of the kind', new Uint8Array(256).fill(1)],
    ['too long', new Uint8Array(257).fill(1)],
  ])('a share %s is no reason to stop: the secret is one by chance', (_what, share) => {
    expect(rsa.agree(data(otherwise), share)).toEqual(otherwise)
  })

  test('chance is asked for whether or not it is needed', () => {
    const asked: number[] = []
    const world = environment([], {
      random_bytes: size => {
        asked.push(size)
        return new Uint8Array(size)
      },
    })
    const { share } = rsa.answer(data())
    rsa.agree({ ...data(), environment: world }, share)
    rsa.agree({ ...data(), environment: world }, hex('00'))
    expect(asked).toEqual([48, 48])
  })

  test('a padding that this program made is the one of PKCS #1', () => {
    const encrypted = rsa_public_encrypt(peer.public_key, hex('010203'))
    const bytes = rsa_private_decrypt_raw(identity.key, encrypted)!
    expect([...bytes.subarray(0, 2), ...bytes.subarray(-4)]).toEqual([0, 2, 0, 1, 2, 3])
  })
})

test('a client does not encrypt for a key that has no room', () => {
  const certificate = everybody.identities.rsa.chain[0]!
  const public_key = { ...subject_public_key(decode_certificate(certificate)), bits: 464 }
  const data = { ...nothing_known('client', config('client'), environment()), client_version: version }
  expect(thrown_alert(() => rsa.answer({ ...data, peer: { certificate, public_key } }))).toBe(
    'insufficient_security',
  )
})
