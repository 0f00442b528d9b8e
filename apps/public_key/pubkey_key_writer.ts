// Keys as DER, in each of the forms that files have: PKCS#1 (RFC 8017 appendix A.1), SEC 1 (RFC 5915), OpenSSL's own
// form of DSA keys, PKCS#8 (RFC 5958), SubjectPublicKeyInfo.

import { Exit } from '../../runtime/erlang/term.ts'
import type { DhGroup, KeyType, PrivateKey, PublicKey } from '../crypto/crypto.ts'
import { private_key_to_pkcs8, public_key_of } from '../crypto/crypto.ts'
import { read_subject_public_key_info } from './otp_certificate.ts'
import { context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { bit_string, element, integer, octet_string, sequence } from './pubkey_der_writer.ts'
import type { PrivateKeyType } from './pubkey_keys.ts'

const forms: Readonly<Record<PrivateKeyType, readonly KeyType[] | 'any'>> = {
  PrivateKeyInfo: 'any',
  RSAPrivateKey: ['rsa', 'rsa_pss'],
  DSAPrivateKey: ['dsa'],
  ECPrivateKey: ['ec'],
}

/**
 * The DER of a private key, unencrypted.
 *
 * @throws {@link Exit} `['badarg', …]` when keys of its type have no such form
 */
export function write_private_key(type: PrivateKeyType, key: PrivateKey): Uint8Array {
  const allowed = forms[type]
  if (allowed !== 'any' && !allowed.includes(key.type)) {
    throw new Exit(['badarg', `a key of type ${key.type} as ${type}`])
  }
  const pkcs8 = private_key_to_pkcs8(key)
  switch (type) {
    case 'PrivateKeyInfo':
      return pkcs8
    case 'RSAPrivateKey':
      return read_der(pkcs8, from => read_info(from).key)
    case 'ECPrivateKey':
      return write_ec_key(pkcs8, key)
    case 'DSAPrivateKey':
      return write_dsa_key(pkcs8, key)
  }
}

/**
 * The PKCS#1 form of a public key.
 *
 * @throws {@link Exit} `['badarg', …]` unless it is one of RSA
 */
export function write_rsa_public_key(key: PublicKey): Uint8Array {
  if (key.type !== 'rsa' && key.type !== 'rsa_pss') {
    throw new Exit(['badarg', `a key of type ${key.type} as RSAPublicKey`])
  }
  return value_of(key)
}

/** PKCS #3 §9 */
export function write_dh_params({ p, g, privateValueLength }: DhGroup): Uint8Array {
  const length = privateValueLength === undefined ? [] : [integer(privateValueLength)]
  return sequence(natural(p), natural(g), ...length)
}

interface Info {
  /** What comes after the object identifier of the algorithm. */
  readonly parameters: Uint8Array | undefined
  readonly key: Uint8Array
}

function read_info(from: DerReader): Info {
  return from.enter(universal.sequence, info => {
    info.small_integer()
    const parameters = info.enter(universal.sequence, inside => {
      inside.object_identifier()
      return inside.at_end ? undefined : inside.element().der
    })
    const key = info.octet_string()
    info.until_end(rest => rest.element())
    return { parameters, key }
  })
}

/** With the curve, which PKCS#8 has elsewhere, and the public key: RFC 5915 §3. */
function write_ec_key(pkcs8: Uint8Array, key: PrivateKey): Uint8Array {
  const { parameters, key: inside } = read_der(pkcs8, read_info)
  const scalar = read_der(inside, from =>
    from.enter(universal.sequence, fields => {
      fields.small_integer()
      const value = fields.octet_string()
      fields.until_end(rest => rest.element())
      return value
    }),
  )
  return sequence(
    integer(1),
    octet_string(scalar),
    element(context_constructed(0), parameters ?? new Uint8Array()),
    element(context_constructed(1), bit_string(value_of(public_key_of(key)))),
  )
}

function write_dsa_key(pkcs8: Uint8Array, key: PrivateKey): Uint8Array {
  const { parameters, key: x } = read_der(pkcs8, read_info)
  const numbers = read_der(parameters ?? new Uint8Array(), from =>
    from.list(universal.sequence, number => element(universal.integer, number.integer_bytes())),
  )
  return sequence(integer(0), ...numbers, value_of(public_key_of(key)), x)
}

function value_of({ spki }: PublicKey): Uint8Array {
  return read_der(spki, read_subject_public_key_info).subjectPublicKey
}

function natural(number: Uint8Array): Uint8Array {
  const first = number.findIndex(byte => byte !== 0)
  const digits = first < 0 ? Uint8Array.of(0) : number.subarray(first)
  return element(universal.integer, ...(digits[0]! < 0x80 ? [] : [Uint8Array.of(0)]), digits)
}
