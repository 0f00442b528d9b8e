// What a certificate authority may give names to: name constraints, RFC 5280 §4.2.1.10.

import { ip_address_bytes } from './ip_address.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { type GeneralSubtree, type NameConstraints, select_extension } from './pubkey_extensions.ts'
import { type GeneralName, is_below, type Name } from './pubkey_names.ts'
import { id_ce_subjectAltName, id_emailAddress } from './pubkey_oids.ts'

/** All constraints of a path so far. */
export interface Constraints {
  /** A name must be in one subtree of each list that has any of its kind. */
  readonly permitted: readonly (readonly Subtree[])[]
  /** A name must be in none of them. */
  readonly excluded: readonly Subtree[]
}

type Kind = GeneralName[0]

/** What names below have in common; undefined when that cannot be told, and then none of the kind is permitted. */
interface Subtree {
  readonly kind: Kind
  readonly base: Form | undefined
}

/** What of a name, or of a base, is compared: read once, since it may be compared a hundred thousand times. */
type Form =
  /** A host in small letters, and who has a mailbox there. */
  | { readonly host: string; readonly mailbox?: string | undefined }
  | { readonly address: Uint8Array }
  | { readonly name: Name }

export const no_constraints: Constraints = { permitted: [], excluded: [] }

/** So many comparisons at most are made for one certificate: hostile ones could ask for billions. */
const max_comparisons = 250_000

/** `constraints`, and those of one more certificate. */
export function constrain(constraints: Constraints, more: NameConstraints | undefined): Constraints {
  if (!more) return constraints
  const { permittedSubtrees, excludedSubtrees = [] } = more
  const { permitted, excluded } = constraints
  return {
    permitted: permittedSubtrees ? [...permitted, permittedSubtrees.map(read_subtree)] : permitted,
    excluded: [...excluded, ...excludedSubtrees.map(read_subtree)],
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
  const [kind] = name
  const form = form_of_name(name)
  if (excluded.some(subtree => subtree.kind === kind && meets(form, subtree) !== false)) return false
  return permitted.every(list => {
    const same_kind = list.filter(subtree => subtree.kind === kind)
    return same_kind.length === 0 || same_kind.some(subtree => is_within(form, subtree) === true)
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

// ---- What is compared

const host_name = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/

/** Undefined for what cannot be compared. */
function form_of_name(name: GeneralName): Form | undefined {
  switch (name[0]) {
    case 'dNSName':
      return host_form(name[1])
    case 'rfc822Name': {
      const at = name[1].lastIndexOf('@')
      return at < 1 ? undefined : host_form(name[1].slice(at + 1), name[1].slice(0, at))
    }
    case 'uniformResourceIdentifier':
      return host_form(host_in(name[1]))
    default:
      return form_of_any(name)
  }
}

function host_form(host: string | undefined, mailbox?: string): Form | undefined {
  const small = host?.toLowerCase()
  return small !== undefined && host_name.test(small) ? { host: small, mailbox } : undefined
}

function host_in(uri: string): string | undefined {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri)?.[1]
  return host === undefined || ip_address_bytes(host) ? undefined : host
}

function read_subtree({ base, minimum, maximum }: GeneralSubtree): Subtree {
  const is_usual = minimum === 0 && maximum === undefined
  return { kind: base[0], base: is_usual ? form_of_base(base) : undefined }
}

/** A host, which with a leading dot is all hosts below, or a mailbox. */
function form_of_base(base: GeneralName): Form | undefined {
  switch (base[0]) {
    case 'dNSName':
    case 'uniformResourceIdentifier':
      return { host: base[1].toLowerCase() }
    case 'rfc822Name': {
      const at = base[1].lastIndexOf('@')
      const host = base[1].slice(at + 1).toLowerCase()
      return at < 0 ? { host } : { host, mailbox: base[1].slice(0, at) }
    }
    default:
      return form_of_any(base)
  }
}

/** RFC 5280 §4.2.1.10 says of the other kinds of names nothing that they could be compared by. */
function form_of_any(name: GeneralName): Form | undefined {
  if (name[0] === 'directoryName') return { name: name[1] }
  return name[0] === 'iPAddress' ? { address: name[1] } : undefined
}

// ---- Comparing

/** Whether a name, or one that its `*` can stand for, is in a subtree. */
function meets(name: Form | undefined, subtree: Subtree): boolean | undefined {
  const within = is_within(name, subtree)
  const { kind, base } = subtree
  if (within !== false || kind !== 'dNSName' || !('host' in name!) || !('host' in base!)) return within
  if (!name.host.startsWith('*.')) return within
  return base.host.slice(base.host.indexOf('.', 1)) === name.host.slice(1)
}

/** Whether a name is in a subtree; undefined when that cannot be told. */
function is_within(name: Form | undefined, { kind, base }: Subtree): boolean | undefined {
  if (!name || !base) return undefined
  if ('name' in name) return 'name' in base && is_below(name.name, base.name)
  if ('address' in name) return 'address' in base ? is_address_within(name.address, base.address) : undefined
  if (!('host' in base)) return undefined
  if (kind === 'dNSName') return base.host === '' || name.host === base.host || is_below_host(name, base)
  if (base.mailbox !== undefined) return name.host === base.host && name.mailbox === base.mailbox
  return base.host.startsWith('.') ? is_below_host(name, base) : name.host === base.host
}

/** A base is an address and a mask. */
function is_address_within(address: Uint8Array, base: Uint8Array): boolean | undefined {
  const size = base.length / 2
  if (![4, 16].includes(address.length) || ![4, 16].includes(size)) return undefined
  return address.length === size && address.every((byte, at) => ((byte ^ base[at]!) & base[size + at]!) === 0)
}

function is_below_host(name: { readonly host: string }, base: { readonly host: string }): boolean {
  const at = name.host.length - base.host.length
  const is_longer = at > 0 && (base.host.startsWith('.') || name.host[at - 1] === '.')
  // `endsWith` looks at one character after the other.
  return is_longer && name.host.slice(at) === base.host
}
