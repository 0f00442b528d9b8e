// Whether a certificate is for the host that one wanted to reach: RFC 6125, `public_key:pkix_verify_hostname/3`.

import { ip_address_bytes } from './ip_address.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { select_extension } from './pubkey_extensions.ts'
import { equal_bytes, type GeneralName } from './pubkey_names.ts'
import { id_at_commonName, id_ce_subjectAltName } from './pubkey_oids.ts'

/** Whom one wanted to reach. An `ip` is text, or 4 or 16 bytes. OTP: `reference_id()`. */
export type ReferenceId =
  | readonly ['dns_id', string]
  | readonly ['ip', string | Uint8Array]
  | readonly ['uri_id', string]

/** What a certificate says that it is for. */
export type PresentedId = GeneralName | readonly ['cn', string]

/** Decides about one pair; `'default'` leaves it to the rules of {@link verify_hostname}. */
export type MatchFun = (reference: ReferenceId, presented: PresentedId) => boolean | 'default'

/** The reference for what a user gives as the host: an address or a name. */
export function reference_id(host: string): ReferenceId {
  const address = ip_address_bytes(host)
  return address ? ['ip', address] : ['dns_id', host]
}

/**
 * Whether one of `references` is what `certificate` is for. Names in the subject count only when there are no
 * alternative ones. A `*` stands for one whole label, the first of at least three.
 */
export function verify_hostname(
  certificate: OTPCertificate,
  references: readonly ReferenceId[],
  match_fun: MatchFun = () => 'default',
): boolean {
  const presented = presented_ids(certificate)
  return references.some(reference =>
    presented.some(id => {
      const matched = match_fun(reference, id)
      return matched === 'default' ? is_match(reference, id) : matched
    }),
  )
}

/** Whether the certificate has alternative names, so that no other name counts. */
export function has_alternative_names(certificate: OTPCertificate): boolean {
  return alternative_names(certificate).length > 0
}

function presented_ids(certificate: OTPCertificate): readonly PresentedId[] {
  const names = alternative_names(certificate)
  return names.length > 0 ? names : common_names(certificate)
}

function alternative_names({ tbsCertificate }: OTPCertificate): readonly GeneralName[] {
  return select_extension(id_ce_subjectAltName, tbsCertificate.extensions) ?? []
}

function common_names({ tbsCertificate }: OTPCertificate): PresentedId[] {
  return tbsCertificate.subject.rdnSequence.flat().flatMap(({ type, value }): PresentedId[] => {
    return type === id_at_commonName && value[0] !== 'any' ? [['cn', value[1]]] : []
  })
}

function is_match([kind, wanted]: ReferenceId, [type, name]: PresentedId): boolean {
  switch (kind) {
    case 'dns_id':
      return (type === 'dNSName' || type === 'cn') && is_same_host(wanted, name)
    case 'uri_id':
      return type === 'uniformResourceIdentifier' && wanted === name
    case 'ip': {
      const address = typeof wanted === 'string' ? ip_address_bytes(wanted) : wanted
      return type === 'iPAddress' && address !== undefined && equal_bytes(address, name)
    }
  }
}

function is_same_host(wanted: string, pattern: string): boolean {
  const host = absolute(wanted)
  if (host === '' || ip_address_bytes(host) || host.includes('*')) return false
  const presented = absolute(pattern)
  if (!presented.startsWith('*.')) return host === presented

  const parent = presented.slice(1)
  const label = host.slice(0, -parent.length)
  const is_domain = /^\.[^.*]+(\.[^.*]+)+$/.test(parent)
  return is_domain && host.endsWith(parent) && label !== '' && !label.includes('.')
}

/** Small letters, without the dot of the root. */
function absolute(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
