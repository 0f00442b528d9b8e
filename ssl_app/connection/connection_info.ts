// What can be told of a connection. Keys and passwords are not among it.

import type { Term } from '../../runtime/erlang/term.ts'
import type { Connection } from './connection_data.ts'
import type { SslOptions } from './connection_options.ts'

/** Options that nobody is told, and what was only derived from options. */
const untold: readonly (keyof SslOptions)[] = [
  'key',
  'password',
  'cb_info',
  'platform_cacerts',
  'server_name',
  'hostname',
  'sni',
  'sni_hosts',
]

/**
 * The connection's facts and its options, those undefined left out.
 *
 * @param items - undefined: all
 * @see OTP: `ssl:connection_information/1,2`
 */
export function connection_information(
  connection: Connection,
  items: readonly string[] | undefined,
): Readonly<Record<string, Term>> {
  const { engine, options, sni_hostname } = connection
  const { version, suite, session_id, resumed } = engine!.data
  const all: Record<string, Term> = {
    protocol: version,
    cipher_suite: suite!.erlang,
    sni_hostname,
    session_id,
    session_resumption: resumed,
    ...options,
    ciphers: options.ciphers.map(({ erlang }) => erlang),
  }
  const told = Object.entries(all).filter(([name, value]) => {
    if (value === undefined || untold.includes(name as keyof SslOptions)) return false
    return items === undefined || items.includes(name)
  })
  return Object.fromEntries(told)
}
