// How a connection's handshake begins, and how a server takes the options for the name that its client asks for.

import { bump_reductions } from '../../runtime/erlang/scheduler.ts'
import type { Reason, Result } from '../../runtime/erlang/term.ts'
import type { HandshakeConfig } from '../handshake/handshake_data.ts'
import { TlsEngine } from '../handshake/tls_engine.ts'
import { Alert } from '../record/ssl_alert.ts'
import { start_client } from './client_start.ts'
import type { Connection } from './connection_data.ts'
import { secret_options } from './connection_info.ts'
import { tell_when_done } from './connection_io.ts'
import type { SslOptions } from './connection_options.ts'
import { perform } from './handshake_effects.ts'
import { handshake_environment } from './handshake_environment.ts'
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
  connection.base = options
  connection.pausing = options.handshake === 'hello'
  connection.engine = new TlsEngine(connection.role, config, handshake_environment(connection))
  if (connection.role === 'client') start_client(connection)
  return undefined
}

/** Tells the connection's process what was found for the name that the client has asked for. */
export const options_found = Symbol('options_found')

/**
 * Server: the options for the name that the client has asked for; undefined: those there are.
 *
 * @returns undefined as well when the user takes time to say: the process is told by {@link options_found}
 */
export function find_options(connection: Connection): Result<SslOptions | undefined> | undefined {
  const { asked_name, base } = connection
  const [name] = asked_name!
  if (name === undefined || base.sni === undefined) return ['ok', undefined]
  const found = base.sni(name)
  if (!('then' in found)) return found
  connection.inquiring = true
  tell_when_done(found, options_found)
  return undefined
}

/** Server: goes on with the options that were found. */
export async function choose_options(
  connection: Connection,
  found: Result<SslOptions | undefined>,
): Promise<void> {
  const [name] = connection.asked_name!
  connection.asked_name = undefined
  connection.inquiring = false
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

/** The log is told which option was wrong, but not what a secret was. */
export function without_secrets(reason: Reason): Reason {
  const [option] = Array.isArray(reason) && Array.isArray(reason[1]) ? reason[1] : []
  return secret_options.includes(option) ? ['options', option] : reason
}

/** A client that asks for no name when it renegotiates leaves all as it is. */
async function config_of(
  connection: Connection,
  name: string | undefined,
  [tag, found]: Result<SslOptions | undefined>,
): Promise<Result<HandshakeConfig>> {
  if (tag === 'error') return [tag, found]
  const { base, engine, role } = connection
  const chosen = found ?? base
  if (name === undefined || chosen === connection.options) return ['ok', engine!.data.config]
  connection.options = chosen
  connection.sni_hostname = found && name
  return handshake_config(chosen, role)
}
