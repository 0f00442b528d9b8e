import { createHash, createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { mac_size, type RecordHash, record_mac } from '../../../ssl_app/record/record_mac.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { to_hex } from '../../support/hex.ts'

const place = { sequence: 2 ** 32 + 5, type: 23, version: 0x0302 }
const content = Buffer.from('what is authenticated')
const openssl_names = { md5: 'md5', sha: 'sha1', sha256: 'sha256', sha384: 'sha384' }
const hashes = Object.keys(openssl_names) as RecordHash[]
const key_of = (hash: RecordHash) => new Uint8Array(mac_size(hash)).fill(0x11)

/** Sequence number, type, version if there is one, length. */
const header = (version: readonly number[]) =>
  Buffer.from([0, 0, 0, 1, 0, 0, 0, 5, 23, ...version, 0, content.length])

with_each_provider(() => {
  test.each(hashes)('in TLS it is the HMAC with %s of all that describes the record', hash => {
    const key = key_of(hash)
    const expected = createHmac(openssl_names[hash], key)
      .update(header([3, 2]))
      .update(content)
      .digest()
    expect(to_hex(record_mac({ hash, ssl_v3: false, key }, place, content))).toBe(expected.toString('hex'))
  })

  test.each([
    ['md5', 48],
    ['sha', 40],
    ['sha256', 32],
    ['sha384', 48],
  ] as const)('in SSL 3.0 it is %s around itself, padded with %i bytes, without the version', (hash, pad) => {
    const key = key_of(hash)
    const nested = [0x36, 0x5c].reduce(
      (inner: Uint8Array, byte) => {
        const padding = Buffer.alloc(pad, byte)
        return createHash(openssl_names[hash]).update(key).update(padding).update(inner).digest()
      },
      Buffer.concat([header([]), content]),
    )
    expect(to_hex(record_mac({ hash, ssl_v3: true, key }, place, content))).toBe(to_hex(nested))
  })
})

test('a MAC is as long as its hash', () => {
  expect(hashes.map(mac_size)).toEqual([16, 20, 32, 48])
})
