// Makes what OCSP responders answer, RFC 6960 §4.2.1, and whatever they should not.

import { type HashType, hash, private_key_from_pkcs8, sign } from '../../apps/crypto/crypto.ts'
import { decode_certificate } from '../../apps/public_key/otp_certificate.ts'
import { context, context_constructed, universal } from '../../apps/public_key/pubkey_der.ts'
import {
  bit_string,
  boolean_value,
  element,
  null_value,
  object_identifier,
  octet_string,
  sequence,
} from '../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import type { TestCertificate } from './certificates.ts'

/** An answer; whatever is not given is chosen to make a good one. Times are milliseconds since 1970. */
export interface AnswerToMake {
  readonly responder: TestCertificate
  readonly singles: readonly SingleToMake[]
  /** Default: `'byName'` */
  readonly named?: 'byName' | 'byKey'
  readonly produced_at?: number
  readonly extensions?: readonly Uint8Array[]
  /** Default: the responder's */
  readonly certs?: readonly Uint8Array[]
  /** Who signs, if it is not the responder. */
  readonly signer?: TestCertificate
  readonly digest?: 'sha' | 'sha256'
}

/** DER of a certificate, and of its issuer's. */
interface Certified {
  readonly certificate: Uint8Array
  readonly issuer: Uint8Array
}

/** What is said of one certificate. */
export interface SingleToMake extends Certified {
  /** Default: `'good'`; a number is a reason to revoke, and `'revoked'` is one without a reason */
  readonly status?: 'good' | 'unknown' | 'revoked' | number
  readonly this_update?: number
  readonly next_update?: number | undefined
  readonly digest?: HashType
  readonly extensions?: readonly Uint8Array[]
}

/** When everything is, unless told otherwise. */
export const asked_at = Date.UTC(2026, 5, 1, 12)
const day = 24 * 60 * 60_000

const ecdsa_with = { sha: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2' } as const
const digest_oids: Readonly<Record<HashType, string>> = {
  md5: oids.id_md5,
  sha: oids.id_sha1,
  sha224: oids.id_sha224,
  sha256: oids.id_sha256,
  sha384: oids.id_sha384,
  sha512: oids.id_sha512,
}

/** DER of an `OCSPResponse` that was successful. The responder's key is one on a curve. */
export function make_ocsp_response(answer: AnswerToMake): Uint8Array {
  return successful(basic_response(answer))
}

/** DER of an `OCSPRequest`, RFC 6960 §4.1.1. */
export function make_ocsp_request(about: Certified, extensions: Uint8Array): Uint8Array {
  return sequence(sequence(sequence(sequence(make_cert_id(about, 'sha'))), explicit(2, extensions)))
}

/** DER of one that was not: `['tryLater']` has the number 3. */
export const refusal = (status: number) => sequence(element(0x0a, Uint8Array.of(status)))

/** DER of one that was successful, with any answer. */
export function successful(answer: Uint8Array, type: string = oids.id_pkix_ocsp_basic): Uint8Array {
  const bytes = sequence(object_identifier(type), octet_string(answer))
  return sequence(element(0x0a, Uint8Array.of(0)), explicit(0, bytes))
}

/** DER of an `Extension`. */
export function make_extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  const flag = critical ? [boolean_value(true)] : []
  return sequence(object_identifier(id), ...flag, octet_string(value))
}

function basic_response(answer: AnswerToMake): Uint8Array {
  const { responder, signer = responder, digest = 'sha256', certs = [responder.cert_der] } = answer
  const data = response_data(answer)
  const key = private_key_from_pkcs8(signer.key_pkcs8_der)!
  const signature = sign({ algorithm: 'ecdsa', digest }, data, key)
  const algorithm = sequence(object_identifier(ecdsa_with[digest]))
  const shown = certs.length > 0 ? [explicit(0, sequence(...certs))] : []
  return sequence(data, algorithm, bit_string(signature), ...shown)
}

function response_data({ responder, named = 'byName', ...answer }: AnswerToMake): Uint8Array {
  const { subject, subjectPublicKeyInfo } = decode_certificate(responder.cert_der).tbsCertificate
  const key_hash = octet_string(hash('sha', subjectPublicKeyInfo.subjectPublicKey))
  return sequence(
    named === 'byName' ? explicit(1, subject.der) : explicit(2, key_hash),
    generalized_time(answer.produced_at ?? asked_at),
    sequence(...answer.singles.map(single_response)),
    ...in_extensions(answer.extensions),
  )
}

function single_response(single: SingleToMake): Uint8Array {
  const { this_update = asked_at, digest = 'sha' } = single
  const next_update = 'next_update' in single ? single.next_update : this_update + day
  return sequence(
    make_cert_id(single, digest),
    cert_status(single.status ?? 'good'),
    generalized_time(this_update),
    ...(next_update === undefined ? [] : [explicit(0, generalized_time(next_update))]),
    ...in_extensions(single.extensions),
  )
}

/** DER of a `CertID`. */
function make_cert_id({ certificate, issuer }: Certified, digest: HashType): Uint8Array {
  const about = decode_certificate(certificate).tbsCertificate
  const by = decode_certificate(issuer).tbsCertificate
  return sequence(
    sequence(object_identifier(digest_oids[digest]), null_value()),
    octet_string(hash(digest, about.issuer.der)),
    octet_string(hash(digest, by.subjectPublicKeyInfo.subjectPublicKey)),
    element(universal.integer, number_bytes(about.serialNumber)),
  )
}

function cert_status(status: NonNullable<SingleToMake['status']>): Uint8Array {
  if (status === 'good') return element(context(0))
  if (status === 'unknown') return element(context(2))
  const reason = typeof status === 'number' ? [explicit(0, element(0x0a, Uint8Array.of(status)))] : []
  return element(context_constructed(1), generalized_time(asked_at - day), ...reason)
}

const in_extensions = (extensions: readonly Uint8Array[] = []) =>
  extensions.length > 0 ? [explicit(1, sequence(...extensions))] : []

const explicit = (number: number, value: Uint8Array) => element(context_constructed(number), value)

function generalized_time(time: number): Uint8Array {
  const digits = new Date(time).toISOString().replace(/[-:T]|\.\d+/g, '')
  return element(universal.generalized_time, new TextEncoder().encode(digits))
}

function number_bytes(value: bigint): Uint8Array {
  const digits = value.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return bytes[0]! < 0x80 ? bytes : Buffer.concat([Uint8Array.of(0), bytes])
}
