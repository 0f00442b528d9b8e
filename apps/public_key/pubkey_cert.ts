// Path validation, RFC 5280 §6, by the rules of OTP's public_key. Whatever a certificate gives cause for is an
// event, and what comes of an event is for the verify_fun to say. Pure: the time comes in as an argument.

import type { Result } from '../../runtime/erlang/term.ts'
import type { PublicKey } from '../crypto/crypto.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { type Extension, select_extension } from './pubkey_extensions.ts'
import { has_alternative_names, reference_id, verify_hostname } from './pubkey_hostname.ts'
import { certified_key, subject_public_key } from './pubkey_keys.ts'
import {
  are_names_permitted,
  type Constraints,
  constrain,
  is_permitted,
  no_constraints,
} from './pubkey_name_constraints.ts'
import { type GeneralName, is_same_name, type Name } from './pubkey_names.ts'
import * as oids from './pubkey_oids.ts'
import { is_signed_by } from './pubkey_signature.ts'
import type { PathError, VerifyEvent, VerifyFun } from './verify_fun.ts'
import { ask_verify_fun, type BadCert, type BadCertReason, default_verify_fun } from './verify_fun.ts'

/** What a path is checked against. OTP: the options of `public_key:pkix_path_validation/3`. */
export interface PathValidationOptions<State> {
  /** Milliseconds since 1970. */
  readonly now: number
  /** How many certificates that are not self-issued may stand between anchor and peer. Default: any number */
  readonly max_path_length?: number
  /** Default: fails at every error, and knows no extension */
  readonly verify_fun?: VerifyFun<State>
  /** What the peer's key must be for, should its certificate say that. Default: the verify_fun is asked */
  readonly extended_key_usage?: 'serverAuth' | 'clientAuth'
  /** Name or address that the peer's certificate must be for. Default: not checked */
  readonly hostname?: string
}

/** The peer's key, and the last state of the verify_fun. */
export interface ValidPath<State> {
  readonly public_key: PublicKey
  readonly state: State
}

/** What the certificates so far ask of the next one: RFC 5280 §6.1.2. */
interface PathState {
  readonly max_path_length: number
  readonly constraints: Constraints
  readonly working_issuer_name: Name
  /** Undefined for one that crypto cannot use: nothing is signed by it. */
  readonly working_public_key: PublicKey | undefined
}

type Role = 'authority' | 'peer'

type Checks = Omit<PathValidationOptions<unknown>, 'verify_fun'>

/**
 * Validates a path. For each certificate, in this order: length of the path, extensions, validity, issuer, names,
 * signature, and for the peer's the host name. What is wrong is put to the verify_fun, which can overlook it, and
 * at the end `valid`, or for the peer `valid_peer`.
 *
 * @param anchor - the trusted certificate, which is not checked; or why there is none. The verify_fun can overlook
 *   that too, and then the first certificate of `path` is taken for the anchor.
 * @param path - from the certificate that the anchor issued to the peer's. If it is empty, the anchor is the peer's:
 *   trusted, but its extensions, validity and host name count.
 * @throws {@link DecodeError} when crypto cannot use the peer's public key
 */
export function validate_path<State>(
  anchor: OTPCertificate | PathError,
  path: readonly OTPCertificate[],
  options: PathValidationOptions<State>,
): Result<ValidPath<State>, BadCert> {
  const peer = path.at(-1) ?? anchor
  if (typeof peer === 'string') return ['error', ['bad_cert', peer]]

  const [fun, initial_state]: VerifyFun<State> = options.verify_fun ?? default_verify_fun
  let state = initial_state
  for (const [certificate, event] of path_events(anchor, path, options)) {
    const [tag, answer] = ask_verify_fun([fun, state], certificate, event)
    if (tag === 'error') return [tag, answer]
    state = answer
  }
  return ['ok', { public_key: subject_public_key(peer), state }]
}

/** Whether its issuer has the name of its subject. */
export function is_self_issued({ tbsCertificate }: OTPCertificate): boolean {
  return is_same_name(tbsCertificate.subject, tbsCertificate.issuer)
}

/** Each certificate with what it gives cause for; lazily, so that nothing is checked after a refusal. */
export function* path_events(
  anchor: OTPCertificate | PathError,
  path: readonly OTPCertificate[],
  checks: Checks,
): Generator<readonly [OTPCertificate, VerifyEvent]> {
  if (typeof anchor === 'string') {
    const [first, ...rest] = path
    yield [first!, ['bad_cert', anchor]]
    yield* path_events(first!, rest, checks)
    return
  }
  if (path.length === 0) {
    for (const event of trusted_peer_events(anchor, checks)) yield [anchor, event]
    return
  }
  let state = initial_state(anchor, checks.max_path_length ?? path.length)
  for (const [index, certificate] of path.entries()) {
    const role = index < path.length - 1 ? 'authority' : 'peer'
    for (const event of certificate_events(certificate, role, state, checks)) yield [certificate, event]
    state = next_state(certificate, state)
  }
}

function* trusted_peer_events(certificate: OTPCertificate, checks: Checks): Generator<VerifyEvent> {
  yield* extension_events(certificate, 'peer', checks)
  if (!is_valid_at(certificate, checks.now)) yield bad_cert('cert_expired')
  if (!is_host_valid(certificate, checks, no_constraints)) yield bad_cert('hostname_check_failed')
  yield 'valid_peer'
}

function* certificate_events(
  certificate: OTPCertificate,
  role: Role,
  state: PathState,
  checks: Checks,
): Generator<VerifyEvent> {
  if (state.max_path_length < 0) yield bad_cert('max_path_length_reached')
  yield* extension_events(certificate, role, checks)
  if (!is_valid_at(certificate, checks.now)) yield bad_cert('cert_expired')
  if (!is_same_name(certificate.tbsCertificate.issuer, state.working_issuer_name))
    yield bad_cert('invalid_issuer')
  if (!has_permitted_names(certificate, role, state.constraints)) yield bad_cert('name_not_permitted')
  const key = state.working_public_key
  if (!key || !is_signed_by(certificate, key)) yield bad_cert('invalid_signature')
  if (role === 'authority') return yield 'valid'

  if (!is_host_valid(certificate, checks, state.constraints)) yield bad_cert('hostname_check_failed')
  yield 'valid_peer'
}

// ---- From one certificate to the next: RFC 5280 §6.1.4

function initial_state(anchor: OTPCertificate, max_path_length: number): PathState {
  return {
    max_path_length,
    constraints: no_constraints,
    working_issuer_name: anchor.tbsCertificate.subject,
    working_public_key: certified_key(anchor),
  }
}

function next_state(certificate: OTPCertificate, state: PathState): PathState {
  const { subject, extensions } = certificate.tbsCertificate
  const limit = select_extension(oids.id_ce_basicConstraints, extensions)?.pathLenConstraint ?? Infinity
  const left = is_self_issued(certificate) ? state.max_path_length : state.max_path_length - 1
  return {
    max_path_length: Math.min(left, limit),
    constraints: constrain(state.constraints, select_extension(oids.id_ce_nameConstraints, extensions)),
    working_issuer_name: subject,
    working_public_key: certified_key(certificate),
  }
}

// ---- The checks

function* extension_events(certificate: OTPCertificate, role: Role, checks: Checks): Generator<VerifyEvent> {
  const { extensions } = certificate.tbsCertificate
  for (const extension of extensions) {
    const event = extension_event(extension, role, checks)
    if (event) yield event
  }
  const basic_constraints = select_extension(oids.id_ce_basicConstraints, extensions)
  if (role === 'authority' && !basic_constraints?.cA) yield bad_cert('missing_basic_constraint')
}

function extension_event(extension: Extension, role: Role, checks: Checks): VerifyEvent | undefined {
  const unknown = ['extension', extension] as const
  switch (extension.extnID) {
    case oids.id_ce_basicConstraints:
    case oids.id_ce_nameConstraints:
      return undefined
    case oids.id_ce_certificatePolicies:
    case oids.id_ce_policyConstraints:
      return extension.critical ? unknown : undefined
    case oids.id_ce_keyUsage: {
      const usages = select_extension(oids.id_ce_keyUsage, [extension])
      return role === 'peer' || usages?.includes('keyCertSign') ? undefined : bad_cert('invalid_key_usage')
    }
    case oids.id_ce_subjectAltName: {
      const names = select_extension(oids.id_ce_subjectAltName, [extension])
      return extension.critical && names?.some(is_understood) ? undefined : unknown
    }
    case oids.id_ce_extKeyUsage: {
      if (!checks.extended_key_usage) return unknown
      const purposes = select_extension(oids.id_ce_extKeyUsage, [extension]) ?? []
      const wanted = [purpose_of[checks.extended_key_usage], oids.anyExtendedKeyUsage]
      return role === 'authority' || purposes.some(purpose => wanted.includes(purpose))
        ? undefined
        : bad_cert('invalid_ext_key_usage')
    }
    default:
      return unknown
  }
}

const purpose_of = { serverAuth: oids.id_kp_serverAuth, clientAuth: oids.id_kp_clientAuth } as const

function is_understood([kind]: GeneralName): boolean {
  return ['rfc822Name', 'dNSName', 'directoryName', 'uniformResourceIdentifier', 'iPAddress'].includes(kind)
}

function is_valid_at({ tbsCertificate }: OTPCertificate, now: number): boolean {
  const { notBefore, notAfter } = tbsCertificate.validity
  // The last second counts to its end.
  return notBefore <= now && now < notAfter + 1000
}

/** An authority that renews its own key need not keep to constraints: RFC 5280 §6.1.3 (b). */
function has_permitted_names(certificate: OTPCertificate, role: Role, constraints: Constraints): boolean {
  return (
    (role === 'authority' && is_self_issued(certificate)) || are_names_permitted(certificate, constraints)
  )
}

function is_host_valid(certificate: OTPCertificate, checks: Checks, constraints: Constraints): boolean {
  const { hostname } = checks
  if (hostname === undefined) return true
  if (!verify_hostname(certificate, [reference_id(hostname)])) return false
  // A host found in the subject's common name has not passed the name constraints yet.
  return has_alternative_names(certificate) || is_permitted(['dNSName', hostname], constraints)
}

function bad_cert(reason: BadCertReason): VerifyEvent {
  return ['bad_cert', reason]
}
