// Diffie-Hellman modulo a prime (PKCS #3, RFC 2631), and the groups for it that have a name.

import { Exit } from '../../runtime/erlang/term.ts'
import { bit_length, bytes_of, number_of } from './big_numbers.ts'
import { provider } from './current_provider.ts'
import { modp_prime } from './modp_primes.ts'
import type { ModularPower } from './provider.ts'

/** Numbers are big endian. OTP: `crypto:dh_params()`, and `#'DHParameter'{}` of public_key. */
export interface DhGroup {
  /** The prime. */
  readonly p: Uint8Array
  /** The generator. */
  readonly g: Uint8Array
  /** In bits, where whoever made the group says how long private values shall be. PKCS #3 §8 */
  readonly privateValueLength?: number
}

/** The private half of a key pair. It never leaves the provider. */
export interface DhKey {
  readonly group: DhGroup
  /** The shared secret, as `dh_compute_key` of crypto gives it. */
  compute(peer_public: Uint8Array): Uint8Array | undefined
}

/** Keys for one agreement. OTP: what `crypto:generate_key/2` gives. */
export interface DhKeyPair {
  /** As long as the prime. */
  readonly public_key: Uint8Array
  readonly private_key: DhKey
}

/** Named as OpenSSL names them, by the size of their prime in bits. RFC 2409 §6.2, RFC 3526 §2–7 */
export type DhGroupName = keyof typeof private_bits

/**
 * How long private values have to be, at twice the strength of the group: RFC 3526 §8, by the formula of
 * NIST SP 800-56B. In these groups, whose order has no small factors, longer ones bring nothing.
 */
const private_bits = {
  modp1024: 160,
  modp1536: 192,
  modp2048: 225,
  modp3072: 275,
  modp4096: 325,
  modp6144: 375,
  modp8192: 400,
} as const

const names = Object.keys(private_bits) as DhGroupName[]

// OpenSSL has the same lower limit. Beyond the upper one, a group costs a peer nothing and us seconds.
const min_bits = 512
const max_bits = 8192
const min_private_bits = 160
// A generator of a small subgroup leads to 1 now and then, which is no public value.
const most_attempts = 10

const groups = new Map<DhGroupName, DhGroup>()

/** A group by its name, such as `'modp2048'`: RFC 3526 §3, group 14. The generator is 2. */
export function dh_group(name: DhGroupName): DhGroup {
  const kept = groups.get(name)
  if (kept) return kept
  const group = { p: modp_prime(Number(name.slice('modp'.length))), g: Uint8Array.of(2) }
  groups.set(name, group)
  return group
}

/** The size of the prime, in bits: what a group is named after in RFC 3526. */
export function dh_group_bits(group: DhGroup): number {
  return bit_length(group.p)
}

/**
 * Whether keys can be made in a group: the prime is odd and has 512 to 8192 bits, and the generator is neither
 * trivial nor above it (NIST SP 800-56A §5.6.2.3.1, RFC 2631 §2.1.5). That it is a prime is not looked at, which would
 * take longer than all the rest; nor is it asked whether the group is large enough to be secure.
 */
export function is_dh_group(group: DhGroup): boolean {
  const bits = dh_group_bits(group)
  if (bits < min_bits || bits > max_bits || (group.p.at(-1)! & 1) === 0) return false
  return is_dh_public(group, group.g)
}

/**
 * A fresh key pair.
 *
 * @param private_value - makes the pair that has this private value, big endian
 * @returns undefined when the group is none that keys can be made in, see PKCS #3: its prime is even, shorter than 512 or
 *   longer than 8192 bits, or its generator is not from 2 to p - 2 or leads to 1
 * @see OTP: `crypto:generate_key/2`, `crypto:generate_key/3` with `dh`
 */
export function dh_generate_key(group: DhGroup, private_value?: Uint8Array): DhKeyPair | undefined {
  if (!is_dh_group(group)) return undefined
  if (private_value) return key_pair(group, private_value)
  for (let attempt = 0; attempt < most_attempts; attempt++) {
    const value = random_private_value(exponent_bits(group))
    const pair = key_pair(group, value)
    value.fill(0)
    if (pair) return pair
  }
  return undefined
}

/**
 * The secret shared with the owner of `peer_public`.
 *
 * @param peer_public - big endian, of any length
 * @returns as many bytes as the prime has, with leading zeros (which TLS before 1.3 takes off: RFC 5246 §8.1.2); or
 *   undefined when `peer_public` is not from 2 to p - 2, or the secret is one that everybody knows
 * @throws {@link Exit} `['badarg', …]` when `private_key` is of another group
 * @see OTP: `crypto:compute_key/4` with `dh`
 */
export function dh_compute_key(
  group: DhGroup,
  peer_public: Uint8Array,
  private_key: DhKey,
): Uint8Array | undefined {
  if (number_of(private_key.group.p) !== number_of(group.p))
    throw new Exit(['badarg', 'a key of another group'])
  return private_key.compute(peer_public)
}

/** From 2 to p - 2: neither 0 nor the members of the subgroups of order 1 and 2. NIST SP 800-56A §5.6.2.3.1 */
function is_dh_public({ p }: DhGroup, value: Uint8Array): boolean {
  const number = number_of(value)
  return number >= 2n && number <= number_of(p) - 2n
}

function key_pair(group: DhGroup, private_value: Uint8Array): DhKeyPair | undefined {
  const raise: ModularPower = provider.modular_power(private_value, bytes_of(number_of(group.p)))
  const public_key = raise(group.g)
  if (!public_key) return undefined
  const compute = (peer_public: Uint8Array) =>
    is_dh_public(group, peer_public) ? raise(peer_public) : undefined
  return { public_key, private_key: { group, compute } }
}

function exponent_bits(group: DhGroup): number {
  const longest = dh_group_bits(group) - 1
  const asked = group.privateValueLength ?? known_private_bits(group) ?? longest
  return Math.min(Math.max(asked, min_private_bits), longest)
}

function known_private_bits({ p }: DhGroup): number | undefined {
  const prime = number_of(p)
  const name = names.find(name => prime === number_of(dh_group(name).p))
  return name && private_bits[name]
}

/** Of exactly that many bits, as PKCS #3 §7.1 has it. */
function random_private_value(bits: number): Uint8Array {
  const value = provider.strong_rand_bytes(Math.ceil(bits / 8))
  const top = 1 << ((bits - 1) % 8)
  value[0] = (value[0]! & (top - 1)) | top
  return value
}
