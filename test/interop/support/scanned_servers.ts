// Servers of Kista for the scanners to look at: as it comes, and with everything that there is switched on.

import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import type { CertificateKind, KeyAndCert, Secrets } from '../matrix/secrets.ts'
import { type KistaServer, serve } from './kista.ts'

export const every_version: readonly ProtocolVersion[] = ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2']

const shown = ({ cert, key }: KeyAndCert) => ({ certfile: cert, keyfile: key })

/** What a scanner does not finish is given up soon. */
const patience = { patience: 5000 }

/** A certificate, and all else as nobody has said anything. */
export const default_server = (certificate: KeyAndCert): Promise<KistaServer> =>
  serve(shown(certificate), patience)

/**
 * All versions, suites, curves and extensions.
 *
 * @param knows_users - whether it can tell the secrets of users, and so has suites of PSK and SRP
 */
export function server_with_everything(
  secrets: Secrets,
  kind: CertificateKind,
  knows_users = true,
): Promise<KistaServer> {
  return serve(
    {
      ...shown(secrets.certificates[kind]),
      ...{ versions: every_version, ciphers: ssl.cipher_suites('all'), eccs: ssl.eccs() },
      ...(knows_users && { user_lookup_fun: [() => ['ok', secrets.psk.key], undefined] as const }),
      alpn_preferred_protocols: ['h2', 'http/1.1'],
      next_protocols_advertised: ['h2', 'http/1.1'],
      session_tickets: 'stateless',
    },
    patience,
  )
}
