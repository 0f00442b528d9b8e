// What can be told of a connection. Keys and passwords are not among it.

import type { Term } from '../../runtime/erlang/term.ts'
import type { HandshakeData } from '../handshake/handshake_data.ts'
import { key_exchange_parts } from '../handshake/key_exchange_parts.ts'
import { suite_map } from '../record/suite_names.ts'
import type { Connection } from './connection_data.ts'
import type { SslOptions } from './connection_options.ts'

/** Options that nobody is told, since they are secrets or lead to them. */
export const secret_options: readonly string[] = [
  'certs_keys',
  'key',
  'password',
  'srp_identity',
  'user_lookup_fun',
] satisfies (keyof SslOptions)[]

/** They, those without effect, and what was derived. */
const untold: ReadonlySet<string> = new Set([
  ...secret_options,
  ...(['ssl_imp', 'erl_dist', 'cb_info', 'sni_hosts'] satisfies (keyof SslOptions)[]),
  ...(['platform_cacerts', 'server_name', 'hostname', 'sni'] satisfies (keyof SslOptions)[]),
])

/**
 * The connection's facts and its options, those undefined left out.
 *
 * @param items - undefined: all but what the randoms and the master secret are, and a line with these
 * @see OTP: `ssl:connection_information/1,2`
 */
export function connection_information(
  connection: Connection,
  items: readonly string[] | undefined,
): Readonly<Record<string, Term>> {
  const facts = { ...told_options(connection.options), ...negotiated(connection) }
  const all = items === undefined ? facts : { ...facts, ...on_request(connection) }
  const told = Object.entries(all).filter(
    ([name, value]) => value !== undefined && (items === undefined || items.includes(name)),
  )
  return Object.fromEntries(told)
}

function told_options(options: SslOptions): Record<string, Term> {
  const told = Object.entries(options).filter(([name]) => !untold.has(name))
  return { ...Object.fromEntries(told), ciphers: options.ciphers.map(({ erlang }) => erlang) }
}

function negotiated({ engine, sni_hostname }: Connection): Record<string, Term> {
  const data = engine!.established!
  return {
    protocol: data.version,
    cipher_suite: data.suite!.erlang,
    selected_cipher_suite: suite_map(data.suite!),
    sni_hostname,
    session_id: data.session_id,
    session_resumption: data.resumed,
    ecc: curve_of(data),
    srp_username: srp_username(data),
  }
}

/** A session that goes on has none: nothing was exchanged. */
function curve_of(data: HandshakeData): Term {
  const { share, ephemeral } = key_exchange_parts[data.suite!.key_exchange]
  if (share !== 'ecdh' || data.resumed) return undefined
  const curve = ephemeral ? data.curve : server_key(data)?.curve
  return curve && ['named_curve', curve]
}

const server_key = ({ role, own, peer }: HandshakeData) => (role === 'server' ? own?.key : peer?.public_key)

function srp_username({ suite, role, config, identity, resumed, offered }: HandshakeData): Term {
  if (suite!.group !== 'srp') return undefined
  const user = role === 'client' ? config.srp_identity?.user : resumed ? offered?.srp_user : identity
  return user && Buffer.from(user)
}

/** Copies: who is told a secret can do with it what he likes. */
function on_request({ engine }: Connection): Record<string, Term> {
  const { client_random, server_random, master_secret } = engine!.established!
  return {
    client_random: client_random && Buffer.from(client_random),
    server_random: server_random && Buffer.from(server_random),
    master_secret: master_secret && Buffer.from(master_secret),
    keylog: client_random && master_secret && [keylog_line(client_random, master_secret)],
  }
}

/** The format of NSS's `SSLKEYLOGFILE`, for every version before TLS 1.3. */
const keylog_line = (client_random: Uint8Array, master_secret: Uint8Array): string =>
  ['CLIENT_RANDOM', ...[client_random, master_secret].map(bytes => Buffer.from(bytes).toString('hex'))].join(
    ' ',
  )
