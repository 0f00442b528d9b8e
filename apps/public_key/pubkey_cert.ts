// Path validation, RFC 5280 §6, by the rules of OTP's public_key. Whatever a certificate gives cause for is an
// event, and what comes of an event is for the verify_fun to say. Pure: the time comes in as an argument.

import type { Result } from '../../runtime/erlang/term.ts'
import type { PublicKey, SignatureScheme } from '../crypto/crypto.ts'
import { host_a_labels } from './host_name.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import { anchor_events, extension_events, type PurposeOptions, type Role } from './pubkey_cert_extensions.ts'
import { select_extension } from './pubkey_extensions.ts'
import {
  type HostnameCheck,
  has_alternative_names,
  reference_id,
  verify_hostname,
} from './pubkey_hostname.ts'
import { certified_key, certified_key_below, path_public_key } from './pubkey_keys.ts'
import {
  are_names_permitted,
  type Constraints,
  constrain,
  is_permitted,
  no_constraints,
} from './pubkey_name_constraints.ts'
import { equal_bytes, is_same_name, type Name } from './pubkey_names.ts'
import * as oids from './pubkey_oids.ts'
import {
  initial_policies,
  type PolicyNode,
  type PolicyOptions,
  type PolicyState,
  process_policies,
  valid_policies,
} from './pubkey_policies.ts'
import { is_signed_by, signature_scheme } from './pubkey_signature.ts'
import type { PathError, VerifyEvent, VerifyFun } from './verify_fun.ts'
import { ask_verify_fun, type BadCert, type BadCertReason, default_verify_fun } from './verify_fun.ts'

/** What a path is checked against, whoever is asked about it. */
export interface PathChecks extends PolicyOptions, PurposeOptions {
  /** Milliseconds since 1970. */
  readonly now: number
  /** How many certificates that are not self-issued may stand between anchor and peer. Default: any number */
  readonly max_path_length?: number
  /** How the certificates may be signed; the anchor's own signature does not count. Default: in any way */
  readonly allowed_signatures?: readonly SignatureScheme[] | undefined
  /** How long the keys in the path must be at least. Default: any length */
  readonly least_key_bits?: LeastKeyBits | undefined
  /** Name or address that the peer's certificate must be for. Default: not checked */
  readonly hostname?: string
  /** A user's say in that. */
  readonly customize_hostname_check?: HostnameCheck | undefined
}

/** By kind of key. */
export type LeastKeyBits = Partial<Readonly<Record<'rsa' | 'dsa' | 'ec', number>>>

/** What a path is validated with. OTP: the options of `public_key:pkix_path_validation/3`. */
export interface PathValidationOptions<State> extends PathChecks {
  /** Default: fails at every error, and knows no extension */
  readonly verify_fun?: VerifyFun<State>
}

/** The peer's key, the policies that the path is valid for, and the last state of the verify_fun. */
export interface ValidPath<State> {
  readonly public_key: PublicKey
  readonly policies: readonly PolicyNode[]
  readonly state: State
}

/** What the certificates so far ask of the next one: RFC 5280 §6.1.2. */
interface PathState {
  readonly max_path_length: number
  readonly constraints: Constraints
  readonly policies: PolicyState
  readonly working_issuer_name: Name
  /** Undefined for one that crypto cannot use: nothing is signed by it. */
  readonly working_public_key: PublicKey | undefined
}

/** A certificate, and what it gives cause for. */
export type PathEvent = readonly [OTPCertificate, VerifyEvent]

/**
 * Validates a path: puts its {@link path_events} to the verify_fun, which can overlook what is wrong.
 *
 * @param anchor - the trusted certificate; or why there is none. The verify_fun can overlook that too, and then the
 *   first certificate of `path` is taken for the anchor.
 * @param path - from the certificate that the anchor issued to the peer's. If it is empty, the anchor is the peer's:
 *   trusted, but its extensions, validity and host name count.
 * @throws {@link DecodeError} when crypto cannot use the peer's public key
 * @see OTP: `public_key:pkix_path_validation/3`
 */
export function validate_path<State>(
  anchor: OTPCertificate | PathError,
  path: readonly OTPCertificate[],
  options: PathValidationOptions<State>,
): Result<ValidPath<State>, BadCert> {
  const certificates = typeof anchor === 'string' ? path : [anchor, ...path]
  if (typeof anchor === 'string' && path.length === 0) return ['error', ['bad_cert', anchor]]

  const [fun, initial_state]: VerifyFun<State> = options.verify_fun ?? default_verify_fun
  const events = path_events(anchor, path, options)
  let state = initial_state
  for (;;) {
    const { done, value } = events.next()
    if (done) return ['ok', { public_key: path_public_key(certificates), policies: value, state }]
    const [tag, answer] = ask_verify_fun([fun, state], ...value)
    if (tag === 'error') return [tag, answer]
    state = answer
  }
}

/** Whether its issuer has the name of its subject. */
export function is_self_issued({ tbsCertificate }: OTPCertificate): boolean {
  return is_same_name(tbsCertificate.subject, tbsCertificate.issuer)
}

/**
 * Each certificate with what it gives cause for; lazily, so that nothing is checked after a refusal. For each
 * certificate, in this order: whether it is there for the second time, length of the path, extensions, validity,
 * issuer, names, algorithm and key, signature, policies, and for the peer's the host name. At its end comes `valid`,
 * or for the peer `valid_peer`. An anchor gives cause for events only when it must not issue certificates.
 *
 * @param anchor - as of {@link validate_path}; if it is none, `path` must not be empty
 * @returns the policies that the path is valid for, if nothing was wrong
 */
export function* path_events(
  anchor: OTPCertificate | PathError,
  path: readonly OTPCertificate[],
  checks: PathChecks,
): Generator<PathEvent, readonly PolicyNode[]> {
  if (typeof anchor === 'string') {
    const [first, ...rest] = path
    yield [first!, ['bad_cert', anchor]]
    return yield* path_events(first!, rest, checks)
  }
  let state = initial_state(anchor, path.length, checks)
  if (path.length === 0) {
    yield* about(anchor, trusted_peer_events(anchor, checks))
    return valid_policies(state.policies)
  }
  yield* about(anchor, anchor_events(anchor))
  for (const [index, certificate] of path.entries()) {
    if (is_there_twice(path, index)) yield [certificate, bad_cert('duplicate_cert_in_path')]
    const role = index < path.length - 1 ? 'authority' : 'peer'
    state = yield* about(certificate, certificate_events(certificate, role, state, checks))
  }
  return valid_policies(state.policies)
}

function* about<Value>(
  certificate: OTPCertificate,
  events: Generator<VerifyEvent, Value>,
): Generator<PathEvent, Value> {
  for (;;) {
    const { done, value } = events.next()
    if (done) return value
    yield [certificate, value]
  }
}

function* trusted_peer_events(certificate: OTPCertificate, checks: PathChecks): Generator<VerifyEvent> {
  yield* extension_events(certificate, 'peer', checks)
  yield* validity_events(certificate, checks)
  yield* weak_key_events(certified_key(certificate), checks)
  if (!is_host_valid(certificate, checks, no_constraints)) yield bad_cert('hostname_check_failed')
  yield 'valid_peer'
}

function* certificate_events(
  certificate: OTPCertificate,
  role: Role,
  state: PathState,
  checks: PathChecks,
): Generator<VerifyEvent, PathState> {
  if (state.max_path_length < 0) yield bad_cert('max_path_length_reached')
  yield* extension_events(certificate, role, checks)
  yield* validity_events(certificate, checks)
  if (!is_same_name(certificate.tbsCertificate.issuer, state.working_issuer_name))
    yield bad_cert('invalid_issuer')
  if (!has_permitted_names(certificate, role, state.constraints)) yield bad_cert('name_not_permitted')
  const key = state.working_public_key
  yield* weak_key_events(certified_key_below(certificate, key), checks)
  if (!is_signature_allowed(certificate, checks)) yield bad_cert('unsupported_signature')
  if (!key || !is_signed_by(certificate, key)) yield bad_cert('invalid_signature')
  const place = { role, self_issued: is_self_issued(certificate) }
  const [policies, problems] = process_policies(certificate, place, state.policies)
  yield* problems.map(bad_cert)
  if (role === 'authority') {
    yield 'valid'
    return next_state(certificate, { ...state, policies })
  }
  if (!is_host_valid(certificate, checks, state.constraints)) yield bad_cert('hostname_check_failed')
  yield 'valid_peer'
  return { ...state, policies }
}

// ---- From one certificate to the next: RFC 5280 §6.1.4

function initial_state(anchor: OTPCertificate, path_length: number, checks: PathChecks): PathState {
  return {
    max_path_length: checks.max_path_length ?? path_length,
    constraints: no_constraints,
    policies: initial_policies(path_length, checks),
    working_issuer_name: anchor.tbsCertificate.subject,
    working_public_key: certified_key(anchor),
  }
}

function next_state(certificate: OTPCertificate, state: PathState): PathState {
  const { subject, extensions } = certificate.tbsCertificate
  const limit = select_extension(oids.id_ce_basicConstraints, extensions)?.pathLenConstraint ?? Infinity
  const left = is_self_issued(certificate) ? state.max_path_length : state.max_path_length - 1
  return {
    ...state,
    max_path_length: Math.min(left, limit),
    constraints: constrain(state.constraints, select_extension(oids.id_ce_nameConstraints, extensions)),
    working_issuer_name: subject,
    working_public_key: certified_key_below(certificate, state.working_public_key),
  }
}

// ---- The checks

function* validity_events({ tbsCertificate }: OTPCertificate, { now }: PathChecks): Generator<VerifyEvent> {
  const { notBefore, notAfter } = tbsCertificate.validity
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return yield bad_cert('invalid_validity_dates')
  // The last second counts to its end.
  if (now < notBefore || now >= notAfter + 1000) yield bad_cert('cert_expired')
}

/** An authority that renews its own key need not keep to constraints: RFC 5280 §6.1.3 (b). */
function has_permitted_names(certificate: OTPCertificate, role: Role, constraints: Constraints): boolean {
  return (
    (role === 'authority' && is_self_issued(certificate)) || are_names_permitted(certificate, constraints)
  )
}

/** Undefined: such keys may be of any length. */
const kinds_of_key: Readonly<Record<string, keyof LeastKeyBits>> = {
  rsa: 'rsa',
  rsa_pss: 'rsa',
  dsa: 'dsa',
  ec: 'ec',
}

function* weak_key_events(key: PublicKey | undefined, checks: PathChecks): Generator<VerifyEvent> {
  if (key && is_weak(key, checks.least_key_bits)) yield bad_cert(['weak_key', key.bits])
}

/** Whether a key is shorter than keys of its kind must be. */
export function is_weak({ type, bits }: PublicKey, least_key_bits: LeastKeyBits | undefined): boolean {
  const kind = kinds_of_key[type]
  return kind !== undefined && bits < (least_key_bits?.[kind] ?? 0)
}

function is_signature_allowed({ signatureAlgorithm }: OTPCertificate, checks: PathChecks): boolean {
  if (!checks.allowed_signatures) return true
  const scheme = signature_scheme(signatureAlgorithm)
  return checks.allowed_signatures.some(
    ({ algorithm, digest }) => scheme?.algorithm === algorithm && scheme.digest === digest,
  )
}

/** RFC 5280 §6.1: it must not be. */
function is_there_twice(path: readonly OTPCertificate[], index: number): boolean {
  const { der, tbsCertificate } = path[index]!
  return path
    .slice(0, index)
    .some(
      other =>
        other.tbsCertificate.serialNumber === tbsCertificate.serialNumber && equal_bytes(other.der, der),
    )
}

function is_host_valid(certificate: OTPCertificate, checks: PathChecks, constraints: Constraints): boolean {
  const { hostname } = checks
  if (hostname === undefined) return true
  if (!is_for(certificate, hostname, checks.customize_hostname_check)) return false
  // A host found in the subject's common name has not passed the name constraints yet.
  const name = host_a_labels(hostname).replace(/\.$/, '')
  return has_alternative_names(certificate) || is_permitted(['dNSName', name], constraints)
}

/** What a user's fun throws is no consent. */
function is_for(certificate: OTPCertificate, hostname: string, check: HostnameCheck | undefined): boolean {
  const references = [reference_id(hostname)]
  if (!check) return verify_hostname(certificate, references)
  try {
    return verify_hostname(certificate, references, check)
  } catch {
    return false
  }
}

function bad_cert(reason: BadCertReason): VerifyEvent {
  return ['bad_cert', reason]
}
