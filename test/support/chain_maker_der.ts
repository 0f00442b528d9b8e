// What certificates and revocation lists that tests make have in common: times, long numbers, the signature.

import { universal } from '../../apps/public_key/pubkey_der.ts'
import { bit_string, element, sequence } from '../../apps/public_key/pubkey_der_writer.ts'
import { algorithm_of, type MadeKey, sign_with } from './chain_maker_keys.ts'
import { utf8 } from './chain_maker_names.ts'

/** A UTCTime of 13 characters, or a GeneralizedTime of 15. */
export function time(text: string): Uint8Array {
  return element(text.length === 13 ? universal.utc_time : universal.generalized_time, utf8(text))
}

/** An INTEGER of any size and sign, X.690 §8.3. */
export function big_integer(value: bigint): Uint8Array {
  const octets: number[] = []
  let rest = value
  do {
    octets.unshift(Number(rest & 0xffn))
    rest >>= 8n
  } while (rest !== (octets[0]! >= 0x80 ? -1n : 0n))
  return element(universal.integer, Uint8Array.from(octets))
}

/** What is to be signed, the algorithm, the signature. */
export function signed(
  tbs: (algorithm: Uint8Array) => Uint8Array,
  key: MadeKey,
  damaged: boolean,
): Uint8Array {
  const algorithm = algorithm_of(key)
  const content = tbs(algorithm)
  const signature = Uint8Array.from(sign_with(key, content))
  if (damaged) signature[signature.length - 1]! ^= 1
  return sequence(content, algorithm, bit_string(signature))
}
