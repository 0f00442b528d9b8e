// Reasons as text for people.

import { format_error as posix_text } from '../apps/kernel/inet_posix.ts'
import { format_term } from '../runtime/erlang/io_lib.ts'
import type { Reason, Term } from '../runtime/erlang/term.ts'

/** What the file of an option is called. */
const files: Readonly<Record<string, string>> = {
  cacertfile: 'CA certificate',
  certfile: 'certificate',
  keyfile: 'key',
  dhfile: 'DH params',
}

/**
 * A text for a reason that a function of `ssl` gave, or for the whole `['error', reason]`.
 *
 * @see OTP: `ssl:format_error/1`
 */
export function format_error(reason: Reason): string {
  if (reason === 'closed') return 'TLS connection is closed'
  if (typeof reason === 'string') return is_atom(reason) ? format_code(reason) : reason
  const [tag, value] = Array.isArray(reason) ? reason : []
  switch (tag) {
    case 'error':
      return format_error(value)
    case 'tls_alert':
      return `TLS Alert: ${value}`
    case 'options':
      return format_options(reason.length === 2 ? value : reason.slice(1))
    default:
      return `Unexpected error: ${shown(reason)}`
  }
}

function format_options(wrong: Term): string {
  const [option, value, error] = Array.isArray(wrong) ? wrong : []
  if (option === 'socket_options') {
    if (wrong.length === 2) return `Invalid socket option: ${shown(value)}`
    return `Invalid transport socket option ${shown(value)}: ${format_error(error)}`
  }
  if (wrong?.length === 3 && Object.hasOwn(files, option)) {
    return `Invalid ${files[option]} file ${value}: ${format_file_error(error)}`
  }
  if (option === 'cb_info' && value?.[0] === 'undef' && Array.isArray(value[1])) {
    return `Invalid TLS option cb_info: the transport has no function ${value[1].join(', ')}`
  }
  return `Invalid TLS option: ${shown(wrong)}`
}

function format_file_error(error: Term): string {
  const [tag, code] = Array.isArray(error) ? error : []
  return tag === 'error' && is_posix(code) ? posix_text(code) : 'decoding error'
}

const format_code = (code: string): string =>
  is_posix(code) ? posix_text(code) : `Unexpected error: ${code}`

/** What is no POSIX code has a text of its own in other modules, and none here. */
const is_posix = (code: Term): code is string =>
  /^(e[a-z\d]+|nxdomain|system_limit)$/.test(code) && posix_text(code) !== posix_text('')

/** Whether a string is one of the words that stand for a reason, and not a text already. */
const is_atom = (text: string): boolean => /^[a-z][a-z\d_]*$/.test(text)

const shown = (term: Term): string => (typeof term === 'string' ? term : format_term(term))
