// PEM files and DER, in both directions. Part of the module public_key.

import { DecodeError } from '../../runtime/binary/reader.ts'
import type { DhGroup, PrivateKey, PublicKey } from '../crypto/crypto.ts'
import { decode_certificate, type OTPCertificate } from './otp_certificate.ts'
import { type CertificateToEncode, write_certificate } from './pubkey_certificate_writer.ts'
import { type CertificateList, decode_whole_crl } from './pubkey_crl.ts'
import { decode_dh_params } from './pubkey_dh.ts'
import { write_dh_params, write_private_key, write_rsa_public_key } from './pubkey_key_writer.ts'
import * as keys from './pubkey_keys.ts'
import { decrypt, encrypt } from './pubkey_pbe.ts'
import { type CipherInfo, decode_pem, encode_pem, type PemEntry, type PkiType } from './pubkey_pem.ts'
import {
  type CertificationRequest,
  type ContentInfo,
  decode_content_info,
  decode_ecpk_parameters,
  decode_request,
  type EcpkParameters,
  write_content_info,
  write_ecpk_parameters,
  write_request,
} from './pubkey_requests.ts'

/** What comes out of the DER of each type. */
export interface Decoded {
  readonly Certificate: OTPCertificate
  readonly CertificationRequest: CertificationRequest
  readonly CertificateList: CertificateList
  readonly RSAPrivateKey: PrivateKey
  readonly DSAPrivateKey: PrivateKey
  readonly ECPrivateKey: PrivateKey
  readonly PrivateKeyInfo: PrivateKey
  readonly SubjectPublicKeyInfo: PublicKey
  readonly RSAPublicKey: PublicKey
  readonly DHParameter: DhGroup
  readonly EcpkParameters: EcpkParameters
  readonly ContentInfo: ContentInfo
}

/** What {@link der_encode} takes: what came out of the DER, and certificates that were put together. */
export type ToEncode<Type extends PkiType> = Type extends 'Certificate' ? CertificateToEncode : Decoded[Type]

/**
 * The entries of a PEM file, in order; what is encrypted stays so.
 *
 * @throws `DecodeError` when an entry does not end, or is not Base64
 * @see OTP: `public_key:pem_decode/1`
 */
export function pem_decode(pem: string | Uint8Array): PemEntry[] {
  return decode_pem(pem)
}

/**
 * A PEM file.
 *
 * @see OTP: `public_key:pem_encode/1`
 */
export function pem_encode(entries: readonly PemEntry[]): string {
  return encode_pem(entries)
}

/**
 * What an entry of a PEM file is: a key, a certificate, …: see {@link Decoded}; of a type that nobody knows the DER.
 *
 * @param password - of an encrypted entry; a string stands for its UTF-8
 * @throws `DecodeError` also for a wrong password, and for a way of encryption that there is not
 * @see OTP: `public_key:pem_entry_decode/1,2`
 */
export function pem_entry_decode(
  [type, bytes, cipher]: PemEntry,
  password: string | Uint8Array = '',
): Decoded[keyof Decoded] | Uint8Array {
  if (cipher === 'not_encrypted') return is_decoded(type) ? der_decode(type, bytes) : bytes
  const der = decrypt(bytes, cipher, password)
  return is_decoded(type) ? decrypted(type, der) : der
}

/** One wrong password in 256 leaves a padding that looks right, but hardly ever a key. */
function decrypted(type: PkiType, der: Uint8Array): Decoded[keyof Decoded] {
  try {
    return der_decode(type, der)
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(`a wrong password, or not a ${type}`)
    throw error
  } finally {
    // Keys keep a copy of their own; what is public may be views.
    if (type.includes('Private')) der.fill(0)
  }
}

/**
 * An entry for a PEM file, encrypted if a password is given.
 *
 * @param entity - what {@link der_encode} takes, or its DER
 * @param encryption - cipher and password. The cipher of a `PrivateKeyInfo` is one of `pbes2`, that of any other is a
 *   name such as `'AES-256-CBC'`, and random bytes, as many as it takes at once
 * @see OTP: `public_key:pem_entry_encode/2,3`
 */
export function pem_entry_encode<Type extends PkiType>(
  type: Type,
  entity: Uint8Array | ToEncode<Type>,
  encryption?: readonly [CipherInfo, password: string | Uint8Array],
): PemEntry {
  const der = entity instanceof Uint8Array ? entity : der_encode(type, entity)
  if (!encryption) return [type, der, 'not_encrypted']
  const [cipher, password] = encryption
  return [type, encrypt(der, cipher, password), cipher]
}

/**
 * What is in the DER of a type: see {@link Decoded}. Byte strings in it may be views of `der`, but for keys.
 *
 * @throws `DecodeError` also for a kind of key that crypto does not know
 * @see OTP: `public_key:der_decode/2`
 */
export function der_decode<Type extends keyof Decoded>(type: Type, der: Uint8Array): Decoded[Type] {
  return decoders[type](der)
}

/**
 * The DER of what {@link der_decode} gives. That of a private key is unencrypted.
 *
 * @throws `Exit` `['badarg', …]` when a key has no form of this type
 * @see OTP: `public_key:der_encode/2`
 */
export function der_encode<Type extends keyof Decoded>(type: Type, entity: ToEncode<Type>): Uint8Array {
  return encoders[type](entity)
}

const decoders: { readonly [Type in keyof Decoded]: (der: Uint8Array) => Decoded[Type] } = {
  Certificate: decode_certificate,
  CertificationRequest: decode_request,
  CertificateList: decode_whole_crl,
  RSAPrivateKey: der => keys.decode_private_key('RSAPrivateKey', der),
  DSAPrivateKey: der => keys.decode_private_key('DSAPrivateKey', der),
  ECPrivateKey: der => keys.decode_private_key('ECPrivateKey', der),
  PrivateKeyInfo: der => keys.decode_private_key('PrivateKeyInfo', der),
  SubjectPublicKeyInfo: keys.decode_public_key,
  RSAPublicKey: keys.decode_rsa_public_key,
  DHParameter: decode_dh_params,
  EcpkParameters: decode_ecpk_parameters,
  ContentInfo: decode_content_info,
}

const encoders: { readonly [Type in keyof Decoded]: (entity: ToEncode<Type>) => Uint8Array } = {
  Certificate: write_certificate,
  CertificationRequest: write_request,
  CertificateList: list => list.der,
  RSAPrivateKey: key => write_private_key('RSAPrivateKey', key),
  DSAPrivateKey: key => write_private_key('DSAPrivateKey', key),
  ECPrivateKey: key => write_private_key('ECPrivateKey', key),
  PrivateKeyInfo: key => write_private_key('PrivateKeyInfo', key),
  SubjectPublicKeyInfo: key => key.spki,
  RSAPublicKey: write_rsa_public_key,
  DHParameter: write_dh_params,
  EcpkParameters: write_ecpk_parameters,
  ContentInfo: write_content_info,
}

function is_decoded(type: PemEntry[0]): type is keyof Decoded {
  return typeof type === 'string' && Object.hasOwn(decoders, type)
}
