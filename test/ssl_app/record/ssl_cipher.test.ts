import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import {
  cipher_init,
  cipher_update,
  crypto_one_time_aead_encrypt,
  strong_rand_bytes,
} from '../../../apps/crypto/crypto.ts'
import { node_provider } from '../../../apps/crypto/node_provider.ts'
import { additional_data, type RecordPlace } from '../../../ssl_app/record/additional_data.ts'
import { type CipherSuite, known_suites, suite_definition } from '../../../ssl_app/record/cipher_suites.ts'
import { mac_size, record_mac } from '../../../ssl_app/record/record_mac.ts'
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
import { is_at_least, type ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { counting_random, protection_of } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

/** A way to protect records, and a suite that has it: the key exchange does not matter here. */
interface Way {
  readonly name: string
  readonly version: ProtocolVersion
  readonly suite: CipherSuite
  readonly encrypt_then_mac: boolean
}

const draft = suite_definition(0xcc13)!
const versions = ['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3'] as const

const ways: readonly Way[] = versions.flatMap(version => {
  const named = [...known_suites(), draft]
    .filter(suite => is_at_least(version, suite.since))
    .map(suite => [`${suite.cipher} ${suite.mac} ${suite.draft ?? ''}`, suite] as const)
  return [...new Map(named)].flatMap(([name, suite]) => {
    const may_be_last = suite.cipher.endsWith('cbc') && version !== 'sslv3'
    return (may_be_last ? [false, true] : [false]).map(encrypt_then_mac => {
      const order = encrypt_then_mac ? 'MAC last' : ''
      return { name: `${version} ${name} ${order}`, version, suite, encrypt_then_mac }
    })
  })
})

const place: RecordPlace = { sequence: 7, type: 23, version: 0x0303 }
const content = Uint8Array.from({ length: 21 }, (_, index) => index)

/** As long as it must be for SSL 3.0 to add no padding whose value does not matter. */
const content_of = ({ suite: { mac }, version }: Way): Uint8Array =>
  version === 'sslv3' && mac !== 'null' ? new Uint8Array(64 - mac_size(mac) - 1).fill(5) : content

function keys_of({ suite, version }: Pick<Way, 'suite' | 'version'>): WriteKeys {
  const sizes = key_sizes(suite, version)
  const filled = (size: number, start: number) => Uint8Array.from({ length: size }, (_, at) => start + at)
  return { mac_key: filled(sizes.mac_key, 1), key: filled(sizes.key, 60), iv: filled(sizes.iv, 120) }
}

function writer(way: Omit<Way, 'name'>, keys = keys_of(way)): CipherState {
  return init_cipher(protection_of(way.version, way.suite, way), keys, 'encrypt')
}

function reader(way: Way): CipherState {
  return init_cipher(protection_of(way.version, way.suite, way), keys_of(way), 'decrypt')
}

const sealed = (state: CipherState, at: RecordPlace, bytes: Uint8Array) =>
  Uint8Array.from(Buffer.concat(seal(state, at, bytes)))

with_each_provider(() => {
  describe.each(ways)('$name', way => {
    const content = content_of(way)
    const refusal = (fragment: Uint8Array, at = place) => thrown_alert(() => open(reader(way), at, fragment))

    test('gives back what was protected, record after record', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), contents => {
          const [from, to] = [writer(way), reader(way)]
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
      const fragment = sealed(writer(way), place, bytes)
      expect(fragment.length - bytes.length).toBeLessThanOrEqual(2048)
      expect(Buffer.compare(open(reader(way), place, fragment), bytes)).toBe(0)
    })

    test('answers every changed bit with bad_record_mac', () => {
      const fragment = sealed(writer(way), place, content)
      for (let bit = 0; bit < fragment.length * 8; bit++) {
        const changed = fragment.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(refusal(changed)).toBe('bad_record_mac')
      }
      expect(refusal(fragment)).toBe('none')
    })

    test('answers every other length with bad_record_mac', () => {
      const fragment = sealed(writer(way), place, content)
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
      // Its MAC does not cover the version.
      ...(way.version === 'sslv3' ? [] : [{ ...place, version: 0x0302 }]),
    ])('answers a record taken for %j with bad_record_mac', other => {
      expect(refusal(sealed(writer(way), place, content), other)).toBe('bad_record_mac')
    })

    test('hides equal contents', () => {
      const state = writer(way)
      const first = sealed(state, { ...place, sequence: 0 }, content)
      const second = sealed(state, { ...place, sequence: 1 }, content)
      expect(first).not.toEqual(second)
    })

    test('cannot be used once wiped', () => {
      const keys = keys_of(way)
      const wiped = wipe_cipher(writer(way, keys))
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
    ['tlsv1.2', 0xcc13, { mac_key: 0, key: 32, iv: 0 }],
    ['tlsv1.2', 0x0005, { mac_key: 20, key: 16, iv: 0 }],
    ['tlsv1', 0x0004, { mac_key: 16, key: 16, iv: 0 }],
    ['tlsv1.1', 0x000a, { mac_key: 20, key: 24, iv: 0 }],
    ['tlsv1', 0x000a, { mac_key: 20, key: 24, iv: 8 }],
    ['sslv3', 0x0009, { mac_key: 20, key: 8, iv: 8 }],
  ] as const)('in %s with suite %i are %j', (version, code, sizes) => {
    expect(key_sizes(suite_definition(code)!, version)).toEqual(sizes)
  })

  test('of a cipher that the provider does not have are not known', () => {
    const ciphers = ['aes_128_gcm'] as const
    jest.spyOn(node_provider, 'supports').mockReturnValue({ ...node_provider.supports(), ciphers })
    expect(() => key_sizes(suite_definition(0x0005)!, 'tlsv1.2')).toThrow('does not have rc4_128')
    jest.restoreAllMocks()
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
  const state = writer({ suite: suite_definition(0xc02f)!, version: 'tlsv1.2', encrypt_then_mac: false })
  const nonces = [0, 1, 2, 2 ** 32, 2 ** 53 - 2].map(sequence =>
    Buffer.concat(seal(state, { ...place, sequence }, content))
      .subarray(0, 8)
      .toString('hex'),
  )
  expect(new Set(nonces).size).toBe(nonces.length)
  expect(nonces[0]).toBe(Buffer.from(counting_random()(8)).toString('hex'))
})

test('ChaCha20 of the draft takes the sequence number for a nonce, and nothing of it travels', () => {
  const way = { suite: draft, version: 'tlsv1.2', encrypt_then_mac: false } as const
  const nonce = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2)
  const at = { ...place, sequence: 2 ** 32 + 2 }
  const { key } = keys_of(way)
  const covered = additional_data(at, content.length)
  const expected = crypto_one_time_aead_encrypt('chacha20_poly1305_draft', key, nonce, content, covered)
  expect(sealed(writer(way), at, content)).toEqual(expected)
})

describe('the padding of TLS 1.0', () => {
  const suite = suite_definition(0x0035)!
  const states = (version: ProtocolVersion, padding_check: boolean) => {
    const keys = keys_of({ suite, version })
    const protection = protection_of(version, suite, { padding_check })
    return init_cipher(protection, keys, 'decrypt')
  }

  /** A record whose padding has one wrong byte. */
  function wrongly_padded(version: ProtocolVersion): Uint8Array {
    const keys = keys_of({ suite, version })
    const chained = keys.iv.length > 0
    const mac = { hash: 'sha', ssl_v3: version === 'sslv3', key: keys.mac_key } as const
    const bytes = new Uint8Array(12)
    const padding = new Uint8Array(16).fill(15).fill(14, 8, 9)
    const state = cipher_init('aes_256_cbc', keys.key, chained ? keys.iv : new Uint8Array(16), 'encrypt')
    const start = new Uint8Array(chained ? 0 : 16)
    return cipher_update(state, Buffer.concat([start, bytes, record_mac(mac, place, bytes), padding]))
  }

  test('is not looked at when the user says so, and in no other version', () => {
    const opens = (version: ProtocolVersion, check: boolean) =>
      thrown_alert(() => open(states(version, check), place, wrongly_padded(version)))
    expect(opens('tlsv1', false)).toBe('none')
    expect(opens('tlsv1', true)).toBe('bad_record_mac')
    expect(opens('tlsv1.1', false)).toBe('bad_record_mac')
    expect(opens('tlsv1.2', false)).toBe('bad_record_mac')
    expect(opens('sslv3', true)).toBe('none')
  })
})
