// Certificates that are wrong and overlooked: Node lets its users have the connection, and tells them afterwards.

import type { SslVerifyFun } from './certificate/path_verdict.ts'

/** The code of a certificate that is for somebody else. */
export const wrong_name = 'ERR_TLS_CERT_ALTNAME_INVALID'

/** What a certificate is wrong in, as an error with a code. */
export const certificate_error = (reason: unknown): Error =>
  Object.assign(new Error(`The certificate of the peer cannot be trusted: ${String(reason)}`), {
    code: reason === 'hostname_check_failed' ? wrong_name : 'ERR_TLS_CERTIFICATE',
    reason,
  })

/** A `verify_fun` for one connection, and what it has overlooked. */
export interface Overlooking {
  readonly verify_fun: SslVerifyFun
  /** What was wrong at first; undefined: nothing. */
  wrong(): unknown
}

/**
 * Overlooks what is wrong with certificates and notes it. No session of such a connection goes on in another one, since
 * sessions do not go on where there is another function.
 *
 * @param may_be - what of it is overlooked; all else fails
 */
export function overlooking(may_be: (reason: unknown) => boolean): Overlooking {
  let first: unknown
  const overlook = (reason: unknown) => {
    first ??= reason
    return ['valid', undefined] as const
  }
  const fun: SslVerifyFun[0] = (_certificate, event) => {
    if (!Array.isArray(event)) return ['valid', undefined]
    if (event[0] === 'bad_cert') return may_be(event[1]) ? overlook(event[1]) : ['fail', event]
    const unknown = 'unknown_critical_extension'
    return event[1].critical && may_be(unknown) ? overlook(unknown) : ['unknown', undefined]
  }
  return { verify_fun: [fun, undefined], wrong: () => first }
}
