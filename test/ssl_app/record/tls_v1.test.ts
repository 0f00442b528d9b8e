import { describe, expect, test } from '@jest/globals'
import { suite_definition } from '../../../ssl_app/record/cipher_suites.ts'
import {
  extended_master_secret,
  finished,
  handshake_hash,
  master_secret,
  type PrfHash,
  prf,
  prf_hash,
  write_keys,
} from '../../../ssl_app/record/tls_v1.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'

interface Vector {
  readonly type: PrfHash
  readonly secret: Uint8Array
  readonly seed: Uint8Array
  readonly output: Uint8Array
}

/** SHA-256 and SHA-384: from the mailing list of the TLS working group. MD5 with SHA-1: from `openssl kdf`. */
const vectors: readonly Vector[] = [
  {
    type: 'sha256',
    secret: hex('9bbe436ba940f017b17652849a71db35'),
    seed: hex('a0ba9f936cda311827a6f796ffd5198c'),
    output: hex(`
      e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f
      a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff7018734
      7b66
    `),
  },
  {
    type: 'sha384',
    secret: hex('b80b733d6ceefcdc71566ea48e5567df'),
    seed: hex('cd665cf6a8447dd6ff8b27555edb7465'),
    output: hex(`
      7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e5
      34cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425 9b5b
      f8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703d73e5
      6f
    `),
  },
  {
    // Of odd length, so that the two halves of the secret share a byte.
    type: 'md5sha',
    secret: hex('000102030405060708090a0b0c0d0e0f101112'),
    seed: hex('202122232425262728292a2b2c2d2e2f'),
    output: hex(`
      f8aaf8f6763a863e92ea5d9b838d8b13a60f4c4a6ada1dde2b9c8c8d5cff58481a10a5d4d29abde750d9d7b0651bd3aca3
      7ff51f8629684394c52b4934ae7d535ef170e1402937937b10c61513daaa60eb21726f455ddbf072a03ebddbc886093e52
      2286c1d6c43e
    `),
  },
]

const randoms = { client_random: new Uint8Array(32).fill(0xaa), server_random: new Uint8Array(32).fill(0xbb) }
const secret = new Uint8Array(48).fill(7)

with_each_provider(() => {
  test.each(vectors)('the PRF with $type gives what others compute', ({ type, secret, seed, output }) => {
    expect(to_hex(prf(type, secret, ['test label', seed], output.length))).toBe(to_hex(output))
  })

  test.each(vectors)('the PRF with $type gives the same beginning whatever the size', vector => {
    const { type, secret, seed, output } = vector
    for (const size of [0, 1, 15, 16, 20, 33, 64, 100]) {
      expect(to_hex(prf(type, secret, ['test label', seed], size))).toBe(to_hex(output.subarray(0, size)))
    }
  })

  test('a seed may come in any pieces', () => {
    const whole = prf('sha256', secret, [Uint8Array.from([0x61, 0x62, 0x63, 1, 2])], 40)
    expect(prf('sha256', secret, ['ab', 'c', Uint8Array.of(1), Uint8Array.of(2)], 40)).toEqual(whole)
  })

  test('the master secret is made with the client random first, the keys with the server random', () => {
    const { client_random, server_random } = randoms
    expect(master_secret('sha256', secret, randoms)).toEqual(
      prf('sha256', secret, ['master secret', client_random, server_random], 48),
    )
    const keys = write_keys('sha384', secret, randoms, { mac_key: 20, key: 16, iv: 4 })
    const block = prf('sha384', secret, ['key expansion', server_random, client_random], 80)
    const { client, server } = keys
    const parts = [client.mac_key, server.mac_key, client.key, server.key, client.iv, server.iv]
    expect(to_hex(Buffer.concat(parts))).toBe(to_hex(block))
    expect(parts.map(part => part.length)).toEqual([20, 20, 16, 16, 4, 4])
  })

  test('keys can be wiped one by one', () => {
    const { client, server } = write_keys('sha256', secret, randoms, { mac_key: 0, key: 16, iv: 12 })
    const before = to_hex(server.key)
    client.key.fill(0)
    expect(client.mac_key).toHaveLength(0)
    expect(to_hex(server.key)).toBe(before)
  })

  test('the extended master secret depends on all of the handshake', () => {
    const one = extended_master_secret('sha256', secret, handshake_hash('sha256', [Uint8Array.of(1, 2)]))
    const same = extended_master_secret('sha256', secret, handshake_hash('sha256', [hex('01'), hex('02')]))
    const other = extended_master_secret('sha256', secret, handshake_hash('sha256', [Uint8Array.of(1, 3)]))
    const session_hash = handshake_hash('sha256', [Uint8Array.of(1, 2)])
    expect(one).toEqual(prf('sha256', secret, ['extended master secret', session_hash], 48))
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })

  test('Finished has 12 bytes, other ones from each side', () => {
    const hash = handshake_hash('sha384', [Uint8Array.of(1)])
    const client = finished('sha384', secret, 'client', hash)
    expect(client).toHaveLength(12)
    expect(client).toEqual(prf('sha384', secret, ['client finished', hash], 12))
    expect(finished('sha384', secret, 'server', hash)).not.toEqual(client)
  })

  test('the hash of a handshake before TLS 1.2 is MD5 followed by SHA-1', () => {
    expect(to_hex(handshake_hash('md5sha', [hex('616263')]))).toBe(
      '900150983cd24fb0d6963f7d28e17f72a9993e364706816aba3e25717850c26c9cd0d89d',
    )
  })
})

describe('the hash of the PRF', () => {
  test('is the suite’s in TLS 1.2, and MD5 with SHA-1 before', () => {
    const suite = suite_definition(0xc028)!
    expect(prf_hash('tlsv1.2', suite)).toBe('sha384')
    expect(prf_hash('tlsv1.2', suite_definition(0xc014)!)).toBe('sha256')
    expect(prf_hash('tlsv1.1', suite)).toBe('md5sha')
    expect(prf_hash('tlsv1', suite)).toBe('md5sha')
  })
})
