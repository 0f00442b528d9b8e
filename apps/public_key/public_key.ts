// The manual page of OTP's public_key, function by function: PEM files, keys, certificates and their validation.

import type { Result } from '../../runtime/erlang/term.ts'
import type { DhGroup, HashType, IoData, PrivateKey, PublicKey, SignatureScheme } from '../crypto/crypto.ts'
import * as crypto from '../crypto/crypto.ts'
import { type AlgorithmIdentifier, decode_certificate, type OTPCertificate } from './otp_certificate.ts'
import { make_test_data, type TestChainOptions, type TestData } from './pkix_test_data.ts'
import { is_self_issued, type PathValidationOptions, type ValidPath, validate_path } from './pubkey_cert.ts'
import { decode_dh_params } from './pubkey_dh.ts'
import { select_extension } from './pubkey_extensions.ts'
import {
  type HostnameCheck,
  hostname_match_fun,
  type MatchFun,
  type ReferenceId,
  verify_hostname,
} from './pubkey_hostname.ts'
import * as keys from './pubkey_keys.ts'
import { is_same_name, type Name, normalize_name } from './pubkey_names.ts'
import { id_ce_authorityKeyIdentifier } from './pubkey_oids.ts'
import { decrypt, encrypt } from './pubkey_pbe.ts'
import { type CipherInfo, decode_pem, encode_pem, type PemEntry, type PkiType } from './pubkey_pem.ts'
import { is_signed_by, signature_scheme } from './pubkey_signature.ts'
import type { BadCert, PathError } from './verify_fun.ts'

export type { DhGroup, PrivateKey, PublicKey } from '../crypto/crypto.ts'
export type {
  AlgorithmIdentifier,
  OTPCertificate,
  OTPSubjectPublicKeyInfo,
  OTPTBSCertificate,
  Validity,
} from './otp_certificate.ts'
export type { TestCertificateOptions, TestChainOptions, TestConfig, TestData } from './pkix_test_data.ts'
export type { PathValidationOptions, ValidPath } from './pubkey_cert.ts'
export type { Extension, ExtensionValues } from './pubkey_extensions.ts'
export { select_extension } from './pubkey_extensions.ts'
export type { HostnameCheck, MatchFun, PresentedId, ReferenceId } from './pubkey_hostname.ts'
export { subject_public_key } from './pubkey_keys.ts'
export type { GeneralName, Name } from './pubkey_names.ts'
export { type CombinedCert, cacerts_clear, cacerts_get, cacerts_load } from './pubkey_os_cacerts.ts'
export { pbes2 } from './pubkey_pbe.ts'
export type { CipherInfo, PemEntry, PemType, PkiType } from './pubkey_pem.ts'
export type { BadCert, BadCertReason, PathError, VerifyAnswer, VerifyEvent, VerifyFun } from './verify_fun.ts'

/** A certificate, decoded or not. OTP: `cert()`. */
export type Cert = Uint8Array | OTPCertificate

/** What comes out of the DER of each type. */
export interface Decoded {
  readonly Certificate: OTPCertificate
  readonly RSAPrivateKey: PrivateKey
  readonly DSAPrivateKey: PrivateKey
  readonly ECPrivateKey: PrivateKey
  readonly PrivateKeyInfo: PrivateKey
  readonly SubjectPublicKeyInfo: PublicKey
  readonly RSAPublicKey: PublicKey
  readonly DHParameter: DhGroup
}

// ---- PEM and DER

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
 * What an entry of a PEM file is: a key, a certificate or a Diffie-Hellman group, and of anything else the DER.
 *
 * @param password - of an encrypted entry; a string stands for its UTF-8
 * @throws `DecodeError` also for a wrong password, and for a cipher other than DES, 3DES and AES in CBC mode
 * @see OTP: `public_key:pem_entry_decode/2`
 */
export function pem_entry_decode(
  [type, bytes, cipher]: PemEntry,
  password: string | Uint8Array = '',
): Decoded[keyof Decoded] | Uint8Array {
  const der = cipher === 'not_encrypted' ? bytes : decrypt(bytes, cipher, password)
  return is_decoded(type) ? der_decode(type, der) : der
}

/**
 * An entry for a PEM file, encrypted if a password is given.
 *
 * @param encryption - cipher and password. The cipher of a `PrivateKeyInfo` is one of {@link pbes2}, that of any
 *   other is a name such as `'AES-256-CBC'`, and random bytes, as many as it takes at once
 * @see OTP: `public_key:pem_entry_encode/3`
 */
export function pem_entry_encode(
  type: PkiType,
  der: Uint8Array,
  encryption?: readonly [CipherInfo, password: string],
): PemEntry {
  if (!encryption) return [type, der, 'not_encrypted']
  const [cipher, password] = encryption
  return [type, encrypt(der, cipher, password), cipher]
}

/**
 * A key, a certificate or a Diffie-Hellman group from its DER.
 *
 * @throws `DecodeError` also for a kind of key that crypto does not know
 * @see OTP: `public_key:der_decode/2`
 */
export function der_decode<Type extends keyof Decoded>(type: Type, der: Uint8Array): Decoded[Type] {
  return decoders[type](der)
}

const decoders: { readonly [Type in keyof Decoded]: (der: Uint8Array) => Decoded[Type] } = {
  Certificate: decode_certificate,
  RSAPrivateKey: der => keys.decode_private_key('RSAPrivateKey', der),
  DSAPrivateKey: der => keys.decode_private_key('DSAPrivateKey', der),
  ECPrivateKey: der => keys.decode_private_key('ECPrivateKey', der),
  PrivateKeyInfo: der => keys.decode_private_key('PrivateKeyInfo', der),
  SubjectPublicKeyInfo: keys.decode_public_key,
  RSAPublicKey: keys.decode_rsa_public_key,
  DHParameter: decode_dh_params,
}

function is_decoded(type: PemEntry[0]): type is keyof Decoded {
  return typeof type === 'string' && Object.hasOwn(decoders, type)
}

// ---- Signatures

/**
 * Signs `data`.
 *
 * @param digest - what is hashed with; `'none'` for Ed25519 and Ed448
 * @throws `Exit` `['badarg', …]` when such keys do not sign with that digest
 * @see OTP: `public_key:sign/3`
 */
export function sign(data: IoData, digest: HashType | 'none', key: PrivateKey): Uint8Array {
  return crypto.sign({ algorithm: signature_algorithm[key.type], digest }, data, key)
}

/**
 * Whether `signature` is one of `data`. RSA signatures are those of PKCS#1 v1.5.
 *
 * @see OTP: `public_key:verify/4`
 */
export function verify(
  data: IoData,
  digest: HashType | 'none',
  signature: Uint8Array,
  key: PublicKey,
): boolean {
  return crypto.verify({ algorithm: signature_algorithm[key.type], digest }, data, signature, key)
}

const signature_algorithm = {
  rsa: 'rsa',
  rsa_pss: 'rsa_pss',
  dsa: 'dsa',
  ec: 'ecdsa',
  ed25519: 'eddsa',
  ed448: 'eddsa',
} as const

/**
 * Whether the owner of `key` signed the certificate.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_verify/2`
 */
export function pkix_verify(cert: Cert, key: PublicKey): boolean {
  return is_signed_by(otp_cert(cert), key)
}

/**
 * How such signatures are made, or undefined when that is not known.
 *
 * @see OTP: `public_key:pkix_sign_types/1`
 */
export function pkix_sign_types(algorithm: AlgorithmIdentifier): SignatureScheme | undefined {
  return signature_scheme(algorithm)
}

// ---- Certificates

/**
 * A certificate from its DER. Byte strings in it are views of `der`.
 *
 * @throws `DecodeError` unless `der` is exactly one certificate
 * @see OTP: `public_key:pkix_decode_cert/2`
 */
export function pkix_decode_cert(der: Uint8Array, _type: 'otp'): OTPCertificate {
  return decode_certificate(der)
}

/**
 * Whether the certificate names its own subject as its issuer. Signatures are not looked at.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_is_self_signed/1`
 */
export function pkix_is_self_signed(cert: Cert): boolean {
  return is_self_issued(otp_cert(cert))
}

/**
 * Whether `issuer` has the name that `cert` has for its issuer. Signatures are not looked at.
 *
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_is_issuer/2`
 */
export function pkix_is_issuer(cert: Cert, issuer: Cert): boolean {
  return is_same_name(otp_cert(cert).tbsCertificate.issuer, otp_cert(issuer).tbsCertificate.subject)
}

/** Serial number and normalized name of the issuer, which identify a certificate. OTP: `issuer_id()`. */
export type IssuerId = readonly [serial_number: bigint, issuer: Name]

/**
 * What identifies a certificate, or the one of its issuer.
 *
 * @returns `['error', 'issuer_not_found']` when the certificate does not say which one its issuer's is
 * @throws `DecodeError`
 * @see OTP: `public_key:pkix_issuer_id/2`
 */
export function pkix_issuer_id(cert: Cert, whose: 'self' | 'other'): Result<IssuerId, 'issuer_not_found'> {
  const { serialNumber, issuer, extensions } = otp_cert(cert).tbsCertificate
  if (whose === 'self') return ['ok', [serialNumber, normalize_name(issuer)]]

  const authority = select_extension(id_ce_authorityKeyIdentifier, extensions)
  const [kind, name] = authority?.authorityCertIssuer?.find(([kind]) => kind === 'directoryName') ?? []
  const serial_number = authority?.authorityCertSerialNumber
  if (kind !== 'directoryName' || serial_number === undefined) return ['error', 'issuer_not_found']
  return ['ok', [serial_number, normalize_name(name)]]
}

/**
 * The name with its text in one form, so that equal names are written equally.
 *
 * @see OTP: `public_key:pkix_normalize_name/1`
 */
export function pkix_normalize_name(name: Name): Name {
  return normalize_name(name)
}

/**
 * Validates a certification path by RFC 5280 §6.1.
 *
 * @param anchor - the trusted certificate; or why there is none, which is then the verify_fun's first event. If
 *   that overlooks it, the first certificate of `path` is taken for the anchor.
 * @param path - from the certificate that the anchor issued to the peer's
 * @param options - `now` is by default the time of the clock
 * @returns the peer's key and the verify_fun's last state, or `['error', ['bad_cert', reason]]`
 * @throws `DecodeError` when a certificate, or the peer's key, cannot be decoded
 * @see OTP: `public_key:pkix_path_validation/3`
 */
export function pkix_path_validation<State>(
  anchor: Cert | PathError,
  path: readonly Cert[],
  options: Partial<PathValidationOptions<State>> = {},
): Result<ValidPath<State>, BadCert> {
  const trusted = typeof anchor === 'string' ? anchor : otp_cert(anchor)
  return validate_path(trusted, path.map(otp_cert), { now: Date.now(), ...options })
}

/**
 * Whether the certificate is for one of the hosts, addresses, URIs or services in `references`, by RFC 6125. Names in
 * the subject count only when there are no alternative ones. A `*` stands for one whole label, the first of three or
 * more.
 *
 * @throws `DecodeError`, and what a fun of `options` throws
 * @see OTP: `public_key:pkix_verify_hostname/3`
 */
export function pkix_verify_hostname(
  cert: Cert,
  references: readonly ReferenceId[],
  options: HostnameCheck = {},
): boolean {
  return verify_hostname(otp_cert(cert), references, options)
}

/**
 * A `match_fun` with the rules of the web: the `*` in a DNS name stands also for a part of the first label.
 *
 * @see OTP: `public_key:pkix_verify_hostname_match_fun/1`
 */
export function pkix_verify_hostname_match_fun(protocol: 'https'): MatchFun {
  return hostname_match_fun(protocol)
}

/**
 * Certificates made on the spot, for demonstrations and tests: a chain for a server called `localhost`,
 * `127.0.0.1` and `::1`, one for a client, and each as options of `ssl.listen` and `ssl.connect`.
 *
 * @example
 * const { server_config, client_config } = await pkix_test_data()
 * ok(await ssl.listen(4433, { ...server_config }))
 *
 * @see OTP: `public_key:pkix_test_data/1`
 */
export function pkix_test_data(chains?: {
  readonly server_chain?: TestChainOptions
  readonly client_chain?: TestChainOptions
}): Promise<TestData> {
  return make_test_data(chains)
}

function otp_cert(cert: Cert): OTPCertificate {
  return cert instanceof Uint8Array ? decode_certificate(cert) : cert
}
