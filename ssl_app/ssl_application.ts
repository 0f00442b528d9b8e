// The application as a whole: started and stopped, its versions and curves. Part of the module ssl.

import { supports } from '../apps/crypto/crypto.ts'
import { all_curves, type Curve } from '../apps/crypto/curves.ts'
import * as application from '../apps/kernel/application.ts'
import { type Done, Exit } from '../runtime/erlang/term.ts'
import * as ssl_pem_cache from './certificate/ssl_pem_cache.ts'
import { available_versions, supported_versions } from './connection/ssl_environment.ts'
import { is_at_least, type ProtocolVersion } from './record/tls_version.ts'
import { load, ssl_version } from './ssl_app.ts'

/**
 * Starts the application and those it needs.
 *
 * @param type - what happens to the others when it ends by itself. Default: `'temporary'`, nothing
 * @returns `'ok'`, also when it was started before; `['error', [application, reason]]`
 * @see OTP: `ssl:start/0,1`
 */
export async function start(type: application.RestartType = 'temporary'): Promise<Done> {
  await load()
  const started = await application.ensure_all_started('ssl', type)
  return started[0] === 'ok' ? 'ok' : started
}

/**
 * Stops the application: all connections and listeners are closed, and the owners of listeners get an exit signal
 * `'shutdown'`.
 *
 * @returns `'ok'`; `['error', ['not_started', 'ssl']]`
 * @see OTP: `ssl:stop/0`
 */
export const stop = (): Promise<Done> => application.stop('ssl')

/** What {@link versions} tells. */
export interface Versions {
  /** Of this application. */
  readonly ssl_app: string
  /** The protocol versions that are used unless the option `versions` says otherwise. */
  readonly supported: readonly ProtocolVersion[]
  /** The protocol versions that can be used. */
  readonly available: readonly ProtocolVersion[]
}

/**
 * Which versions there are, of the application and the protocol, the newest first. The application need not be started.
 *
 * @see OTP: `ssl:versions/0`
 */
export const versions = (): Versions => ({
  ssl_app: ssl_version,
  supported: supported_versions(),
  available: available_versions,
})

/**
 * The curves that the option `eccs` can have, in OTP's order of preference, the Montgomery curves last: what the crypto
 * of this program has of them. Which are used unless the option says so is another matter. The application need not be
 * started.
 *
 * @param version - one from `'tlsv1'` on: they all know the same
 * @throws {@link Exit} `'badarg'` for another version
 * @see OTP: `ssl:eccs/0,1`
 */
export function eccs(version: Exclude<ProtocolVersion, 'sslv3'> = 'tlsv1.2'): Curve[] {
  const has_curves =
    (available_versions as readonly string[]).includes(version) && is_at_least(version, 'tlsv1')
  if (!has_curves) throw new Exit(['badarg', version])
  return all_curves.filter(curve => supports().curves.includes(curve))
}

/** Forgets the PEM files that were read: the next connection reads them anew. OTP: `ssl:clear_pem_cache/0`. */
export const clear_pem_cache = (): Promise<'ok'> => ssl_pem_cache.clear()
