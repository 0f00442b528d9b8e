import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { cipher_init, cipher_update, type IoData } from '../../../apps/crypto/crypto.ts'
import { node_provider } from '../../../apps/crypto/node_provider.ts'
import type { RecordPlace } from '../../../ssl_app/record/additional_data.ts'
import { bulk_algorithm, type CbcAlgorithm } from '../../../ssl_app/record/bulk_ciphers.ts'
import { type CbcParameters, cbc_init, cbc_open, cbc_seal } from '../../../ssl_app/record/cbc_cipher.ts'
import { mac_size, type RecordHash, record_mac } from '../../../ssl_app/record/record_mac.ts'
import type { WriteKeys } from '../../../ssl_app/record/tls_v1.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { counting_random } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const place: RecordPlace = { sequence: 3, type: 23, version: 0x0303 }

/** How records are made: TLS 1.1 and after, TLS 1.0, SSL 3.0; with large blocks and with small ones. */
interface Kind {
  readonly name: string
  readonly cipher: 'aes_128_cbc' | '3des_ede_cbc'
  readonly hash: RecordHash
  readonly more: Partial<CbcParameters>
  readonly ssl_v3?: true
}

const hashes: readonly RecordHash[] = ['md5', 'sha', 'sha256', 'sha384']
const ciphers = ['aes_128_cbc', '3des_ede_cbc'] as const
const kinds = hashes.flatMap(hash =>
  ciphers.map(cipher => ({ name: `${cipher} with ${hash}`, hash, cipher })),
)
const tls: readonly Kind[] = kinds.map(kind => ({ ...kind, more: {} }))
const unchecked: readonly Kind[] = kinds
  .filter(({ hash }) => hash === 'sha')
  .map(kind => ({ ...kind, more: { padding: 'any', explicit_iv: false } }))
const ssl_v3: readonly Kind[] = kinds.map(kind => ({
  ...kind,
  more: { padding: 'below_a_block', explicit_iv: false },
  ssl_v3: true,
}))
const mac_last: readonly Kind[] = [false, true].flatMap(explicit_iv =>
  kinds
    .filter(({ hash }) => hash === 'sha' || hash === 'sha384')
    .map(({ name, ...kind }) => ({
      ...kind,
      name: `${name}, ${explicit_iv ? 'an IV each' : 'chained'}`,
      more: { encrypt_then_mac: true, explicit_iv },
    })),
)

/** Every value of a byte; fewer for small blocks, which differ in nothing else and take their time. */
const bytes_for = ({ cipher }: Kind): readonly number[] =>
  Array.from({ length: 256 }, (_, value) => value).filter(
    value => cipher === 'aes_128_cbc' || value < 20 || value % 50 < 2 || value > 253,
  )

const block_of = ({ cipher }: Kind) => (cipher === 'aes_128_cbc' ? 16 : 8)
const iv_of = (kind: Kind) => new Uint8Array(block_of(kind)).fill(9)

function keys_of(kind: Kind): WriteKeys {
  const key = Uint8Array.from({ length: kind.cipher === 'aes_128_cbc' ? 16 : 24 }, (_, at) => at * 11)
  return { mac_key: new Uint8Array(mac_size(kind.hash)).fill(1), key, iv: iv_of(kind) }
}

function parameters(kind: Kind): CbcParameters {
  return {
    algorithm: bulk_algorithm(kind.cipher) as CbcAlgorithm,
    mac: { hash: kind.hash, ssl_v3: kind.ssl_v3 === true, key: keys_of(kind).mac_key },
    encrypt_then_mac: false,
    padding: 'counted',
    explicit_iv: true,
    random: counting_random(),
    ...kind.more,
  }
}

/** What a peer sends that encrypts just this, after its IV if it has one. */
function encrypted(kind: Kind, plain: Uint8Array): Uint8Array {
  const { algorithm, explicit_iv } = parameters(kind)
  const state = cipher_init(algorithm.cipher, keys_of(kind).key, iv_of(kind), 'encrypt')
  const blocks = cipher_update(state, plain)
  return explicit_iv ? Buffer.concat([iv_of(kind), blocks]) : blocks
}

/** Bytes and their MAC. */
function authenticated(kind: Kind, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, record_mac(parameters(kind).mac, place, bytes)])
}

/** Padded with `padding` bytes and one that counts them, each of that value. */
function padded(bytes: Uint8Array, padding: number): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(padding + 1).fill(padding)])
}

const open = (kind: Kind, fragment: Uint8Array) =>
  cbc_open(cbc_init(parameters(kind), keys_of(kind), 'decrypt'), place, fragment)

/** A content that fills whole blocks together with its MAC and so much padding. */
function content_for(kind: Kind, padding: number): Uint8Array {
  const block = block_of(kind)
  return new Uint8Array(block - ((mac_size(kind.hash) + padding + 1) % block)).fill(0x55)
}

/** A good plaintext with so much padding. */
const plain_with = (kind: Kind, padding: number) =>
  padded(authenticated(kind, content_for(kind, padding)), padding)

with_each_provider(() => {
  describe.each([...tls, ...unchecked])('a TLS record under $name', kind => {
    test('may have any padding from 0 to 255 bytes', () => {
      for (const padding of bytes_for(kind)) {
        const content = content_for(kind, padding)
        const fragment = encrypted(kind, padded(authenticated(kind, content), padding))
        expect([...open(kind, fragment)]).toEqual([...content])
      }
    })

    test('may be nothing but MAC and padding', () => {
      const padding = block_of(kind) - 1 - (mac_size(kind.hash) % block_of(kind))
      const plain = padded(authenticated(kind, new Uint8Array(0)), padding)
      expect(open(kind, encrypted(kind, plain))).toHaveLength(0)
    })

    test('is refused when its padding leaves no room for the MAC', () => {
      for (const size of [64, 80, 256]) {
        const plain = new Uint8Array(size).fill(size - 1)
        expect(thrown_alert(() => open(kind, encrypted(kind, plain)))).toBe('bad_record_mac')
      }
    })

    test('is refused for any other value of its last byte', () => {
      const plain = plain_with(kind, 40)
      for (const value of bytes_for(kind)) {
        if (value === 40) continue
        const wrong = Uint8Array.from(plain)
        wrong[wrong.length - 1] = value
        expect(thrown_alert(() => open(kind, encrypted(kind, wrong)))).toBe('bad_record_mac')
      }
    })
  })

  test.each(tls)('a TLS record under $name is refused for each wrong byte of its padding', kind => {
    const plain = plain_with(kind, 40)
    for (let back = 2; back <= 41; back++) {
      const wrong = Uint8Array.from(plain)
      wrong[wrong.length - back]! ^= 0x80
      expect(thrown_alert(() => open(kind, encrypted(kind, wrong)))).toBe('bad_record_mac')
    }
  })

  test.each(unchecked)('without padding_check a TLS 1.0 record under $name may have any padding', kind => {
    const plain = Uint8Array.from(plain_with(kind, 40))
    plain.fill(0xee, plain.length - 41, plain.length - 1)
    expect([...open(kind, encrypted(kind, plain))]).toEqual([...content_for(kind, 40)])
  })

  describe.each(ssl_v3)('an SSL 3.0 record under $name', kind => {
    const block = block_of(kind)

    test('may have any padding that is less than a block', () => {
      for (let padding = 0; padding < block; padding++) {
        const plain = Uint8Array.from(plain_with(kind, padding))
        plain.fill(0xee, plain.length - padding - 1, plain.length - 1)
        expect([...open(kind, encrypted(kind, plain))]).toEqual([...content_for(kind, padding)])
      }
    })

    test('is refused when its padding is a block or more, its MAC right or not', () => {
      for (const padding of [block, block + 1, 2 * block - 1, 255]) {
        expect(thrown_alert(() => open(kind, encrypted(kind, plain_with(kind, padding))))).toBe(
          'bad_record_mac',
        )
      }
    })
  })

  test.each([...tls, ...ssl_v3])(
    'a record under $name, $more is refused for each wrong byte of its MAC',
    kind => {
      const content = content_for(kind, 3)
      const plain = plain_with(kind, 3)
      for (let at = content.length; at < content.length + mac_size(kind.hash); at++) {
        const wrong = Uint8Array.from(plain)
        wrong[at]! ^= 1
        expect(thrown_alert(() => open(kind, encrypted(kind, wrong)))).toBe('bad_record_mac')
      }
    },
  )

  describe.each(mac_last)('a record whose MAC is last, under $name', kind => {
    const block = block_of(kind)

    test('comes back as it was sealed, and its MAC covers IV and ciphertext', () => {
      for (const size of [0, 1, block - 1, block, 100]) {
        const content = new Uint8Array(size).fill(7)
        const state = cbc_init(parameters(kind), keys_of(kind), 'encrypt')
        const fragment = Buffer.concat(cbc_seal(state, place, content))
        const end = fragment.length - mac_size(kind.hash)
        expect(end).toBe((kind.more.explicit_iv ? block : 0) + size + block - (size % block))
        expect(fragment).toEqual(authenticated(kind, fragment.subarray(0, end)))
        expect([...open(kind, fragment)]).toEqual([...content])
      }
    })

    test('may have any padding from 0 to 255 bytes', () => {
      for (const padding of bytes_for(kind)) {
        const content = new Uint8Array(block - ((padding + 1) % block)).fill(0x55)
        const fragment = authenticated(kind, encrypted(kind, padded(content, padding)))
        expect([...open(kind, fragment)]).toEqual([...content])
      }
    })

    test('is refused for each wrong byte', () => {
      const fragment = authenticated(kind, encrypted(kind, padded(new Uint8Array(block).fill(1), block - 1)))
      for (let at = 0; at < fragment.length; at++) {
        const wrong = Uint8Array.from(fragment)
        wrong[at]! ^= 1
        expect(thrown_alert(() => open(kind, wrong))).toBe('bad_record_mac')
      }
    })

    test('is refused for wrong padding under a right MAC', () => {
      const plains = [new Uint8Array(block).fill(block), new Uint8Array(2 * block).fill(block)]
      plains[1]![block] = 0
      plains[1]![2 * block - 1] = block - 1
      for (const plain of plains) {
        const fragment = authenticated(kind, encrypted(kind, plain))
        expect(thrown_alert(() => open(kind, fragment))).toBe('bad_record_mac')
      }
    })

    test('is refused without a block, or with part of one', () => {
      const start = kind.more.explicit_iv ? block : 0
      for (const size of [0, 1, start, start + 1, start + block - 1, start + block + 1]) {
        if (size === start + block) continue
        const fragment = authenticated(kind, new Uint8Array(size))
        expect(thrown_alert(() => open(kind, fragment))).toBe('bad_record_mac')
      }
    })
  })
})

describe('the work done for a record', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  /** Counts what is compressed from now on, inner hash of the MAC and all: how many blocks by each `run`. */
  function counter(): (run: () => unknown) => number {
    const hmac = jest.spyOn(node_provider, 'hmac')
    const hash = jest.spyOn(node_provider, 'hash')
    return run => {
      hmac.mockClear()
      hash.mockClear()
      run()
      const of_macs = hmac.mock.calls.map(([type, , data]) => blocks(type, block_bytes(type) + size_of(data)))
      const of_hashes = hash.mock.calls.map(([type, data]) => blocks(type, size_of(data)))
      return [...of_macs, ...of_hashes].reduce((sum, count) => sum + count, 0)
    }
  }

  const block_bytes = (type: string) => (type === 'sha384' ? 128 : 64)
  const blocks = (type: string, size: number) =>
    Math.ceil((size + 1 + (type === 'sha384' ? 16 : 8)) / block_bytes(type))
  const size_of = (data: IoData) =>
    data instanceof Uint8Array ? data.length : data.reduce((sum, piece) => sum + piece.length, 0)

  /** Records of one size, with each padding, right and wrong. */
  function works(kind: Kind, size: number): number[] {
    const compressions = counter()
    return Array.from({ length: 256 }, (_, padding) => {
      const content = new Uint8Array(size - mac_size(kind.hash) - padding - 1)
      const right = encrypted(kind, padded(authenticated(kind, content), padding))
      const wrong = encrypted(kind, new Uint8Array(size).fill(padding, size - 1))
      return [right, wrong].map(fragment => compressions(() => thrown_alert(() => open(kind, fragment))))
    }).flat()
  }

  test.each([...tls, ...ssl_v3])('under $name, $more is the same whatever its padding', kind => {
    for (const size of [320, 352, 400]) {
      expect(new Set(works(kind, size)).size).toBe(1)
    }
  })
})
