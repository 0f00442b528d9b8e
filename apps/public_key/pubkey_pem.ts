// PEM, the text form of DER (RFC 7468), and the older form with headers in which a key is encrypted (RFC 1421).

import { DecodeError } from '../../runtime/binary/reader.ts'
import { read_algorithm_identifier } from './otp_certificate.ts'
import { read_der, universal } from './pubkey_der.ts'
import { object_identifier, octet_string, sequence } from './pubkey_der_writer.ts'

/** What stands after `BEGIN`, and what public_key calls it. */
const labels = {
  Certificate: 'CERTIFICATE',
  CertificationRequest: 'CERTIFICATE REQUEST',
  CertificateList: 'X509 CRL',
  RSAPrivateKey: 'RSA PRIVATE KEY',
  DSAPrivateKey: 'DSA PRIVATE KEY',
  ECPrivateKey: 'EC PRIVATE KEY',
  PrivateKeyInfo: 'PRIVATE KEY',
  SubjectPublicKeyInfo: 'PUBLIC KEY',
  RSAPublicKey: 'RSA PUBLIC KEY',
  DHParameter: 'DH PARAMETERS',
  EcpkParameters: 'EC PARAMETERS',
  ContentInfo: 'PKCS7',
} as const

/** The label of a `PrivateKeyInfo` that is encrypted. */
const encrypted_label = 'ENCRYPTED PRIVATE KEY'

/** OTP: `pki_asn1_type()`. */
export type PkiType = keyof typeof labels

/** What an entry is; `no_asn1` with the label of one that public_key does not know. */
export type PemType = PkiType | readonly ['no_asn1', label: string]

/**
 * How an entry is encrypted. Under a `DEK-Info` header: the name of the cipher, such as `'AES-256-CBC'`, and the
 * initialization vector. In PKCS#8: the scheme's object identifier, and the DER of its parameters.
 */
export type CipherInfo = readonly [cipher: string, parameters: Uint8Array]

/** OTP: `pem_entry()`. */
export type PemEntry = readonly [type: PemType, der_or_encrypted: Uint8Array, 'not_encrypted' | CipherInfo]

const types = new Map(Object.entries(labels).map(([type, label]) => [label as string, type as PkiType]))
types.set('NEW CERTIFICATE REQUEST', 'CertificationRequest').set('X509 CERTIFICATE', 'Certificate')
types.set('CMS', 'ContentInfo')

/** RFC 7468 §2: no label that there is has as many characters. */
const boundary = /^-----(BEGIN|END) (.{1,80}?)-----\s*$/
const base64 = /^[A-Za-z0-9+/]*={0,2}$/
const line_length = 64

/**
 * The entries of a PEM file, in order. Text around them is skipped.
 *
 * @throws {@link DecodeError} when an entry does not end, or is not Base64
 */
export function decode_pem(pem: string | Uint8Array): PemEntry[] {
  const text = typeof pem === 'string' ? pem : new TextDecoder('latin1').decode(pem)
  const entries: PemEntry[] = []
  let label: string | undefined
  let body: string[] = []

  for (const line of text.split(/\r\n|\n|\r/)) {
    const [, mark, name] = boundary.exec(line) ?? []
    if (label === undefined) {
      if (mark !== 'BEGIN') continue
      label = name!
      body = []
    } else if (mark === undefined) {
      body.push(line)
    } else {
      if (mark !== 'END' || name !== label) throw new DecodeError(`no end of ${label}`)
      entries.push(entry(label, body))
      label = undefined
    }
  }
  if (label !== undefined) throw new DecodeError(`no end of ${label}`)
  return entries
}

/** The PEM text of `entries`. */
export function encode_pem(entries: readonly PemEntry[]): string {
  return entries.map(encode_entry).join('')
}

function entry(label: string, lines: readonly string[]): PemEntry {
  const [headers, body] = split_headers(lines)
  const bytes = from_base64(body.join(''))
  if (label === encrypted_label) return encrypted_private_key_info(bytes)

  const type = types.get(label) ?? (['no_asn1', label] as const)
  const dek_info = headers.get('dek-info')
  return [type, bytes, dek_info === undefined ? 'not_encrypted' : cipher_info(dek_info)]
}

/** Headers end at an empty line; one that begins with white space goes on with the one before it. */
function split_headers(lines: readonly string[]): [headers: Map<string, string>, body: readonly string[]] {
  const headers = new Map<string, string>()
  const first = lines[0]
  if (first === undefined || !first.includes(':')) return [headers, lines]

  const end = lines.findIndex(line => line.trim() === '')
  if (end < 0) throw new DecodeError('no end of the headers')
  const unfolded = lines
    .slice(0, end)
    .join('\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
  for (const header of unfolded) {
    const colon = header.indexOf(':')
    if (colon < 0) throw new DecodeError('not a header')
    headers.set(header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim())
  }
  return [headers, lines.slice(end + 1)]
}

function cipher_info(dek_info: string): CipherInfo {
  const [, cipher, iv] = /^([^,]+),((?:[0-9a-fA-F]{2})+)$/.exec(dek_info) ?? []
  if (cipher === undefined || iv === undefined) throw new DecodeError('not a DEK-Info header')
  return [cipher.trim().toUpperCase(), Buffer.from(iv, 'hex')]
}

/** RFC 5958 §3 */
function encrypted_private_key_info(der: Uint8Array): PemEntry {
  return read_der(der, from =>
    from.enter(universal.sequence, info => {
      const { algorithm, parameters } = read_algorithm_identifier(info)
      return ['PrivateKeyInfo', info.octet_string(), [algorithm, parameters ?? new Uint8Array()]]
    }),
  )
}

function from_base64(text: string): Uint8Array {
  const packed = text.replace(/\s+/g, '')
  if (packed.length % 4 !== 0 || !base64.test(packed)) throw new DecodeError('not Base64')
  return Buffer.from(packed, 'base64')
}

function encode_entry([type, bytes, cipher]: PemEntry): string {
  const label = typeof type === 'string' ? labels[type] : type[1]
  if (cipher === 'not_encrypted') return framed(label, '', bytes)

  const [name, parameters] = cipher
  if (type !== 'PrivateKeyInfo') {
    const iv = Buffer.from(parameters).toString('hex').toUpperCase()
    return framed(label, `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${name},${iv}\n\n`, bytes)
  }
  const algorithm = sequence(object_identifier(name), parameters)
  return framed(encrypted_label, '', sequence(algorithm, octet_string(bytes)))
}

function framed(label: string, headers: string, bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64')
  const lines = text.match(new RegExp(`.{1,${line_length}}`, 'g')) ?? []
  return `-----BEGIN ${label}-----\n${headers}${[...lines, ''].join('\n')}-----END ${label}-----\n\n`
}
