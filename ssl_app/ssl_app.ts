// The application `ssl`, as the application controller knows it.

import { crypto_app } from '../apps/crypto/crypto_app.ts'
import * as application from '../apps/kernel/application.ts'
import { public_key_app } from '../apps/public_key/public_key_app.ts'
import * as ssl_sup from './ssl_sup.ts'

export const ssl_version = '0.1.0'

const ssl_app: application.AppSpec = {
  application: 'ssl',
  description: 'TLS connections, each a process of its own',
  vsn: ssl_version,
  registered: [
    'ssl_sup',
    'ssl_manager',
    'ssl_pem_cache',
    'ssl_crl_cache',
    'tls_connection_sup',
    'ssl_listen_tracker_sup',
  ],
  applications: ['kernel', 'crypto', 'public_key'],
  mod: [{ module: 'ssl_app', start: () => ssl_sup.start_link() }, []],
}

/** Makes the application and those that it needs known, unless they are. */
export async function load(): Promise<void> {
  for (const app of [crypto_app, public_key_app, ssl_app]) await application.load(app)
}
