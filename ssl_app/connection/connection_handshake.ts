// How a connection's handshake begins, and how a server takes the options for the name that its client asks for.

import { generate_key, strong_rand_bytes } from '../../apps/crypto/crypto.ts'
import { monotonic_time, system_time } from '../../runtime/erlang/clock.ts'
import { bump_reductions } from '../../runtime/erlang/scheduler.ts'
import { self } from '../../runtime/erlang/self.ts'
import type { Reason, Result } from '../../runtime/erlang/term.ts'
import type { Environment, HandshakeConfig, HandshakeData } from '../handshake/handshake_data.ts'
import { TlsEngine } from '../handshake/tls_engine.ts'
import { suite_definition } from '../record/cipher_suites.ts'
import { Alert } from '../record/ssl_alert.ts'
import * as ssl_manager from '../session/ssl_manager.ts'
import { type Session, type SessionTerms, suits } from '../session/ssl_session.ts'
import type { Connection } from './connection_data.ts'
import type { SslOptions } from './connection_options.ts'
import { perform } from './handshake_effects.ts'
import { handshake_config } from './ssl_config.ts'

/** What a handshake is worth in reductions: about a millisecond. */
const handshake_reductions = 500

/**
 * Makes the engine, and lets a client speak first.
 *
 * @returns why the options cannot be used, or undefined
 */
export async function begin(
  connection: Connection,
  options: SslOptions,
): Promise<readonly ['error', Reason] | undefined> {
  const [tag, config] = await handshake_config(options, connection.role)
  if (tag === 'error') return [tag, config]
  connection.options = options
  connection.engine = new TlsEngine(connection.role, config, environment(connection))
  if (connection.role === 'client')
    perform(connection, connection.engine.start(session_to_offer(connection, config)))
  return undefined
}

/** Tells the connection's process what was found for the name that the client has asked for. */
export const options_found = Symbol('options_found')

/**
 * Server: the options for the name that the client has asked for; undefined: those there are.
 *
 * @returns undefined as well when the user takes time to say: the process is told by {@link options_found}
 */
export function find_options({
  asked_name,
  options,
}: Connection): Result<SslOptions | undefined> | undefined {
  const [name] = asked_name!
  if (name === undefined || options.sni === undefined) return ['ok', undefined]
  const found = options.sni(name)
  if (!('then' in found)) return found
  const connection = self()
  // Not `send`, which is for processes that still live.
  found.then(result => connection.entity?.deliver([options_found, result]))
  return undefined
}

/** Server: goes on with the options that were found. */
export async function choose_options(
  connection: Connection,
  found: Result<SslOptions | undefined>,
): Promise<void> {
  const [name] = connection.asked_name!
  connection.asked_name = undefined
  bump_reductions(handshake_reductions)
  const engine = connection.engine!
  const [tag, config] = await config_of(connection, name, found)
  perform(
    connection,
    tag === 'ok'
      ? engine.configure(config)
      : engine.refuse(new Alert('handshake_failure', without_secrets(config))),
  )
}

/** The log is told which option was wrong, but not what a key or a password was. */
function without_secrets(reason: Reason): Reason {
  const [option] = Array.isArray(reason) && Array.isArray(reason[1]) ? reason[1] : []
  return option === 'key' || option === 'password' ? ['options', option] : reason
}

async function config_of(
  connection: Connection,
  name: string | undefined,
  [tag, options]: Result<SslOptions | undefined>,
): Promise<Result<HandshakeConfig>> {
  if (tag === 'error') return [tag, options]
  if (options === undefined) return ['ok', connection.engine!.data.config]
  connection.options = options
  connection.sni_hostname = name
  return handshake_config(options, connection.role)
}

function environment(connection: Connection): Environment {
  return {
    random_bytes: strong_rand_bytes,
    generate_key,
    system_time,
    monotonic_time,
    resume: session_id => session_to_resume(connection, session_id),
  }
}

function session_to_offer(
  { session_key, options }: Connection,
  config: HandshakeConfig,
): Session | undefined {
  if (session_key[0] !== 'client' || !options.reuse_sessions) return undefined
  const [, host, port] = session_key
  return ssl_manager.client_session(host, port, session => suits(session, terms(config)))
}

/** What a server is willing to go on with; the options are those for the name that was asked for. */
function session_to_resume(
  { session_key, options, engine }: Connection,
  session_id: Uint8Array,
): Session | undefined {
  if (session_key[0] !== 'server' || !options.reuse_sessions) return undefined
  const session = ssl_manager.server_session(session_key[1], session_id)
  if (session === undefined || !suits(session, terms(engine!.data.config, engine!.data))) return undefined
  return is_welcome(session, options) ? session : undefined
}

/** OTP: the option `reuse_session`. A function that fails has not agreed. */
function is_welcome(session: Session, { reuse_session }: SslOptions): boolean {
  const { session_id, peer_certificate, cipher_suite } = session
  try {
    return reuse_session?.(session_id, peer_certificate, 0, suite_definition(cipher_suite)!.erlang) !== false
  } catch {
    return false
  }
}

const terms = (config: HandshakeConfig, data?: HandshakeData): SessionTerms => ({
  versions: config.versions,
  ciphers: config.ciphers,
  own_certificate: config.identity?.chain[0],
  policy: config.policy,
  peer_certificate_needed: config.path.verify === 'verify_peer' && config.fail_if_no_peer_cert,
  role: config.path.role,
  server_name: data?.role === 'server' ? data.server_name : config.server_name,
  srp_user: data?.role === 'server' ? data.identity : config.srp_identity?.user,
  psk_identity: config.path.role === 'server' ? undefined : config.psk_identity,
  max_fragment_length: data?.role === 'server' ? data.max_fragment_length : config.max_fragment_length,
})
