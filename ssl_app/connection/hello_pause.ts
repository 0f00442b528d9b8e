// How a handshake that stands still after the hello goes on, or is given up.

import type { ReplyAction } from '../../runtime/otp/gen_statem.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Connection } from './connection_data.ts'
import { without_secrets } from './connection_handshake.ts'
import type { SslOptions } from './connection_options.ts'
import { Hidden } from './connection_report.ts'
import { perform } from './handshake_effects.ts'
import { handshake_config } from './ssl_config.ts'

/**
 * Goes on, under other options if some are given.
 *
 * @param options - they stay, whatever name a client asks for later
 * @returns why they cannot be used; the peer was told that the handshake ends
 */
export async function resume(
  connection: Connection,
  options: SslOptions | undefined,
): Promise<readonly ['error', unknown] | undefined> {
  const { go_on } = connection.paused!
  connection.paused = undefined
  const [tag, config] = await config_of(connection, options)
  if (tag === 'ok') {
    go_on(config)
    return undefined
  }
  perform(connection, connection.engine!.refuse(new Alert('handshake_failure', without_secrets(config))))
  return [tag, config]
}

async function config_of(connection: Connection, options: SslOptions | undefined) {
  if (options === undefined) return ['ok', connection.engine!.data.config] as const
  connection.options = options
  connection.base = { ...options, sni: undefined }
  return handshake_config(options, connection.role)
}

/** Ends it; the peer is told that nobody is at fault. */
export function cancel(connection: Connection): void {
  perform(connection, connection.engine!.refuse(new Alert('user_canceled')))
}

/** What it takes to say options anew. Reports of crashes do not show it. */
export const under_way = ({ role, host, options }: Connection) => new Hidden({ role, host, options })

/** Whoever waits for the handshake is told what the peer says. */
export function tell_paused({ starter, socket, paused }: Connection): ReplyAction {
  return ['reply', starter!, ['ok', socket, paused!.extensions]]
}
