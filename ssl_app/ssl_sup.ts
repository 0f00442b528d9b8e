// The top of the application's supervision tree. If one of its processes fails, all start anew: none of them is of
// use without the others.

import * as supervisor from '../runtime/otp/supervisor.ts'
import * as ssl_pem_cache from './certificate/ssl_pem_cache.ts'
import * as ssl_listen_tracker_sup from './connection/ssl_listen_tracker_sup.ts'
import * as tls_connection_sup from './connection/tls_connection_sup.ts'
import * as ssl_manager from './session/ssl_manager.ts'

const shutdown = 4_000

// ---- API

export const start_link = () => supervisor.start_link(['local', 'ssl_sup'], callbacks)

// ---- Callbacks

const callbacks: supervisor.Callbacks = {
  module: 'ssl_sup',
  init: () => [
    'ok',
    [
      { strategy: 'one_for_all', intensity: 10, period: 3_600 },
      [
        { id: 'ssl_manager', start: ssl_manager.start_link, shutdown },
        { id: 'ssl_pem_cache', start: ssl_pem_cache.start_link, shutdown },
        { id: 'tls_connection_sup', start: tls_connection_sup.start_link, shutdown, type: 'supervisor' },
        {
          id: 'ssl_listen_tracker_sup',
          start: ssl_listen_tracker_sup.start_link,
          shutdown,
          type: 'supervisor',
        },
      ],
    ],
  ],
}
