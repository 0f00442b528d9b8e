// Certificates and keys as people of Node give them, in PEM, as `ssl` takes them.

import { decrypt } from '../apps/public_key/pubkey_pbe.ts'
import { decode_pem, type PemEntry } from '../apps/public_key/pubkey_pem.ts'
import type { CertKeyConf, KeyOption } from './connection/certificate_options.ts'
import { refuse } from './node_refusals.ts'

/** PEM. */
export type Pem = string | Uint8Array

/** What of Node's options says who one is. */
export interface Identity {
  /** PEM: the own certificate, then those that issued it; or one such for each of several keys. */
  readonly cert?: Pem | readonly Pem[] | undefined
  /** PEM, one key each; `passphrase` is of that one. */
  readonly key?:
    | Pem
    | readonly (Pem | { readonly pem: Pem; readonly passphrase?: string | undefined })[]
    | undefined
  /** Of keys that are encrypted. */
  readonly passphrase?: string | undefined
}

const list = <One>(given: One | readonly One[] | undefined): readonly One[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as One]

/**
 * Who the options say one is.
 *
 * @throws TypeError for what is no PEM, for a wrong passphrase, and where there is not a key for each certificate
 */
export function own_identity(
  given: Identity,
): CertKeyConf & { readonly certs_keys?: readonly CertKeyConf[] } {
  const certs = list(given.cert).map(pem => ders('cert', pem))
  const keys = list(given.key).map(one => private_key(one, given.passphrase))
  if (certs.length !== keys.length)
    refuse('key', 'there must be a key for each cert, and a cert for each key')
  const pairs = certs.map((cert, index) => ({ cert, key: keys[index]! }))
  return pairs.length > 1 ? { certs_keys: pairs } : (pairs[0] ?? {})
}

/** The certificates in PEM texts, DER. @throws TypeError when there are none in one of them */
export const authorities = (given: Pem | readonly Pem[]): Uint8Array[] =>
  list(given).flatMap(pem => ders('ca', pem))

/** Parameters for Diffie-Hellman, DER. @throws TypeError */
export function dh_parameters(pem: Pem): Uint8Array {
  const found = entries('dhparam', pem).find(([type]) => type === 'DHParameter')
  return found?.[1] ?? refuse('dhparam', 'there are no DH PARAMETERS in it')
}

function ders(option: string, pem: Pem): Uint8Array[] {
  const found = entries(option, pem).filter(([type]) => type === 'Certificate')
  if (found.length === 0) refuse(option, 'there is no CERTIFICATE in it')
  return found.map(([, der]) => der)
}

type KeyType = KeyOption[0]
const key_types: readonly string[] = ['RSAPrivateKey', 'DSAPrivateKey', 'ECPrivateKey', 'PrivateKeyInfo']

function private_key(
  given: Pem | { readonly pem: Pem; readonly passphrase?: string | undefined },
  passphrase: string | undefined,
): KeyOption {
  const is_bare = typeof given === 'string' || given instanceof Uint8Array
  const { pem, passphrase: its_own = passphrase } = is_bare ? { pem: given } : given
  const [only, ...more] = entries('key', pem).filter(([type]) => key_types.includes(type as string))
  if (only === undefined || more.length > 0) refuse('key', 'there must be one private key in it')
  const [type, bytes, cipher] = only
  if (cipher === 'not_encrypted') return [type as KeyType, bytes]
  if (its_own === undefined) refuse('passphrase', 'the key is encrypted')
  try {
    return [type as KeyType, decrypt(bytes, cipher, its_own)]
  } catch {
    return refuse('passphrase', 'it is not that of the key')
  }
}

function entries(option: string, pem: unknown): PemEntry[] {
  if (typeof pem !== 'string' && !(pem instanceof Uint8Array)) return refuse(option, 'it must be PEM')
  try {
    return decode_pem(pem)
  } catch {
    return refuse(option, 'it must be PEM')
  }
}
