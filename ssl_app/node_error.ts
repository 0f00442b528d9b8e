// Reasons as the errors that people of Node expect: with a code.

import { format_error as posix_text } from '../apps/kernel/inet_posix.ts'
import type { Reason } from '../runtime/erlang/term.ts'
import { format_error } from './ssl_format_error.ts'

/**
 * What went wrong with a connection. `code` is one of Node's for what is known by one (`'ECONNREFUSED'`, `'ENOTFOUND'`,
 * `'ETIMEDOUT'`, `'ECONNRESET'`), `'ERR_TLS_ALERT'` where one side refused, `'ERR_TLS_OPTION'` for an option that cannot
 * be used, and else `'ERR_TLS_CONNECTION'`.
 */
export interface TlsError extends Error {
  readonly code: string
  /** The reason as a function of `ssl` gave it. */
  readonly reason: Reason
}

/** The error for a reason that a function of `ssl` gave. */
export const tls_error = (reason: Reason, code: string = code_of(reason)): TlsError =>
  Object.assign(new Error(format_error(reason)), { code, reason })

const codes: Readonly<Record<string, string>> = {
  nxdomain: 'ENOTFOUND',
  timeout: 'ETIMEDOUT',
  closed: 'ECONNRESET',
  tls_alert: 'ERR_TLS_ALERT',
  options: 'ERR_TLS_OPTION',
  option: 'ERR_TLS_OPTION',
  conflict_options: 'ERR_TLS_OPTION',
}

function code_of(reason: Reason): string {
  const tag = Array.isArray(reason) ? reason[0] : reason
  if (typeof tag !== 'string') return 'ERR_TLS_CONNECTION'
  if (Object.hasOwn(codes, tag)) return codes[tag]!
  const is_posix = tag === reason && /^e[a-z\d]+$/.test(tag) && posix_text(tag) !== posix_text('')
  return is_posix ? tag.toUpperCase() : 'ERR_TLS_CONNECTION'
}
