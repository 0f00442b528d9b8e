// The RC4 stream cipher, which OpenSSL 3 has no more. TLS uses it only where an old peer knows nothing else.

import type { CipherState } from './provider.ts'

/**
 * RC4 keyed with 1 to 256 bytes. Encryption and decryption are the same.
 *
 * @see RFC 6229 (test vectors)
 */
export function rc4_init(key: Uint8Array): CipherState {
  const box = schedule(key)
  let i = 0
  let j = 0

  return {
    block_size: 1,
    update(data) {
      const result = new Uint8Array(data.length)
      for (let index = 0; index < data.length; index++) {
        i = (i + 1) & 0xff
        const moved = box[i]!
        j = (j + moved) & 0xff
        box[i] = box[j]!
        box[j] = moved
        result[index] = data[index]! ^ box[(box[i]! + moved) & 0xff]!
      }
      return result
    },
  }
}

function schedule(key: Uint8Array): Uint8Array {
  const box = Uint8Array.from({ length: 256 }, (_, index) => index)
  let j = 0
  for (let i = 0; i < 256; i++) {
    const moved = box[i]!
    j = (j + moved + key[i % key.length]!) & 0xff
    box[i] = box[j]!
    box[j] = moved
  }
  return box
}
