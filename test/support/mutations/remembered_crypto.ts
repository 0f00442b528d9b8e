// What costs most of a handshake is computed once: the same signature of the same bytes by the same key is the same.
// Cases differ in one message each, so that nearly all of them have nearly all of it in common.

import { node_provider } from '../../../apps/crypto/node_provider.ts'
import type { IoData, KeyPair, Provider } from '../../../apps/crypto/provider.ts'

const most_kept = 20_000

const numbers = new WeakMap<object, number>()
let numbered = 0

/** Makes the provider of this test file remember its results. They are copies: who asks may wipe them. */
export function remember_crypto(): void {
  const original: Provider = { ...node_provider }
  const remembering: Partial<Provider> = {
    sign: remembered(original.sign, (scheme, data, key) => [scheme.algorithm, scheme.digest, data, key]),
    verify: remembered(original.verify, (scheme, data, signature, key) => [
      scheme.algorithm,
      scheme.digest,
      data,
      signature,
      key.spki,
    ]),
    rsa_public_encrypt: remembered(original.rsa_public_encrypt, (key, data) => [key.spki, data]),
    rsa_private_decrypt_raw: remembered(original.rsa_private_decrypt_raw, (key, data) => [key, data]),
    generate_key: (curve, value) => (value ? keys(curve, value) : with_memory(original.generate_key(curve))),
    modular_power: (exponent, modulus) => {
      const [own, its] = [exponent.slice(), modulus.slice()]
      return base => powers(own, its, base)
    },
  }
  const keys = remembered(
    (curve: Parameters<Provider['generate_key']>[0], value: Uint8Array) =>
      with_memory(original.generate_key(curve, value)),
    (curve, value) => [curve, value],
  )
  const powers = remembered(
    (exponent: Uint8Array, modulus: Uint8Array, base: Uint8Array) =>
      original.modular_power(exponent, modulus)(base),
    (...given) => given,
  )
  Object.assign(node_provider, remembering)
}

/** A pair whose agreements are remembered. */
function with_memory(pair: KeyPair): KeyPair {
  const { curve } = pair.private_key
  const compute = remembered(
    (peer_public: Uint8Array) => pair.private_key.compute(peer_public),
    peer_public => [peer_public],
  )
  return { public_key: pair.public_key, private_key: { curve, compute } }
}

type Part = string | IoData | object

function remembered<Given extends unknown[], Result>(
  compute: (...given: Given) => Result,
  parts: (...given: Given) => readonly Part[],
): (...given: Given) => Result {
  const known = new Map<string, Result>()
  return (...given) => {
    const key = parts(...given)
      .map(text_of)
      .join('|')
    const found = known.get(key)
    if (found !== undefined) return copy(found)
    const result = compute(...given)
    if (known.size >= most_kept) known.clear()
    known.set(key, copy(result))
    return result
  }
}

const copy = <T>(value: T): T =>
  value instanceof Uint8Array ? (Uint8Array.from(value) as T & Uint8Array) : value

function text_of(part: Part): string {
  if (typeof part === 'string') return part
  if (part instanceof Uint8Array) return Buffer.from(part).toString('latin1')
  if (Array.isArray(part)) return part.map(text_of).join('')
  let number = numbers.get(part)
  if (number === undefined) {
    number = numbered++
    numbers.set(part, number)
  }
  return `#${number}`
}
