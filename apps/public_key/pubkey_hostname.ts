// Whether a certificate is for the host that one wanted to reach: RFC 6125, `public_key:pkix_verify_hostname/3`.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { host_a_labels, is_host_name } from './host_name.ts'
import { ip_address_bytes, ip_tuple_bytes } from './ip_address.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { context_constructed, type DerReader, type Element, read_der, universal } from './pubkey_der.ts'
import { select_extension } from './pubkey_extensions.ts'
import { equal_bytes, type GeneralName } from './pubkey_names.ts'
import { id_at_commonName, id_ce_subjectAltName, id_on_dnsSRV, type Oid } from './pubkey_oids.ts'

/**
 * Whom one wanted to reach. An `ip` is text, 4 or 16 bytes, or a tuple as in inet; a `dns_id` may be written in any
 * script; an `srv_id` is `'_service.domain'` (RFC 4985). OTP: `reference_id()`.
 */
export type ReferenceId =
  | readonly ['dns_id', string]
  | readonly ['ip', IpAddress]
  | readonly ['uri_id', string]
  | readonly ['srv_id', string]

type IpAddress = string | Uint8Array | readonly number[]

/** What a certificate says that it is for. */
export type PresentedId = GeneralName | readonly ['cn', string] | readonly ['srvName', string]

/**
 * Decides about one pair; `'default'` leaves it to the rules of {@link verify_hostname}. A common name comes with
 * the bare domain name of the reference. OTP: option `match_fun`.
 */
export type MatchFun = (reference: ReferenceId | string, presented: PresentedId) => boolean | 'default'

/** A user's say in the check. OTP: the options of `public_key:pkix_verify_hostname/3`. */
export interface HostnameCheck {
  /** Default: leaves all to the rules */
  readonly match_fun?: MatchFun | undefined
  /** The domain name in a reference; undefined when it has none. Default: that of a `dns_id`, the host of a `uri_id` */
  readonly fqdn_fun?: ((reference: ReferenceId) => string | undefined | 'default') | undefined
  /** Is asked once when nothing matched, and its `true` lets the certificate pass. Default: refuses */
  readonly fail_callback?: ((certificate: OTPCertificate) => boolean) | undefined
}

/** The reference for what a user gives as the host: an address, which may name its zone, or a name. */
export function reference_id(host: string): ReferenceId {
  const address = ip_address_bytes(host.replace(/^([0-9a-f:.]*:[0-9a-f:.]*)%.+$/i, '$1'))
  return address ? ['ip', address] : ['dns_id', host]
}

/**
 * Whether one of `references` is what `certificate` is for. Names in the subject count only when there are no
 * alternative ones. A `*` stands for one whole label, the first of at least three. What fails so is compared once
 * more by the domain names in the references. What a fun of the user throws is thrown.
 *
 * @see OTP: `public_key:pkix_verify_hostname/3`
 */
export function verify_hostname(
  certificate: OTPCertificate,
  references: readonly ReferenceId[],
  check: HostnameCheck = {},
): boolean {
  return is_for_one(certificate, references, check) || check.fail_callback?.(certificate) === true
}

/**
 * The rules of the web for `match_fun`: the `*` of a DNS name stands also for a part of its label, unless that
 * label is an international one (RFC 2818 §3.1, RFC 6125 §6.4.3).
 *
 * @see OTP: `public_key:pkix_verify_hostname_match_fun/1`
 */
export function hostname_match_fun(_protocol: 'https'): MatchFun {
  return (reference, [type, name]) => {
    if (typeof reference === 'string' || reference[0] !== 'dns_id' || type !== 'dNSName') return 'default'
    return is_same_host(reference[1], name, 'parts')
  }
}

/** Whether the certificate has alternative names, so that no other name counts. */
export function has_alternative_names(certificate: OTPCertificate): boolean {
  return alternative_names(certificate).length > 0
}

function is_for_one(
  certificate: OTPCertificate,
  references: readonly ReferenceId[],
  check: HostnameCheck,
): boolean {
  const presented = alternative_names(certificate).map(presented_id)
  const domains = domain_names(references, check)
  if (presented.length === 0) return is_any_match(domains, common_names(certificate), check)

  const by_domain = domains.map((name): ReferenceId => ['dns_id', name])
  const others = by_domain.filter(
    ([, name]) => !references.some(known => known[0] === 'dns_id' && known[1] === name),
  )
  return is_any_match([...references, ...others], presented, check)
}

function is_any_match(
  references: readonly (ReferenceId | string)[],
  presented: readonly PresentedId[],
  { match_fun }: HostnameCheck,
): boolean {
  return references.some(reference =>
    presented.some(id => {
      const matched = match_fun?.(reference, id) ?? 'default'
      return matched === 'default' ? is_match(reference, id) : matched === true
    }),
  )
}

// ---- What is presented, and what is wanted

function alternative_names({ tbsCertificate }: OTPCertificate): readonly GeneralName[] {
  return select_extension(id_ce_subjectAltName, tbsCertificate.extensions) ?? []
}

function common_names({ tbsCertificate }: OTPCertificate): PresentedId[] {
  return tbsCertificate.subject.rdnSequence.flat().flatMap(({ type, value }): PresentedId[] => {
    return type === id_at_commonName && value[0] !== 'any' ? [['cn', value[1]]] : []
  })
}

function presented_id(name: GeneralName): PresentedId {
  const service = name[0] === 'otherName' ? service_name(name[1]) : undefined
  return service === undefined ? name : ['srvName', service]
}

/** The text of a SRVName, RFC 4985 §2; undefined for any other name, and for what is none. */
function service_name(other_name: Uint8Array): string | undefined {
  const [type, value] = decode_other_name(other_name)
  if (type !== id_on_dnsSRV || value?.tag !== universal.ia5_string) return undefined
  return value.content.length <= longest_name ? String.fromCharCode(...value.content) : undefined
}

const longest_name = 1000

function decode_other_name(other_name: Uint8Array): readonly [type: Oid, value: Element] | readonly [] {
  try {
    return read_der(other_name, from => from.enter(context_constructed(0), read_other_name))
  } catch (error) {
    if (error instanceof DecodeError) return []
    throw error
  }
}

function read_other_name(from: DerReader): readonly [type: Oid, value: Element] {
  return [from.object_identifier(), from.enter(context_constructed(0), value => value.element())]
}

function domain_names(references: readonly ReferenceId[], { fqdn_fun }: HostnameCheck): readonly string[] {
  return references.flatMap(reference => {
    const given = fqdn_fun ? fqdn_fun(reference) : 'default'
    const name = given === 'default' ? domain_name(reference) : given
    return name === undefined ? [] : [name]
  })
}

function domain_name([kind, wanted]: ReferenceId): string | undefined {
  if (kind === 'dns_id') return wanted
  if (kind !== 'uri_id' || !URL.canParse(wanted)) return undefined
  return new URL(wanted).hostname || undefined
}

// ---- Comparing

function is_match(reference: ReferenceId | string, [type, name]: PresentedId): boolean {
  if (typeof reference === 'string') return type === 'cn' && is_same_host(reference, name, 'whole')
  const [kind, wanted] = reference
  switch (kind) {
    case 'dns_id':
      return type === 'dNSName' && is_same_host(wanted, name, 'whole')
    case 'uri_id':
      return type === 'uniformResourceIdentifier' && wanted === name
    case 'srv_id':
      return type === 'srvName' && small_letters(wanted) === small_letters(name)
    case 'ip': {
      const address = address_bytes(wanted)
      return type === 'iPAddress' && address !== undefined && equal_bytes(address, name)
    }
  }
}

function address_bytes(ip: IpAddress): Uint8Array | undefined {
  if (typeof ip === 'string') return ip_address_bytes(ip)
  return ip instanceof Uint8Array ? ip : ip_tuple_bytes(ip)
}

/** @param wildcards - whether a `*` stands for a whole label, or also for a part of one */
function is_same_host(wanted: string, pattern: string, wildcards: 'whole' | 'parts'): boolean {
  const host = absolute(host_a_labels(wanted))
  if (host === '' || ip_address_bytes(host) || host.includes('*')) return false
  const presented = absolute(pattern)
  if (host === presented || absolute(wanted) === presented) return true

  const [first, ...parents] = presented.split('.')
  const [label, ...domain] = host.split('.')
  if (!is_host_name(host) || parents.length < 2 || parents.includes('')) return false
  return domain.join('.') === parents.join('.') && is_label_match(label!, first!, wildcards)
}

function is_label_match(label: string, pattern: string, wildcards: 'whole' | 'parts'): boolean {
  if (pattern === '*') return true
  const [before, after, ...more] = pattern.split('*')
  if (wildcards === 'whole' || after === undefined || more.length > 0) return false
  if (label.startsWith('xn--') || pattern.startsWith('xn--')) return false
  return label.length >= pattern.length - 1 && label.startsWith(before!) && label.endsWith(after)
}

/** Small letters, without the dot of the root. */
function absolute(name: string): string {
  return small_letters(name).replace(/\.$/, '')
}

/** Of ASCII only: others have small letters that look like ASCII. */
function small_letters(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}
