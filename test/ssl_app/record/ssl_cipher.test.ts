import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { strong_rand_bytes } from '../../../apps/crypto/crypto.ts'
import type { RecordPlace } from '../../../ssl_app/record/additional_data.ts'
import { all_suites, type CipherSuite, suite_definition } from '../../../ssl_app/record/cipher_suites.ts'
import {
  type CipherState,
  init_cipher,
  key_sizes,
  null_cipher,
  open,
  seal,
  wipe_cipher,
} from '../../../ssl_app/record/ssl_cipher.ts'
import type { WriteKeys } from '../../../ssl_app/record/tls_v1.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { counting_random, protection_of } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

/** One suite for each way to protect a record: the key exchange does not matter here. */
const protections = (['tlsv1.2', 'tlsv1.1', 'tlsv1'] as const).flatMap(version =>
  all_suites(version)
    .filter(suite => suite.key_exchange === 'ecdhe_rsa')
    .map(suite => ({ version, suite, name: suite.openssl })),
)

const place: RecordPlace = { sequence: 7, type: 23, version: 0x0303 }
const content = Uint8Array.from({ length: 21 }, (_, index) => index)

function keys_of(suite: CipherSuite, version: ProtocolVersion): WriteKeys {
  const sizes = key_sizes(suite, version)
  const filled = (size: number, start: number) => Uint8Array.from({ length: size }, (_, at) => start + at)
  return { mac_key: filled(sizes.mac_key, 1), key: filled(sizes.key, 60), iv: filled(sizes.iv, 120) }
}

function writer(suite: CipherSuite, version: ProtocolVersion): CipherState {
  return init_cipher(protection_of(version, suite), keys_of(suite, version), 'encrypt')
}

function reader(suite: CipherSuite, version: ProtocolVersion): CipherState {
  return init_cipher(protection_of(version, suite), keys_of(suite, version), 'decrypt')
}

const sealed = (state: CipherState, at: RecordPlace, bytes: Uint8Array) =>
  Uint8Array.from(Buffer.concat(seal(state, at, bytes)))

with_each_provider(() => {
  describe.each(protections)('$version $name', ({ suite, version }) => {
    const refusal = (fragment: Uint8Array, at = place) =>
      thrown_alert(() => open(reader(suite, version), at, fragment))

    test('gives back what was protected, record after record', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), contents => {
          const [from, to] = [writer(suite, version), reader(suite, version)]
          for (const [sequence, bytes] of contents.entries()) {
            const fragment = sealed(from, { ...place, sequence }, bytes)
            expect(Uint8Array.from(open(to, { ...place, sequence }, fragment))).toEqual(bytes)
          }
        }),
        { numRuns: 20 },
      )
    })

    test('takes a content of 16384 bytes, and adds at most 2048', () => {
      const bytes = strong_rand_bytes(16384)
      const fragment = sealed(writer(suite, version), place, bytes)
      expect(fragment.length - bytes.length).toBeLessThanOrEqual(2048)
      expect(Buffer.compare(open(reader(suite, version), place, fragment), bytes)).toBe(0)
    })

    test('answers every changed bit with bad_record_mac', () => {
      const fragment = sealed(writer(suite, version), place, content)
      for (let bit = 0; bit < fragment.length * 8; bit++) {
        const changed = fragment.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(refusal(changed)).toBe('bad_record_mac')
      }
      expect(refusal(fragment)).toBe('none')
    })

    test('answers every other length with bad_record_mac', () => {
      const fragment = sealed(writer(suite, version), place, content)
      for (let size = 0; size < fragment.length; size++) {
        expect(refusal(fragment.subarray(0, size))).toBe('bad_record_mac')
      }
      expect(refusal(Uint8Array.of(...fragment, 0))).toBe('bad_record_mac')
      expect(refusal(Uint8Array.of(...fragment, ...fragment.subarray(-16)))).toBe('bad_record_mac')
    })

    test.each([
      { ...place, sequence: 8 },
      { ...place, sequence: 7 + 2 ** 32 },
      { ...place, type: 22 },
      { ...place, version: 0x0302 },
    ])('answers a record taken for %j with bad_record_mac', other => {
      expect(refusal(sealed(writer(suite, version), place, content), other)).toBe('bad_record_mac')
    })

    test('hides equal contents', () => {
      const state = writer(suite, version)
      const first = sealed(state, { ...place, sequence: 0 }, content)
      const second = sealed(state, { ...place, sequence: 1 }, content)
      expect(first).not.toEqual(second)
    })

    test('cannot be used once wiped', () => {
      const keys = keys_of(suite, version)
      const state = init_cipher(protection_of(version, suite), keys, 'encrypt')
      const wiped = wipe_cipher(state)
      expect([...keys.key, ...keys.mac_key].every(byte => byte === 0)).toBe(true)
      expect(thrown_alert(() => seal(wiped, place, content))).toBe('internal_error')
      expect(thrown_alert(() => open(wiped, place, content))).toBe('internal_error')
    })
  })
})

describe('the sizes of keys', () => {
  test.each([
    ['tlsv1.2', 0xc02f, { mac_key: 0, key: 16, iv: 4 }],
    ['tlsv1.2', 0xc030, { mac_key: 0, key: 32, iv: 4 }],
    ['tlsv1.2', 0xcca8, { mac_key: 0, key: 32, iv: 12 }],
    ['tlsv1.2', 0xc028, { mac_key: 48, key: 32, iv: 0 }],
    ['tlsv1.2', 0xc027, { mac_key: 32, key: 16, iv: 0 }],
    ['tlsv1.1', 0xc013, { mac_key: 20, key: 16, iv: 0 }],
    ['tlsv1', 0xc014, { mac_key: 20, key: 32, iv: 16 }],
  ] as const)('in %s with suite %i are %j', (version, code, sizes) => {
    expect(key_sizes(suite_definition(code)!, version)).toEqual(sizes)
  })

  test('of a suite that is not implemented are not known', () => {
    expect(() => key_sizes(suite_definition(0x0005)!, 'tlsv1.2')).toThrow('rc4_128 is not implemented')
  })

  test('of a block cipher without a MAC are not known', () => {
    const broken: CipherSuite = { ...suite_definition(0xc013)!, mac: 'null' }
    expect(() => key_sizes(broken, 'tlsv1.2')).toThrow('needs a MAC')
  })
})

test('without keys nothing is changed, and nothing copied', () => {
  expect(seal(null_cipher, place, content)).toEqual([content])
  expect(open(null_cipher, place, content)).toBe(content)
})

test('no nonce of AES-GCM is used twice, and each begins where the random source says', () => {
  const state = writer(suite_definition(0xc02f)!, 'tlsv1.2')
  const nonces = [0, 1, 2, 2 ** 32, 2 ** 53 - 2].map(sequence =>
    Buffer.concat(seal(state, { ...place, sequence }, content))
      .subarray(0, 8)
      .toString('hex'),
  )
  expect(new Set(nonces).size).toBe(nonces.length)
  expect(nonces[0]).toBe(Buffer.from(counting_random()(8)).toString('hex'))
})
