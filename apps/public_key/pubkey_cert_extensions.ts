// What the extensions of a certificate in a path give cause for: whether it may issue others, what its key is for, and
// what nobody here knows. Policies and name constraints are weighed elsewhere.

import type { OTPCertificate } from './otp_certificate.ts'
import { type Extension, type KeyUsage, select_extension } from './pubkey_extensions.ts'
import type { GeneralName } from './pubkey_names.ts'
import * as oids from './pubkey_oids.ts'
import type { BadCertReason, VerifyEvent } from './verify_fun.ts'

/** Which place in its path a certificate has. */
export type Role = 'authority' | 'peer'

/** What the keys in a path must be for. */
export interface PurposeOptions {
  /** What the peer's key must be for, should its certificate say that. Default: the verify_fun is asked */
  readonly extended_key_usage?: 'serverAuth' | 'clientAuth'
  /** What the peer's key is used for, and must be for, should its certificate say what for. Default: anything */
  readonly key_usage?: KeyUsage | undefined
  /** Whether the authorities' keys may be for anything at all. Default: as the peer's, should they say that */
  readonly allow_any_ca_purpose?: boolean | undefined
}

/** Each extension that is wrong, or that the verify_fun must know, in the order of the certificate. */
export function* extension_events(
  certificate: OTPCertificate,
  role: Role,
  checks: PurposeOptions,
): Generator<VerifyEvent> {
  const { extensions } = certificate.tbsCertificate
  for (const extension of extensions) {
    const event = extension_event(extension, role, checks)
    if (event) yield event
  }
  const basic_constraints = select_extension(oids.id_ce_basicConstraints, extensions)
  if (role === 'authority' && !basic_constraints?.cA) yield bad_cert('missing_basic_constraint')
}

function extension_event(extension: Extension, role: Role, checks: PurposeOptions): VerifyEvent | undefined {
  const unknown = ['extension', extension] as const
  switch (extension.extnID) {
    case oids.id_ce_basicConstraints:
    case oids.id_ce_nameConstraints:
    case oids.id_ce_certificatePolicies:
    case oids.id_ce_policyMappings:
    case oids.id_ce_policyConstraints:
    case oids.id_ce_inhibitAnyPolicy:
      return undefined
    case oids.id_ce_keyUsage: {
      const usages = select_extension(oids.id_ce_keyUsage, [extension])
      const wanted = role === 'peer' ? checks.key_usage : 'keyCertSign'
      return wanted === undefined || usages?.includes(wanted) ? undefined : bad_cert('invalid_key_usage')
    }
    case oids.id_ce_subjectAltName: {
      const names = select_extension(oids.id_ce_subjectAltName, [extension])
      return extension.critical && names?.some(is_understood) ? undefined : unknown
    }
    case oids.id_ce_extKeyUsage:
      if (!checks.extended_key_usage) return unknown
      return is_purpose_allowed(extension, role, checks) ? undefined : bad_cert('invalid_ext_key_usage')
    default:
      return unknown
  }
}

/**
 * What the authorities' keys are for bounds what the peer's is for, as OpenSSL has it and OTP had it at first.
 * RFC 5280 §4.2.1.12: an authority whose key is for anything should not insist on that.
 */
function is_purpose_allowed(extension: Extension, role: Role, checks: PurposeOptions): boolean {
  if (role === 'authority' && checks.allow_any_ca_purpose) return true
  const purposes = select_extension(oids.id_ce_extKeyUsage, [extension]) ?? []
  if (purposes.includes(oids.anyExtendedKeyUsage)) return role === 'peer' || !extension.critical
  return purposes.includes(purpose_of[checks.extended_key_usage!])
}

const purpose_of = { serverAuth: oids.id_kp_serverAuth, clientAuth: oids.id_kp_clientAuth } as const

function is_understood([kind]: GeneralName): boolean {
  return ['rfc822Name', 'dNSName', 'directoryName', 'uniformResourceIdentifier', 'iPAddress'].includes(kind)
}

/**
 * What is trusted as the certificate of a peer is no authority. What says nothing may be one from before there were
 * extensions.
 */
export function* anchor_events(anchor: OTPCertificate): Generator<VerifyEvent> {
  const { version, extensions } = anchor.tbsCertificate
  const usages = select_extension(oids.id_ce_keyUsage, extensions)
  const basic_constraints = select_extension(oids.id_ce_basicConstraints, extensions)
  if (usages && !usages.includes('keyCertSign')) yield bad_cert('invalid_key_usage')
  if (basic_constraints ? !basic_constraints.cA : version === 'v3' && !usages)
    yield bad_cert('missing_basic_constraint')
}

function bad_cert(reason: BadCertReason): VerifyEvent {
  return ['bad_cert', reason]
}
