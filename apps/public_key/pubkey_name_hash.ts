// The hash of a name by which directories of certificates and revocation lists are searched, as OpenSSL names files.

import { hash } from '../crypto/crypto.ts'
import { write_rdn } from './pubkey_crl_writer.ts'
import type { AttributeTypeAndValue, AttributeValue, Name, StringType } from './pubkey_names.ts'

/**
 * Eight hexadecimal digits that are the same for equal names: the name of a file in a directory of OpenSSL's `rehash`,
 * before the `.0` of certificates and the `.r0` of revocation lists.
 *
 * @see OTP: `public_key:short_name_hash/1`
 */
export function short_name_hash({ rdnSequence }: Name): string {
  const canonical = rdnSequence.map(rdn => write_rdn(rdn.map(canonical_attribute)))
  const digest = hash('sha', canonical)
  const number = new DataView(digest.buffer, digest.byteOffset).getUint32(0, true)
  return number.toString(16).padStart(8, '0')
}

/** Types of text that are compared as text; others are compared as they were written. */
const compared_as_text: ReadonlySet<StringType | 'any'> = new Set<StringType>([
  'utf8String',
  'printableString',
  'teletexString',
  'universalString',
  'bmpString',
  'ia5String',
  'visibleString',
])

function canonical_attribute({ type, value }: AttributeTypeAndValue): AttributeTypeAndValue {
  return { type, value: canonical_value(value) }
}

/** Only letters of ASCII are made small, and only white space of ASCII is folded. */
function canonical_value(value: AttributeValue): AttributeValue {
  const [encoding, text] = value
  if (typeof text !== 'string' || !compared_as_text.has(encoding)) return value
  const folded = text.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '').replace(/[ \t-\r]+/g, ' ')
  return ['utf8String', folded.replace(/[A-Z]/g, letter => letter.toLowerCase())]
}
