// The keys of the chains that tests make, and what is signed with them.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { read_subject_public_key_info } from '../../apps/public_key/otp_certificate.ts'
import { read_der } from '../../apps/public_key/pubkey_der.ts'
import {
  bit_string,
  null_value,
  object_identifier,
  sequence,
} from '../../apps/public_key/pubkey_der_writer.ts'
import { id_dsa } from '../../apps/public_key/pubkey_oids.ts'

/**
 * `dsa_inherited` is a DSA key whose certificate leaves its parameters to the issuer's: RFC 3279 §2.3.2. What is known
 * by a hash signs with that; `rsa_768` is too short for today.
 */
export type KeyKind =
  | 'secp256r1'
  | 'secp384r1'
  | 'rsa'
  | 'rsa_sha1'
  | 'rsa_md5'
  | 'rsa_768'
  | 'ed25519'
  | 'dsa'
  | 'dsa_inherited'

export interface MadeKey {
  readonly kind: KeyKind
  readonly private_key: KeyObject
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array
}

const keys = 'test/vectors/keys'
const rsa_key_count = 4
let rsa_keys_used = 0

/** A key that no other row has; but of RSA keys there are four in turn, and of DSA keys there is one. */
export function make_key(kind: KeyKind): MadeKey {
  const private_key = private_key_of(kind)
  const spki = new Uint8Array(createPublicKey(private_key).export({ format: 'der', type: 'spki' }))
  return { kind, private_key, spki: kind === 'dsa_inherited' ? without_parameters(spki) : spki }
}

export function sign_with({ kind, private_key }: MadeKey, message: Uint8Array): Uint8Array {
  return sign(algorithms[kind][1], message, private_key)
}

/** DER of the AlgorithmIdentifier of what {@link sign_with} gives. */
export function algorithm_of({ kind }: MadeKey): Uint8Array {
  return algorithms[kind][0]
}

/** RFC 5280 §4.2.1.2 (1) */
export function key_identifier({ spki }: MadeKey): Uint8Array {
  const { subjectPublicKey } = read_der(spki, read_subject_public_key_info)
  return new Uint8Array(createHash('sha1').update(subjectPublicKey).digest())
}

const ecdsa_sha256 = [sequence(object_identifier('1.2.840.10045.4.3.2')), 'sha256'] as const
const dsa_sha256 = [sequence(object_identifier('2.16.840.1.101.3.4.3.2')), 'sha256'] as const

const algorithms: Readonly<Record<KeyKind, readonly [Uint8Array, string | null]>> = {
  secp256r1: ecdsa_sha256,
  secp384r1: [sequence(object_identifier('1.2.840.10045.4.3.3')), 'sha384'],
  rsa: rsa_with(11, 'sha256'),
  rsa_sha1: rsa_with(5, 'sha1'),
  rsa_md5: rsa_with(4, 'md5'),
  rsa_768: rsa_with(11, 'sha256'),
  ed25519: [sequence(object_identifier('1.3.101.112')), null],
  dsa: dsa_sha256,
  dsa_inherited: dsa_sha256,
}

/** RFC 8017 §A.2.4 */
function rsa_with(number: number, digest: string) {
  return [sequence(object_identifier(`1.2.840.113549.1.1.${number}`), null_value()), digest] as const
}

function private_key_of(kind: KeyKind): KeyObject {
  switch (kind) {
    case 'rsa':
    case 'rsa_sha1':
    case 'rsa_md5':
      return read_key(`rsa_2048_${(rsa_keys_used++ % rsa_key_count) + 1}`)
    case 'rsa_768':
      return generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey
    case 'dsa':
    case 'dsa_inherited':
      return read_key('dsa_2048')
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey
    default:
      return generateKeyPairSync('ec', { namedCurve: kind === 'secp256r1' ? 'P-256' : 'P-384' }).privateKey
  }
}

function read_key(name: string): KeyObject {
  return createPrivateKey(readFileSync(`${keys}/${name}.pem`))
}

function without_parameters(spki: Uint8Array): Uint8Array {
  const { subjectPublicKey } = read_der(spki, read_subject_public_key_info)
  return sequence(sequence(object_identifier(id_dsa)), bit_string(subjectPublicKey))
}
