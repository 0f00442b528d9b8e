// The verify_fun, by which a user has a say in path validation: what it is asked, and what its answers mean.

import type { Result, Term } from '../../runtime/erlang/term.ts'
import type { OTPCertificate } from './otp_certificate.ts'
import type { Extension, PolicyMapping } from './pubkey_extensions.ts'
import type { Oid } from './pubkey_oids.ts'

/** Why there is no path to validate. */
export type PathError = 'unknown_ca' | 'selfsigned_peer'

/** What can be wrong with a certificate. */
export type BadCertReason =
  | PathError
  | 'cert_expired'
  | 'invalid_validity_dates'
  | 'invalid_issuer'
  | 'invalid_signature'
  | 'name_not_permitted'
  | 'missing_basic_constraint'
  | 'invalid_key_usage'
  | 'invalid_ext_key_usage'
  | 'unknown_critical_extension'
  | 'max_path_length_reached'
  | 'hostname_check_failed'
  | 'duplicate_cert_in_path'
  | 'unsupported_signature'
  | 'revocation_status_undetermined'
  | readonly ['revocation_status_undetermined', Term]
  | readonly ['revoked', string]
  /** How long it is, in bits. */
  | readonly ['weak_key', number]
  /** None of the policies that one wants is valid for the path: those that would do. */
  | readonly ['policy_requirement_not_met', readonly Oid[]]
  /** Nothing may be mapped to or from `anyPolicy`. */
  | readonly ['invalid_policy_mapping', PolicyMapping]

/**
 * Why a path is refused: a {@link BadCertReason}; a reason that a verify_fun made up; `['EXIT', error]` when it
 * threw; `['bad_return_value', answer]` when it gave no proper answer.
 */
export type BadCert = readonly ['bad_cert', BadCertReason | Term]

/** What a `verify_fun` is asked about. OTP: its second argument, `public_key:pkix_path_validation/3`. */
export type VerifyEvent =
  | readonly ['bad_cert', BadCertReason]
  | readonly ['extension', Extension]
  | 'valid'
  | 'valid_peer'

/** `unknown` is an answer about extensions only: a critical one that nobody knows is an error. */
export type VerifyAnswer<State> =
  | readonly ['valid' | 'valid_peer' | 'unknown', State]
  | readonly ['fail', reason: Term]

/** Is asked about each event, and hands its state on to the next; what type that is, the first one says. */
export type VerifyFun<State> = readonly [
  fun: (
    certificate: OTPCertificate,
    event: VerifyEvent,
    state: NoInfer<State>,
  ) => VerifyAnswer<NoInfer<State>>,
  initial_state: State,
]

/** Fails at every error, and knows no extension. */
export const default_verify_fun: VerifyFun<Term> = [
  (_certificate, event, state) => {
    if (event === 'valid' || event === 'valid_peer') return ['valid', state]
    return event[0] === 'bad_cert' ? ['fail', event] : ['unknown', state]
  },
  [],
]

/**
 * What a verify_fun says to an event.
 *
 * @returns its next state, or why the path is refused
 */
export function ask_verify_fun<State>(
  [fun, state]: VerifyFun<State>,
  certificate: OTPCertificate,
  event: VerifyEvent,
): Result<State, BadCert> {
  try {
    return conclude(event, fun(certificate, event, state))
  } catch (error) {
    return ['error', ['bad_cert', ['EXIT', error]]]
  }
}

/**
 * What an answer means.
 *
 * @returns the next state, or why the path is refused
 */
export function conclude<State>(event: VerifyEvent, answer: VerifyAnswer<State>): Result<State, BadCert> {
  switch (answer[0]) {
    case 'valid':
    case 'valid_peer':
      return ['ok', answer[1]]
    case 'fail':
      return ['error', bad_cert(answer[1])]
    case 'unknown':
      return conclude_unknown(event, answer[1])
    default:
      return ['error', ['bad_cert', ['bad_return_value', answer]]]
  }
}

function conclude_unknown<State>(event: VerifyEvent, state: State): Result<State, BadCert> {
  if (typeof event === 'string') return ['error', ['bad_cert', ['bad_return_value', ['unknown', state]]]]
  if (event[0] === 'bad_cert') return ['error', event]
  return event[1].critical ? ['error', ['bad_cert', 'unknown_critical_extension']] : ['ok', state]
}

function bad_cert(reason: Term): BadCert {
  return Array.isArray(reason) && reason[0] === 'bad_cert' ? ['bad_cert', reason[1]] : ['bad_cert', reason]
}
