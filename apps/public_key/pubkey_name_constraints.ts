// What a certificate authority may give names to: name constraints, RFC 5280 §4.2.1.10.

import { ip_address_bytes } from './ip_address.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { type GeneralSubtree, type NameConstraints, select_extension } from './pubkey_extensions.ts'
import { type GeneralName, is_below } from './pubkey_names.ts'
import { id_ce_subjectAltName, id_emailAddress } from './pubkey_oids.ts'

/** All constraints of a path so far. */
export interface Constraints {
  /** A name must be in one subtree of each list that has any of its kind. */
  readonly permitted: readonly (readonly GeneralSubtree[])[]
  /** A name must be in none of them. */
  readonly excluded: readonly GeneralSubtree[]
}

export const no_constraints: Constraints = { permitted: [], excluded: [] }

/** So many comparisons at most are made for one certificate: hostile ones could ask for billions. */
const max_comparisons = 250_000

/** `constraints`, and those of one more certificate. */
export function constrain(constraints: Constraints, more: NameConstraints | undefined): Constraints {
  if (!more) return constraints
  return {
    permitted: more.permittedSubtrees
      ? [...constraints.permitted, more.permittedSubtrees]
      : constraints.permitted,
    excluded: [...constraints.excluded, ...(more.excludedSubtrees ?? [])],
  }
}

/** Whether all names in a certificate, of the subject and the alternative ones, keep to the constraints. */
export function are_names_permitted(certificate: OTPCertificate, constraints: Constraints): boolean {
  const count = constraints.permitted.reduce((sum, list) => sum + list.length, constraints.excluded.length)
  if (count === 0) return true
  const names = names_in(certificate)
  return names.length * count <= max_comparisons && names.every(name => is_permitted(name, constraints))
}

/** Whether one name keeps to the constraints. One of a kind that cannot be compared does not. */
export function is_permitted(name: GeneralName, { permitted, excluded }: Constraints): boolean {
  if (excluded.some(subtree => subtree.base[0] === name[0] && meets(name, subtree) !== false)) return false
  return permitted.every(list => {
    const same_kind = list.filter(subtree => subtree.base[0] === name[0])
    return same_kind.length === 0 || same_kind.some(subtree => is_within(name, subtree) === true)
  })
}

function names_in({ tbsCertificate }: OTPCertificate): GeneralName[] {
  const { subject, extensions } = tbsCertificate
  const names: GeneralName[] = subject.rdnSequence.length > 0 ? [['directoryName', subject]] : []
  for (const { type, value } of subject.rdnSequence.flat()) {
    if (type === id_emailAddress && value[0] !== 'any') names.push(['rfc822Name', value[1]])
  }
  return names.concat(select_extension(id_ce_subjectAltName, extensions) ?? [])
}

/** Whether a name, or one that its `*` can stand for, is in a subtree. */
function meets(name: GeneralName, subtree: GeneralSubtree): boolean | undefined {
  const within = is_within(name, subtree)
  const [kind, base] = subtree.base
  if (within !== false || kind !== 'dNSName' || name[0] !== 'dNSName' || !name[1].startsWith('*.'))
    return within
  return same_text(base.slice(base.indexOf('.', 1)), name[1].slice(1))
}

/** Whether a name is in a subtree; undefined when that cannot be told. */
function is_within(name: GeneralName, { base, minimum, maximum }: GeneralSubtree): boolean | undefined {
  if (minimum !== 0 || maximum !== undefined) return undefined
  if (name[0] === 'dNSName' && base[0] === 'dNSName') return is_host_below(name[1], base[1])
  if (name[0] === 'rfc822Name' && base[0] === 'rfc822Name') return is_mailbox_within(name[1], base[1])
  if (name[0] === 'iPAddress' && base[0] === 'iPAddress') return is_address_within(name[1], base[1])
  if (name[0] === 'directoryName' && base[0] === 'directoryName') return is_below(name[1], base[1])
  if (name[0] === 'uniformResourceIdentifier' && base[0] === 'uniformResourceIdentifier') {
    return is_uri_within(name[1], base[1])
  }
  return undefined
}

const host_name = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i

function is_host_below(host: string, base: string): boolean | undefined {
  if (!host_name.test(host)) return undefined
  return base === '' || is_domain_of(base, host) || same_text(host, base)
}

/** A base is a mailbox, a host, or with a leading dot all hosts below. */
function is_mailbox_within(mailbox: string, base: string): boolean | undefined {
  const at = mailbox.lastIndexOf('@')
  const host = mailbox.slice(at + 1)
  if (at < 1 || !host_name.test(host)) return undefined
  const base_at = base.lastIndexOf('@')
  if (base_at >= 0)
    return mailbox.slice(0, at) === base.slice(0, base_at) && same_text(host, base.slice(base_at + 1))
  return base.startsWith('.') ? is_domain_of(base, host) : same_text(host, base)
}

/** A base is a host, or with a leading dot all hosts below. */
function is_uri_within(uri: string, base: string): boolean | undefined {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri)?.[1]
  if (host === undefined || !host_name.test(host) || ip_address_bytes(host)) return undefined
  return base.startsWith('.') ? is_domain_of(base, host) : same_text(host, base)
}

/** A base is an address and a mask. */
function is_address_within(address: Uint8Array, base: Uint8Array): boolean | undefined {
  const size = base.length / 2
  if (![4, 16].includes(address.length) || ![4, 16].includes(size)) return undefined
  return address.length === size && address.every((byte, at) => ((byte ^ base[at]!) & base[size + at]!) === 0)
}

function is_domain_of(base: string, host: string): boolean {
  return host.toLowerCase().endsWith(base.startsWith('.') ? base.toLowerCase() : `.${base.toLowerCase()}`)
}

function same_text(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
