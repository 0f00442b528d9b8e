import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { cipher_init, cipher_update, type IoData, mac } from '../../../apps/crypto/crypto.ts'
import { node_provider } from '../../../apps/crypto/node_provider.ts'
import { additional_data, type RecordPlace } from '../../../ssl_app/record/additional_data.ts'
import { bulk_algorithm, type CbcAlgorithm } from '../../../ssl_app/record/bulk_ciphers.ts'
import {
  type CbcHash,
  type CbcParameters,
  cbc_init,
  cbc_open,
  mac_size,
} from '../../../ssl_app/record/cbc_cipher.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { counting_random } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const block_size = 16
const place: RecordPlace = { sequence: 3, type: 23, version: 0x0303 }
const keys = { mac_key: new Uint8Array(20).fill(1), key: new Uint8Array(16).fill(2), iv: new Uint8Array(0) }
const iv = new Uint8Array(block_size).fill(9)

function parameters(hash: CbcHash): CbcParameters {
  const algorithm = bulk_algorithm('aes_128_cbc') as CbcAlgorithm
  return { algorithm, hash, explicit_iv: true, random: counting_random() }
}

/** What a peer sends that encrypts just this after its IV. */
function encrypted(plain: Uint8Array): Uint8Array {
  const state = cipher_init('aes_128_cbc', keys.key, iv, 'encrypt')
  return Buffer.concat([iv, cipher_update(state, plain)])
}

/** Content and its MAC. */
function authenticated(hash: CbcHash, content: Uint8Array): Uint8Array {
  const header = Uint8Array.from(additional_data(place, content.length))
  return Buffer.concat([content, mac('hmac', hash, keys.mac_key, [header, content])])
}

/** Padded with `padding` bytes and one that counts them, each of that value. */
function padded(bytes: Uint8Array, padding: number): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(padding + 1).fill(padding)])
}

const open = (hash: CbcHash, fragment: Uint8Array) =>
  cbc_open(cbc_init(parameters(hash), keys, 'decrypt'), place, fragment)

/** A content that fills whole blocks together with its MAC and so much padding. */
function content_for(hash: CbcHash, padding: number): Uint8Array {
  const beyond = (mac_size(hash) + padding + 1) % block_size
  return new Uint8Array(block_size - beyond).fill(0x55)
}

const hashes: readonly CbcHash[] = ['md5', 'sha', 'sha256', 'sha384']

with_each_provider(() => {
  describe.each(hashes)('a record with a MAC of %s', hash => {
    test('may have any padding from 0 to 255 bytes', () => {
      for (let padding = 0; padding <= 255; padding++) {
        const content = content_for(hash, padding)
        const fragment = encrypted(padded(authenticated(hash, content), padding))
        expect([...open(hash, fragment)]).toEqual([...content])
      }
    })

    test('may be nothing but MAC and padding', () => {
      const padding = block_size - 1 - (mac_size(hash) % block_size)
      expect(open(hash, encrypted(padded(authenticated(hash, new Uint8Array(0)), padding)))).toHaveLength(0)
    })

    test('is refused for each wrong byte of its padding', () => {
      const plain = padded(authenticated(hash, content_for(hash, 40)), 40)
      for (let back = 2; back <= 41; back++) {
        const wrong = Uint8Array.from(plain)
        wrong[wrong.length - back]! ^= 0x80
        expect(thrown_alert(() => open(hash, encrypted(wrong)))).toBe('bad_record_mac')
      }
    })

    test('is refused for any other value of its last byte', () => {
      const plain = padded(authenticated(hash, content_for(hash, 40)), 40)
      for (let value = 0; value < 256; value++) {
        if (value === 40) continue
        const wrong = Uint8Array.from(plain)
        wrong[wrong.length - 1] = value
        expect(thrown_alert(() => open(hash, encrypted(wrong)))).toBe('bad_record_mac')
      }
    })

    test('is refused when its padding leaves no room for the MAC', () => {
      for (const blocks of [4, 5, 16]) {
        const size = blocks * block_size
        const plain = new Uint8Array(size).fill(size - 1)
        expect(thrown_alert(() => open(hash, encrypted(plain)))).toBe('bad_record_mac')
      }
    })

    test('is refused when the MAC is wrong and the padding right', () => {
      const content = content_for(hash, 3)
      const plain = padded(authenticated(hash, content), 3)
      for (let at = content.length; at < content.length + mac_size(hash); at++) {
        const wrong = Uint8Array.from(plain)
        wrong[at]! ^= 1
        expect(thrown_alert(() => open(hash, encrypted(wrong)))).toBe('bad_record_mac')
      }
    })
  })
})

describe('the work done for a record', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  /** How many blocks are compressed, inner hash of the MAC and all, while `run` runs. */
  function compressions(run: () => unknown): number {
    const hmac = jest.spyOn(node_provider, 'hmac')
    const hash = jest.spyOn(node_provider, 'hash')
    run()
    const of_macs = hmac.mock.calls.map(([type, , data]) => blocks(type, block_bytes(type) + size_of(data)))
    const of_hashes = hash.mock.calls.map(([type, data]) => blocks(type, size_of(data)))
    jest.restoreAllMocks()
    return [...of_macs, ...of_hashes].reduce((sum, count) => sum + count, 0)
  }

  const block_bytes = (type: string) => (type === 'sha384' ? 128 : 64)
  const blocks = (type: string, size: number) =>
    Math.ceil((size + 1 + (type === 'sha384' ? 16 : 8)) / block_bytes(type))
  const size_of = (data: IoData) =>
    data instanceof Uint8Array ? data.length : data.reduce((sum, piece) => sum + piece.length, 0)

  test.each(hashes)('with %s is the same whatever its padding, right or wrong', hash => {
    const size = 28 * block_size
    const works = Array.from({ length: 256 }, (_, padding) => {
      const content = new Uint8Array(size - mac_size(hash) - padding - 1)
      const right = encrypted(padded(authenticated(hash, content), padding))
      const wrong = encrypted(new Uint8Array(size).fill(padding, size - 1))
      return [
        compressions(() => open(hash, right)),
        compressions(() => thrown_alert(() => open(hash, wrong))),
      ]
    }).flat()
    expect(new Set(works).size).toBe(1)
  })
})
