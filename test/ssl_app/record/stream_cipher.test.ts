import { expect, test } from '@jest/globals'
import { cipher_init, cipher_update } from '../../../apps/crypto/crypto.ts'
import { bulk_algorithm, type StreamAlgorithm } from '../../../ssl_app/record/bulk_ciphers.ts'
import { record_mac } from '../../../ssl_app/record/record_mac.ts'
import { stream_init, stream_open, stream_seal } from '../../../ssl_app/record/stream_cipher.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { to_hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'

const place = (sequence: number) => ({ sequence, type: 23, version: 0x0303 })
const keys = {
  mac_key: new Uint8Array(16).fill(4),
  key: Uint8Array.from({ length: 16 }, (_, at) => at),
  iv: new Uint8Array(0),
}
const contents = [0, 1, 20, 300].map(size => new Uint8Array(size).fill(size))

with_each_provider(() => {
  test.each([false, true])('one key stream runs through all records, SSL 3.0: %s', ssl_v3 => {
    const mac = { hash: 'md5', ssl_v3, key: keys.mac_key } as const
    const algorithm = bulk_algorithm('rc4_128') as StreamAlgorithm
    const [writer, reader] = [stream_init(algorithm, mac, keys), stream_init(algorithm, mac, keys)]
    const stream = cipher_init('rc4', keys.key, new Uint8Array(0), 'encrypt')
    for (const [sequence, content] of contents.entries()) {
      const fragment = Buffer.concat(stream_seal(writer, place(sequence), content))
      const plain = Buffer.concat([content, record_mac(mac, place(sequence), content)])
      expect(to_hex(fragment)).toBe(to_hex(cipher_update(stream, plain)))
      expect([...stream_open(reader, place(sequence), fragment)]).toEqual([...content])
    }
  })

  test('a record is refused when it is shorter than its MAC, or not the one that was sent', () => {
    const mac = { hash: 'md5', ssl_v3: false, key: keys.mac_key } as const
    const algorithm = bulk_algorithm('rc4_128') as StreamAlgorithm
    const fragment = Buffer.concat(stream_seal(stream_init(algorithm, mac, keys), place(0), contents[2]!))
    const refusal = (bytes: Uint8Array) =>
      thrown_alert(() => stream_open(stream_init(algorithm, mac, keys), place(0), bytes))
    for (let size = 0; size < fragment.length; size++) {
      expect(refusal(fragment.subarray(0, size))).toBe('bad_record_mac')
    }
    for (let at = 0; at < fragment.length; at++) {
      expect(refusal(fragment.map((byte, index) => (index === at ? byte ^ 0x40 : byte)))).toBe(
        'bad_record_mac',
      )
    }
    expect(refusal(fragment)).toBe('none')
  })
})
