// SRP-6a, the password authenticated key exchange of RFC 2945 and RFC 5054, with SHA-1 as TLS has it. Numbers travel
// without leading zeros (RFC 5054 §2.1).

import { Exit } from '../../runtime/erlang/term.ts'
import { bytes_of, modulo, number_of, without_leading_zeros } from './big_numbers.ts'
import { provider } from './current_provider.ts'
import type { DhGroup } from './dh.ts'
import { type SrpGroupName, srp_groups } from './srp_groups.ts'

/** One side's half of an exchange. What is secret in it cannot be printed, logged or sent by accident. */
export interface SrpKey {
  /** What the peer is sent, big endian: A of a client, B of a server. */
  readonly public_key: Uint8Array
}

interface ClientSecrets {
  readonly role: 'client'
  readonly private_value: Uint8Array
}

interface ServerSecrets {
  readonly role: 'server'
  readonly private_value: Uint8Array
  readonly verifier: bigint
}

type Secrets = ClientSecrets | ServerSecrets

// RFC 5054 §2.5.3 and §2.5.4 ask for 32 bytes at least.
const private_size = 48

const secrets_of = new WeakMap<SrpKey, Secrets>()

/**
 * What a password comes to, x of RFC 5054 §2.4: SHA-1 of the salt and of the SHA-1 of `user:password`. A server
 * keeps it, or the verifier g^x, instead of the password.
 *
 * @param user - as it is on the wire, UTF-8
 * @returns 20 bytes
 * @see OTP: the `DerivedKey` of the option `user_lookup_fun` of ssl
 */
export function srp_user_key(salt: Uint8Array, user: Uint8Array, password: Uint8Array): Uint8Array {
  const inner = provider.hash('sha', [user, Uint8Array.of(0x3a), password])
  return provider.hash('sha', [salt, inner])
}

/**
 * A client's fresh key, for one exchange.
 *
 * @param private_value - makes the key that has this private value, big endian
 * @see OTP: `crypto:generate_key/2` with `srp` and `user`; RFC 5054 §2.5.4
 */
export function srp_client_key(name: SrpGroupName, private_value?: Uint8Array): SrpKey {
  const group = srp_groups[name]
  const value = private_value ? new Uint8Array(private_value) : provider.strong_rand_bytes(private_size)
  return new_key(power_of(number_of(group.g), value, group), { role: 'client', private_value: value })
}

/**
 * A server's fresh key, for one exchange.
 *
 * @param derived_key - x, what {@link srp_user_key} makes of the user's password
 * @param private_value - makes the key that has this private value, big endian
 * @see OTP: `crypto:generate_key/2` with `srp` and `host`; RFC 5054 §2.5.3
 */
export function srp_server_key(
  name: SrpGroupName,
  derived_key: Uint8Array,
  private_value?: Uint8Array,
): SrpKey {
  const group = srp_groups[name]
  const value = private_value ? new Uint8Array(private_value) : provider.strong_rand_bytes(private_size)
  const verifier = verifier_of(group, derived_key)
  const power = power_of(number_of(group.g), value, group)
  const public_number = (multiplier(group) * verifier + power) % number_of(group.p)
  return new_key(public_number, { role: 'server', private_value: value, verifier })
}

/**
 * The premaster secret, on the client's side. It is the server's only if that knows the verifier. The key is used up.
 *
 * @param server_public - B, big endian
 * @param user_key - x, what {@link srp_user_key} makes of the password
 * @returns undefined when B is 0 or not below N, or the secret is one that everybody knows
 * @throws {@link Exit} `['badarg', …]` when `key` is not a client's, or was used
 * @see OTP: `crypto:compute_key/4` with `srp` and `user`; RFC 5054 §2.6
 */
export function srp_client_premaster(
  name: SrpGroupName,
  key: SrpKey,
  server_public: Uint8Array,
  user_key: Uint8Array,
): Uint8Array | undefined {
  const { private_value } = take_secrets(key, 'client')
  const group = srp_groups[name]
  const modulus = number_of(group.p)
  const peer = number_of(server_public)
  const u = scrambler(group, key.public_key, server_public)
  const base = modulo(peer - multiplier(group) * verifier_of(group, user_key), modulus)
  const exponent = bytes_of(number_of(private_value) + u * number_of(user_key))
  const usable = is_public(peer, modulus) && u !== 0n
  const premaster = usable ? raise(base, exponent, group) : undefined
  private_value.fill(0)
  exponent.fill(0)
  return premaster
}

/**
 * The premaster secret, on the server's side. It is the client's only if that knows the password. The key is used up.
 *
 * @param client_public - A, big endian
 * @returns undefined when A is 0 or not below N, or the secret is one that everybody knows
 * @throws {@link Exit} `['badarg', …]` when `key` is not a server's, or was used
 * @see OTP: `crypto:compute_key/4` with `srp` and `host`; RFC 5054 §2.6
 */
export function srp_server_premaster(
  name: SrpGroupName,
  key: SrpKey,
  client_public: Uint8Array,
): Uint8Array | undefined {
  const { private_value, verifier } = take_secrets(key, 'server')
  const group = srp_groups[name]
  const modulus = number_of(group.p)
  const peer = number_of(client_public)
  const u = scrambler(group, client_public, key.public_key)
  const base = (peer * power_of(verifier, bytes_of(u), group)) % modulus
  const usable = is_public(peer, modulus) && u !== 0n
  const premaster = usable ? raise(base, private_value, group) : undefined
  private_value.fill(0)
  return premaster
}

// ---- The numbers of RFC 5054 §2.5 and §2.6

/** k, which keeps a server from trying two passwords at once. */
function multiplier({ p, g }: DhGroup): bigint {
  return number_of(provider.hash('sha', [p, padded(g, p.length)]))
}

/** u, which binds the secret to both public keys. */
function scrambler({ p }: DhGroup, client_public: Uint8Array, server_public: Uint8Array): bigint {
  const size = p.length
  return number_of(provider.hash('sha', [padded(client_public, size), padded(server_public, size)]))
}

function verifier_of(group: DhGroup, user_key: Uint8Array): bigint {
  return power_of(number_of(group.g), user_key, group)
}

// The providers give no result that everybody knows. With these groups that is 1: of an exponent that is zero.
function power_of(base: bigint, exponent: Uint8Array, group: DhGroup): bigint {
  const result = provider.modular_power(exponent, group.p)(bytes_of(base))
  return result ? number_of(result) : 1n
}

function raise(base: bigint, exponent: Uint8Array, group: DhGroup): Uint8Array | undefined {
  const result = provider.modular_power(exponent, group.p)(bytes_of(base))
  return result && without_leading_zeros(result)
}

function is_public(number: bigint, modulus: bigint): boolean {
  return number > 0n && number < modulus
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length >= size) return bytes
  const result = new Uint8Array(size)
  result.set(bytes, size - bytes.length)
  return result
}

// ---- Keys

function new_key(public_number: bigint, secrets: Secrets): SrpKey {
  const key = Object.freeze({ public_key: bytes_of(public_number) })
  secrets_of.set(key, secrets)
  return key
}

function take_secrets<Role extends Secrets['role']>(
  key: SrpKey,
  role: Role,
): Extract<Secrets, { readonly role: Role }> {
  const secrets = secrets_of.get(key)
  if (secrets?.role !== role) throw new Exit(['badarg', `not a fresh SRP key of a ${role}`])
  secrets_of.delete(key)
  return secrets as Extract<Secrets, { readonly role: Role }>
}
