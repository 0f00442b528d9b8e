// Revocation lists as OTP's public_key decodes them, `#'CertificateList'{}`: RFC 5280 §5.1. Whether one may be
// believed, and what it says about a certificate, is for pubkey_crl_validation to find out.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { type PublicKey, verify } from '../crypto/crypto.ts'
import { type AlgorithmIdentifier, read_algorithm_identifier } from './otp_certificate.ts'
import { RevokedCertificates } from './pubkey_crl_entries.ts'
import { type CrlExtension, read_crl_extensions } from './pubkey_crl_extensions.ts'
import { context_constructed, type DerReader, read_der, universal } from './pubkey_der.ts'
import { equal_bytes, type Name, read_name } from './pubkey_names.ts'
import { signature_scheme } from './pubkey_signature.ts'

/** A revocation list: RFC 5280 §5.1. OTP: `#'CertificateList'{}`. */
export interface CertificateList {
  readonly tbsCertList: TBSCertList
  readonly signatureAlgorithm: AlgorithmIdentifier
  readonly signature: Uint8Array
  /** All of it, as it was decoded. */
  readonly der: Uint8Array
}

/** What the issuer of a list signs: RFC 5280 §5.1.2. OTP: `#'TBSCertList'{}`. */
export interface TBSCertList {
  readonly version: 'v1' | 'v2'
  /** Which algorithm the issuer says that it signed with. */
  readonly signature: AlgorithmIdentifier
  readonly issuer: Name
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** When there will be a newer one at the latest. Milliseconds since 1970. */
  readonly nextUpdate: number | undefined
  readonly revokedCertificates: RevokedCertificates
  /** In the order of the list; none in version 1. */
  readonly crlExtensions: readonly CrlExtension[]
  /** What is signed. */
  readonly der: Uint8Array
}

/**
 * A revocation list from its DER. Nothing is proven of it yet, so that no more work is done than it needs: its entries
 * are checked when the first of them is asked for. Byte strings are views of `der`.
 *
 * @throws {@link DecodeError} unless `der` is exactly one revocation list, its entries aside
 * @see OTP: `public_key:der_decode/2` with `'CertificateList'`
 */
export function decode_crl(der: Uint8Array): CertificateList {
  return read_der(der, from =>
    from.enter(universal.sequence, list => {
      const [tbs, tbs_der] = list.with_der(read_tbs_cert_list)
      const signatureAlgorithm = read_algorithm_identifier(list)
      const signature = list.bit_string_bytes()
      return { tbsCertList: { ...tbs, der: tbs_der }, signatureAlgorithm, signature, der }
    }),
  )
}

/**
 * As {@link decode_crl}, with the entries checked at once.
 *
 * @throws {@link DecodeError} unless `der` is exactly one revocation list
 */
export function decode_whole_crl(der: Uint8Array): CertificateList {
  const crl = decode_crl(der)
  crl.tbsCertList.revokedCertificates.check()
  return crl
}

/** Bytes of the issuer's name, and of the extensions of a list. */
const max_part_size = 65_536

/** Whose signature each list is known to have: it is checked for every certificate that is looked up in it. */
const proven = new WeakMap<CertificateList, PublicKey>()

/** Whether the owner of `key` signed the list. */
export function is_crl_signed_by(crl: CertificateList, key: PublicKey): boolean {
  if (proven.get(crl) === key) return true
  if (!has_signature_of(crl, key)) return false
  proven.set(crl, key)
  return true
}

function has_signature_of({ tbsCertList, signatureAlgorithm, signature }: CertificateList, key: PublicKey) {
  // RFC 5280 §5.1.1.2: only the inner one is signed, so that the outer one counts for nothing unless it agrees.
  if (!is_same_algorithm(tbsCertList.signature, signatureAlgorithm)) return false
  const scheme = signature_scheme(signatureAlgorithm)
  return scheme !== undefined && verify(scheme, tbsCertList.der, signature, key)
}

function is_same_algorithm(left: AlgorithmIdentifier, right: AlgorithmIdentifier): boolean {
  const none = new Uint8Array()
  return left.algorithm === right.algorithm && equal_bytes(left.parameters ?? none, right.parameters ?? none)
}

function read_tbs_cert_list(from: DerReader): Omit<TBSCertList, 'der'> {
  return from.enter(universal.sequence, tbs => {
    const version = tbs.next_is(universal.integer) ? read_version(tbs) : 'v1'
    const signature = read_algorithm_identifier(tbs)
    const issuer = read_part(tbs, read_name)
    const thisUpdate = tbs.time()
    const nextUpdate = is_time_next(tbs) ? tbs.time() : undefined
    const entries = tbs.next_is(universal.sequence) ? tbs.content(universal.sequence) : new Uint8Array()
    const has_extensions = version === 'v2' && tbs.next_is(context_constructed(0))
    return {
      version,
      signature,
      issuer,
      thisUpdate,
      nextUpdate,
      revokedCertificates: new RevokedCertificates(entries, issuer),
      crlExtensions: has_extensions ? read_part(tbs, read_extensions_in) : [],
    }
  })
}

const read_extensions_in = (from: DerReader) => from.enter(context_constructed(0), read_crl_extensions)

/** What `read` makes of the next element, which may have been written by anybody, and is never large. */
function read_part<Value>(from: DerReader, read: (from: DerReader) => Value): Value {
  const { der } = from.element()
  if (der.length > max_part_size) throw new DecodeError(`a part of a revocation list of ${der.length} bytes`)
  return read_der(der, read)
}

function read_version(from: DerReader): 'v2' {
  if (from.small_integer() !== 1) throw new DecodeError('no such version of revocation lists')
  return 'v2'
}

function is_time_next(from: DerReader): boolean {
  return from.next_is(universal.utc_time) || from.next_is(universal.generalized_time)
}
