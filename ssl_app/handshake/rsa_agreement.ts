// The client makes up the secret, and encrypts it with the key of the server's certificate. RFC 5246 §7.4.7.1

import { rsa_private_decrypt_raw, rsa_public_encrypt, wipe } from '../../apps/crypto/crypto.ts'
import { is_zero, same, select } from '../record/constant_time.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Agreement } from './agreement.ts'

const premaster_size = 48
/** Below, it has no room beside the padding of PKCS#1 v1.5, of 11 bytes at least. */
const least_bits = 8 * (premaster_size + 11) - 7

export const rsa: Agreement = {
  answer({ environment, client_version, peer }) {
    const secret = environment.random_bytes(premaster_size)
    secret[0] = client_version! >> 8
    secret[1] = client_version!
    const { public_key } = peer!
    if (public_key.bits < least_bits) throw new Alert('insufficient_security', ['RSA key', public_key.bits])
    return { share: rsa_public_encrypt(public_key, secret), secret }
  },

  agree({ environment, client_version, own }, share) {
    const otherwise = environment.random_bytes(premaster_size)
    const decrypted = rsa_private_decrypt_raw(own!.key, share)
    const secret = decrypted ? premaster_in(decrypted, client_version!, otherwise) : otherwise
    if (decrypted) wipe(decrypted)
    return secret
  },
}

/**
 * What was encrypted, if all about it is right; else `otherwise`, so that the handshake fails at the end, like one with
 * another key. Which of the two it is no time tells, nor what was wrong (Bleichenbacher, ROBOT).
 *
 * @param padded - by PKCS#1 v1.5: 0, 2, bytes that are not 0, 0, and behind that the secret
 * @param client_version - what the ClientHello said: a secret that says less tells of a rollback
 */
export function premaster_in(padded: Uint8Array, client_version: number, otherwise: Uint8Array): Uint8Array {
  const start = padded.length - premaster_size
  if (start < 11) throw new Alert('internal_error', 'an RSA key too short for a premaster secret')
  let good = is_zero(padded[0]!) & same(padded[1]!, 2) & is_zero(padded[start - 1]!)
  for (let at = 2; at < start - 1; at++) good &= ~is_zero(padded[at]!)
  good &= same(padded[start]!, client_version >> 8) & same(padded[start + 1]!, client_version & 0xff)
  return otherwise.map((byte, index) => select(good, padded[start + index]!, byte))
}
