// POSIX error codes as OTP spells them, and their texts.

import { format_term } from '../../runtime/erlang/io_lib.ts'
import type { Reason } from '../../runtime/erlang/term.ts'

/**
 * The code, in OTP's lower case, of an error that Node's sockets or resolver gave: `ECONNREFUSED` is
 * `'econnrefused'`; a name that does not resolve is `'nxdomain'`; what has no code is `'einval'`.
 */
export function posix_code(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return 'einval'
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'nxdomain'
  return /^E[A-Z0-9]+$/.test(code) ? code.toLowerCase() : 'einval'
}

/**
 * The text for a reason that a function of `inet` or `gen_tcp` gave; `'unknown POSIX error'` for one that has none.
 *
 * @see OTP: `inet:format_error/1`
 */
export function format_error(reason: Reason): string {
  if (typeof reason !== 'string') return format_term(reason)
  return Object.hasOwn(texts, reason) ? texts[reason]! : 'unknown POSIX error'
}

const texts: Readonly<Record<string, string>> = {
  closed: 'connection closed',
  ealready: 'operation already in progress',
  eaddrinuse: 'address already in use',
  eaddrnotavail: "can't assign requested address",
  eacces: 'permission denied',
  eafnosupport: 'address family not supported by protocol family',
  eagain: 'resource temporarily unavailable',
  ebadf: 'bad file number',
  econnaborted: 'software caused connection abort',
  econnrefused: 'connection refused',
  econnreset: 'connection reset by peer',
  edestaddrreq: 'destination address required',
  ehostdown: 'host is down',
  ehostunreach: 'host is unreachable',
  einprogress: 'operation now in progress',
  eintr: 'interrupted system call',
  einval: 'invalid argument',
  eio: 'I/O error',
  eisconn: 'socket is already connected',
  emfile: 'too many open files',
  emsgsize: 'message too long',
  enetdown: 'network is down',
  enetreset: 'network dropped connection on reset',
  enetunreach: 'network is unreachable',
  enfile: 'file table overflow',
  enobufs: 'no buffer space available',
  enoent: 'no such file or directory',
  enomem: 'not enough memory',
  enoprotoopt: 'bad protocol option',
  enotconn: 'socket is not connected',
  enotsock: 'socket operation on non-socket',
  enotsup: 'operation not supported',
  eopnotsupp: 'operation not supported on socket',
  eperm: 'not owner',
  epfnosupport: 'protocol family not supported',
  epipe: 'broken pipe',
  eproto: 'protocol error',
  eprotonosupport: 'protocol not supported',
  eprototype: 'protocol wrong type for socket',
  eshutdown: "can't send after socket shutdown",
  etimedout: 'connection timed out',
  not_owner: 'not the owner of the socket',
  nxdomain: 'non-existing domain',
  system_limit: 'a system limit was hit, probably not enough ports',
  timeout: 'operation timed out',
}
