// Makes certificates and revocation lists for tests from tables: each row says what one is like, and who signs it.
// All can be said that RFC 5280 has words for, and much that it forbids. What is not asked for is not made.

import { decode_certificate, type OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import { context, context_constructed } from '../../apps/public_key/pubkey_der.ts'
import {
  bit_string,
  element,
  integer,
  octet_string,
  sequence,
} from '../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import { type CrlRow, crl_der } from './chain_maker_crls.ts'
import { big_integer, signed, time } from './chain_maker_der.ts'
import {
  authority_key_identifier,
  type ExtensionRows,
  extension_der,
  extensions_of,
  type OtherExtension,
} from './chain_maker_extensions.ts'
import { type KeyKind, key_identifier, type MadeKey, make_key } from './chain_maker_keys.ts'
import { type NameText, name_der } from './chain_maker_names.ts'

/** One certificate. Times are as ASN.1 writes them: UTCTime with 13 characters, GeneralizedTime with 15. */
export interface CertificateRow extends ExtensionRows {
  /** The row of the issuer. Default: it signs itself */
  readonly signed_by?: string
  /** Default: the subject of `signed_by` */
  readonly issuer?: NameText
  /** Default: `CN=` and the name of the row */
  readonly subject?: NameText
  /** Default: one that no other row has */
  readonly serial?: bigint
  /** Default: `'200101000000Z'` */
  readonly not_before?: string
  /** Default: `'340101000000Z'` */
  readonly not_after?: string
  /** Default: 3; others have no extensions */
  readonly version?: 1 | 2 | 3
  /** Default: `'secp256r1'` */
  readonly key?: KeyKind
  /** The row whose key this one has too. */
  readonly key_of?: string
  readonly issuer_unique_id?: Uint8Array
  readonly subject_unique_id?: Uint8Array
  /** Whether it names its key and the issuer's: RFC 5280 §4.2.1.1, §4.2.1.2. Default: true */
  readonly key_identifiers?: boolean
  /** One bit of the signature is wrong. */
  readonly damaged?: boolean
}

export interface MadeCertificate {
  readonly der: Uint8Array
  readonly certificate: OTPCertificate
  readonly key: MadeKey
}

/** What a table describes. Each piece is made when it is first asked for, and once. */
export interface Pki {
  certificate(name: string): MadeCertificate
  /** From the root to the certificate, by who signs whom. */
  path(name: string): readonly OTPCertificate[]
  /** @returns DER */
  crl(row: CrlRow): Uint8Array
}

/** @throws Error when a row names one that there is not, or rows sign each other */
export function make_pki(rows: Readonly<Record<string, CertificateRow>>): Pki {
  const made = new Map<string, MadeCertificate>()
  const keys = new Map<string, MadeKey>()

  const key = (name: string): MadeKey => {
    const { key_of, key: kind } = row_of(rows, name)
    if (key_of !== undefined) return key(key_of)
    return keep(keys, name, () => make_key(kind ?? 'secp256r1'))
  }
  const subject = (name: string) => row_of(rows, name).subject ?? `CN=${name}`
  const certificate = (name: string): MadeCertificate =>
    keep(made, name, () => {
      const row = row_of(rows, name)
      const signer = row.signed_by ?? name
      const defaults = { issuer: subject(signer), subject: subject(name), serial: serial_of(rows, name) }
      const der = certificate_der({ ...defaults, ...row }, key(name), key(signer))
      return { der, certificate: decode_certificate(der), key: key(name) }
    })
  const path = (name: string): readonly OTPCertificate[] => {
    const { signed_by } = row_of(rows, name)
    return [...(signed_by === undefined ? [] : path(signed_by)), certificate(name).certificate]
  }
  const crl = (row: CrlRow) => crl_der(row, row.issuer ?? subject(row.signed_by), key(row.signed_by))
  return { certificate, path, crl }
}

type WholeRow = CertificateRow & Required<Pick<CertificateRow, 'issuer' | 'subject' | 'serial'>>

function certificate_der(row: WholeRow, key: MadeKey, signer: MadeKey): Uint8Array {
  const version = (row.version ?? 3) - 1
  const extensions = [
    ...extensions_of(row),
    ...(row.key_identifiers === false ? [] : identifiers(key, signer)),
  ]
  const tbs = (algorithm: Uint8Array) =>
    sequence(
      ...(version > 0 ? [element(context_constructed(0), integer(version))] : []),
      big_integer(row.serial),
      algorithm,
      name_der(row.issuer),
      sequence(time(row.not_before ?? '200101000000Z'), time(row.not_after ?? '340101000000Z')),
      name_der(row.subject),
      key.spki,
      ...unique_id(1, row.issuer_unique_id),
      ...unique_id(2, row.subject_unique_id),
      ...(version === 2 ? [element(context_constructed(3), sequence(...extensions.map(extension_der)))] : []),
    )
  return signed(tbs, signer, row.damaged ?? false)
}

/** RFC 5280 §4.1.2.8 */
function unique_id(number: number, id: Uint8Array | undefined): Uint8Array[] {
  return id ? [element(context(number), bit_string(id).subarray(2))] : []
}

function identifiers(key: MadeKey, signer: MadeKey): OtherExtension[] {
  return [
    [oids.id_ce_subjectKeyIdentifier, false, octet_string(key_identifier(key))],
    authority_key_identifier(signer),
  ]
}

function serial_of(rows: Readonly<Record<string, CertificateRow>>, name: string): bigint {
  return 1000n + BigInt(Object.keys(rows).indexOf(name))
}

function row_of(rows: Readonly<Record<string, CertificateRow>>, name: string): CertificateRow {
  const row = rows[name]
  if (!row) throw new Error(`no row is called ${name}`)
  return row
}

function keep<Value>(all: Map<string, Value>, name: string, make: () => Value): Value {
  const known = all.get(name)
  if (known !== undefined) return known
  const value = make()
  all.set(name, value)
  return value
}
