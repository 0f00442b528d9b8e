// Makes certificates and certificate requests. The door to @peculiar/x509; it takes a third of a
// second to load, so that those who may not need it import this file when they do.

import 'reflect-metadata'
import * as peculiar from '@peculiar/x509'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { ip_address_bytes } from './ip_address.ts'
import { context, context_constructed } from './pubkey_der.ts'
import { element, sequence } from './pubkey_der_writer.ts'
import type { BasicConstraints, KeyUsage } from './pubkey_extensions.ts'
import { decode_private_key } from './pubkey_keys.ts'
import type { Oid } from './pubkey_oids.ts'
import * as oids from './pubkey_oids.ts'

const key_algorithms = ['rsa', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519'] as const

/** A new `rsa` key has 2048 bits. */
export type KeyAlgorithm = (typeof key_algorithms)[number]

type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** A key pair that can sign. */
export interface SigningKey {
  readonly algorithm: KeyAlgorithm
  /** DER of the PKCS#8 PrivateKeyInfo. */
  readonly pkcs8: Uint8Array
  readonly keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }
}

/** Who signs: the DER of its certificate, and its key. */
export interface Issuer {
  readonly cert: Uint8Array
  readonly key: SigningKey
}

/** An `iPAddress` is text, or in name constraints the bytes of address and mask; a `directoryName` is as `subject`. */
export type NameToWrite =
  | readonly ['dNSName' | 'rfc822Name' | 'uniformResourceIdentifier' | 'directoryName' | 'iPAddress', string]
  | readonly ['iPAddress', Uint8Array]

/** What a request for a certificate asks for: RFC 2986. */
export interface RequestOptions {
  /** As RFC 4514 writes it: `'CN=example.com, O=Example'`. */
  readonly subject: string
  readonly subject_alt_names?: readonly NameToWrite[] | undefined
  readonly key_usage?: readonly KeyUsage[] | undefined
  readonly ext_key_usage?: readonly Oid[] | undefined
  readonly basic_constraints?: BasicConstraints | undefined
  /** Any others; the value is the DER inside the octet string. */
  readonly extensions?: readonly {
    readonly extnID: Oid
    readonly critical: boolean
    readonly extnValue: Uint8Array
  }[]
  /** What is hashed with, before an RSA or ECDSA signature. Default: SHA-256 */
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
}

/** What a certificate that is made says, and for how long it holds. */
export interface CertificateOptions extends RequestOptions {
  /** Milliseconds since 1970; certificates keep whole seconds. */
  readonly not_before: number
  readonly not_after: number
  /** Default: random */
  readonly serial_number?: bigint
  readonly name_constraints?: {
    readonly permitted?: readonly NameToWrite[]
    readonly excluded?: readonly NameToWrite[]
  }
  /** URIs where the issuer's revocation list is. */
  readonly crl_distribution_points?: readonly string[]
}

/** A fresh key pair. */
export async function generate_signing_key(algorithm: KeyAlgorithm): Promise<SigningKey> {
  const how = key_parameters(algorithm, 'SHA-256')
  const keys = await crypto.subtle.generateKey(how, true, ['sign', 'verify'])
  if (!('privateKey' in keys)) throw new TypeError(`${algorithm} has no key pairs`)
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { algorithm, pkcs8, keys }
}

/**
 * The key pair of a private key that exists already.
 *
 * @param pkcs8 - DER of the PrivateKeyInfo
 * @throws {@link DecodeError} when it is not a key, or not of a {@link KeyAlgorithm}
 */
export async function import_signing_key(pkcs8: Uint8Array): Promise<SigningKey> {
  const { type, curve } = decode_private_key('PrivateKeyInfo', pkcs8)
  const algorithm = key_algorithms.find(known => known === (curve ?? type))
  if (!algorithm) throw new DecodeError(`no certificates are made with ${curve ?? type} keys`)
  const how = key_parameters(algorithm, 'SHA-256')
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, how, true, ['sign'])
  const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey('jwk', privateKey)
  const public_parts = JSON.parse(JSON.stringify({ kty, n, e, crv, x, y }))
  const publicKey = await crypto.subtle.importKey('jwk', public_parts, how, true, ['verify'])
  return { algorithm, pkcs8, keys: { privateKey, publicKey } }
}

/**
 * A certificate (RFC 5280 §4.1) for the owner of `key`.
 *
 * @param issuer - who signs it. Default: the owner itself
 * @returns its DER
 */
export async function make_certificate(
  key: SigningKey,
  options: CertificateOptions,
  issuer?: Issuer,
): Promise<Uint8Array> {
  const signer = issuer?.key ?? key
  const certificate = await peculiar.X509CertificateGenerator.create({
    serialNumber: serial_text(options.serial_number ?? random_serial()),
    subject: options.subject,
    issuer: issuer ? new peculiar.X509Certificate(issuer.cert).subjectName : options.subject,
    notBefore: new Date(options.not_before),
    notAfter: new Date(options.not_after),
    publicKey: key.keys.publicKey,
    ...(await signing_with(signer, options.hash)),
    extensions: [...certificate_extensions(options), ...(await key_identifiers(key, signer))],
  })
  return new Uint8Array(certificate.rawData)
}

/**
 * A certificate request, PKCS#10 (RFC 2986), by the owner of `key`.
 *
 * @returns its DER
 */
export async function make_request(key: SigningKey, options: RequestOptions): Promise<Uint8Array> {
  const { signingKey, signingAlgorithm } = await signing_with(key, options.hash)
  const request = await peculiar.Pkcs10CertificateRequestGenerator.create({
    name: options.subject,
    keys: { ...key.keys, privateKey: signingKey },
    signingAlgorithm,
    extensions: common_extensions(options),
  })
  return new Uint8Array(request.rawData)
}

// ---- Extensions

async function key_identifiers(key: SigningKey, signer: SigningKey): Promise<peculiar.Extension[]> {
  return [
    await peculiar.SubjectKeyIdentifierExtension.create(key.keys.publicKey),
    await peculiar.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
  ]
}

function certificate_extensions(options: CertificateOptions): peculiar.Extension[] {
  const { name_constraints, crl_distribution_points } = options
  const extensions = common_extensions(options)
  if (name_constraints) {
    const subtrees = sequence(
      ...subtrees_of(0, name_constraints.permitted),
      ...subtrees_of(1, name_constraints.excluded),
    )
    extensions.push(new peculiar.Extension(oids.id_ce_nameConstraints, true, subtrees))
  }
  if (crl_distribution_points)
    extensions.push(new peculiar.CRLDistributionPointsExtension([...crl_distribution_points]))
  return extensions
}

function common_extensions(options: RequestOptions): peculiar.Extension[] {
  const { basic_constraints, key_usage, ext_key_usage, subject_alt_names } = options
  const extensions: peculiar.Extension[] = []
  if (basic_constraints) {
    const { cA, pathLenConstraint } = basic_constraints
    extensions.push(new peculiar.BasicConstraintsExtension(cA, pathLenConstraint, true))
  }
  if (key_usage) extensions.push(new peculiar.KeyUsagesExtension(usage_bits(key_usage), true))
  if (ext_key_usage) extensions.push(new peculiar.ExtendedKeyUsageExtension([...ext_key_usage]))
  if (subject_alt_names) {
    const names = sequence(...subject_alt_names.map(general_name))
    extensions.push(new peculiar.Extension(oids.id_ce_subjectAltName, false, names))
  }
  for (const { extnID, critical, extnValue } of options.extensions ?? []) {
    extensions.push(new peculiar.Extension(extnID, critical, extnValue))
  }
  return extensions
}

function usage_bits(usages: readonly KeyUsage[]): number {
  return usages.reduce((bits, usage) => bits | peculiar.KeyUsageFlags[usage], 0)
}

/** RFC 5280 §4.2.1.10 */
function subtrees_of(number: number, names: readonly NameToWrite[] | undefined): Uint8Array[] {
  if (!names) return []
  return [element(context_constructed(number), ...names.map(name => sequence(general_name(name))))]
}

/** RFC 5280 §4.2.1.6 */
function general_name([type, name]: NameToWrite): Uint8Array {
  switch (type) {
    case 'rfc822Name':
      return element(context(1), utf8(name))
    case 'dNSName':
      return element(context(2), utf8(name))
    case 'directoryName':
      return element(context_constructed(4), new Uint8Array(new peculiar.Name(name).toArrayBuffer()))
    case 'uniformResourceIdentifier':
      return element(context(6), utf8(name))
    case 'iPAddress':
      return element(context(7), typeof name === 'string' ? ip_address(name) : name)
  }
}

function ip_address(text: string): Uint8Array {
  const bytes = ip_address_bytes(text)
  if (!bytes) throw new RangeError(`${text} is not an IP address`)
  return bytes
}

const utf8 = (text: string) => new TextEncoder().encode(text)

// ---- Algorithms and numbers

/** Web crypto's RSA keys have one hash each: another one takes another key object. */
async function signing_with(key: SigningKey, hash: RequestOptions['hash'] = 'SHA-256') {
  const signingAlgorithm = key_parameters(key.algorithm, hash)
  const signingKey =
    key.algorithm === 'rsa' && hash !== 'SHA-256'
      ? await crypto.subtle.importKey('pkcs8', key.pkcs8, signingAlgorithm, false, ['sign'])
      : key.keys.privateKey
  return { signingKey, signingAlgorithm }
}

function key_parameters(algorithm: KeyAlgorithm, hash: string) {
  switch (algorithm) {
    case 'rsa':
      return { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash }
    case 'secp256r1':
      return { name: 'ECDSA', namedCurve: 'P-256', hash }
    case 'secp384r1':
      return { name: 'ECDSA', namedCurve: 'P-384', hash }
    case 'secp521r1':
      return { name: 'ECDSA', namedCurve: 'P-521', hash }
    case 'ed25519':
      return { name: 'Ed25519' }
  }
}

/** Positive and of 16 bytes, RFC 5280 §4.1.2.2. */
function random_serial(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.reduce((serial, byte) => (serial << 8n) | BigInt(byte), 0n)
}

/** Hexadecimal, whole bytes. */
function serial_text(serial: bigint): string {
  const digits = serial.toString(16)
  return digits.length % 2 === 0 ? digits : `0${digits}`
}
