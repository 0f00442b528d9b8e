// Diffie-Hellman parameters from their DER: PKCS #3 §9.

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { DhGroup } from '../crypto/crypto.ts'
import { type DerReader, read_der, universal } from './pubkey_der.ts'

/**
 * The group that a DHParameter holds, its numbers without leading zeros. Whether keys can be made in it is for
 * `is_dh_group` of crypto to say.
 *
 * @throws {@link DecodeError} also for negative numbers
 * @see OTP: `public_key:der_decode/2` with `'DHParameter'`; PKCS #3 §9
 */
export function decode_dh_params(der: Uint8Array): DhGroup {
  return read_der(der, from => from.enter(universal.sequence, read_parameters))
}

function read_parameters(from: DerReader): DhGroup {
  const p = natural(from)
  const g = natural(from)
  return from.at_end ? { p, g } : { p, g, privateValueLength: from.small_integer() }
}

function natural(from: DerReader): Uint8Array {
  const bytes = from.integer_bytes()
  if (bytes[0]! >= 0x80) throw new DecodeError('a negative number')
  return bytes[0] === 0 ? bytes.slice(1) : bytes.slice()
}
