// Writes the names in certificates and revocation lists that tests make: each attribute, each string type, each kind
// of general name.

import { ip_address_bytes } from '../../apps/public_key/ip_address.ts'
import { context, context_constructed, universal } from '../../apps/public_key/pubkey_der.ts'
import { element, object_identifier, sequence } from '../../apps/public_key/pubkey_der_writer.ts'

/**
 * A distinguished name from the root of the directory downwards, `'C=US, O=Example, CN=Good CA'`. A value is a
 * PrintableString, or an IA5String where the attribute is one; `CN=utf8:Good CA` is a UTF8String. White space in a
 * value stays. An empty text is a name without parts.
 */
export type NameText = string

/** An `iPAddress` may be text; in name constraints it is the bytes of address and mask. */
export type GeneralNameRow =
  | readonly ['rfc822Name' | 'dNSName' | 'uniformResourceIdentifier', string]
  | readonly ['directoryName', NameText]
  | readonly ['iPAddress', string | Uint8Array]
  | readonly ['registeredID', string]
  /** The DER of all of the name, for kinds that no test but its own needs. */
  | readonly ['any', Uint8Array]

const attributes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  generationQualifier: '2.5.4.44',
  dnQualifier: '2.5.4.46',
  pseudonym: '2.5.4.65',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
}

/** RFC 5280 §4.1.2.4 */
export function name_der(name: NameText): Uint8Array {
  return sequence(...parts_of(name).map(part => element(universal.set, attribute_der(part))))
}

/** One part of a name, for where its type is implied. */
export function relative_name_der(tag: number, part: NameText): Uint8Array {
  return element(tag, attribute_der(part))
}

/** RFC 5280 §4.2.1.6 */
export function general_name_der([kind, name]: GeneralNameRow): Uint8Array {
  switch (kind) {
    case 'rfc822Name':
      return element(context(1), utf8(name))
    case 'dNSName':
      return element(context(2), utf8(name))
    case 'directoryName':
      return element(context_constructed(4), name_der(name))
    case 'uniformResourceIdentifier':
      return element(context(6), utf8(name))
    case 'iPAddress':
      return element(context(7), typeof name === 'string' ? ip_address_bytes(name)! : name)
    case 'registeredID':
      return element(context(8), object_identifier(name).subarray(2))
    case 'any':
      return name
  }
}

/** General names in the element that `tag` begins. */
export function general_names_der(tag: number, names: readonly GeneralNameRow[]): Uint8Array {
  return element(tag, ...names.map(general_name_der))
}

export const utf8 = (text: string) => new TextEncoder().encode(text)

function parts_of(name: NameText): readonly string[] {
  return name === '' ? [] : name.split(', ')
}

function attribute_der(part: string): Uint8Array {
  const [type, value] = part.split(/=(.*)/s)
  const oid = attributes[type!]
  if (oid === undefined || value === undefined) throw new Error(`no attribute: ${part}`)
  if (value.startsWith('utf8:')) return attribute(oid, universal.utf8_string, value.slice(5))
  const is_ascii = type === 'DC' || type === 'emailAddress'
  return attribute(oid, is_ascii ? universal.ia5_string : universal.printable_string, value)
}

function attribute(oid: string, tag: number, value: string): Uint8Array {
  return sequence(object_identifier(oid), element(tag, utf8(value)))
}
