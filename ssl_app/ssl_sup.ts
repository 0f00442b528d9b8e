// The top of the application's supervision tree. If one of its processes fails, all start anew: none of them is of
// use without the others.

import * as application from '../apps/kernel/application.ts'
import type { Term } from '../runtime/erlang/term.ts'
import * as supervisor from '../runtime/otp/supervisor.ts'
import * as crl_keeper from './certificate/crl_keeper.ts'
import * as ssl_pem_cache from './certificate/ssl_pem_cache.ts'
import * as ssl_listen_tracker_sup from './connection/ssl_listen_tracker_sup.ts'
import * as tls_connection_sup from './connection/tls_connection_sup.ts'
import * as ssl_manager from './session/ssl_manager.ts'

type Environment = Readonly<Record<string, Term>>

const shutdown = 4_000

// ---- API

/**
 * Starts the tree, with what the application's environment says: `session_lifetime` (seconds),
 * `session_cache_client_max`, `session_cache_server_max`, `session_delay_cleanup_time` and `ssl_pem_cache_clean`
 * (milliseconds); `session_cb` and `session_cb_init_args`, with `client_` or `server_` in front for one role.
 */
export const start_link = () =>
  supervisor.start_link(['local', 'ssl_sup'], callbacks, application.get_all_env('ssl'))

// ---- Callbacks

const callbacks: supervisor.Callbacks<Environment> = {
  module: 'ssl_sup',
  init: environment => [
    'ok',
    [
      { strategy: 'one_for_all', intensity: 10, period: 3_600 },
      [
        { id: 'ssl_manager', start: [ssl_manager.start_link, [environment]], shutdown },
        { id: 'ssl_pem_cache', start: [ssl_pem_cache.start_link, [interval(environment)]], shutdown },
        { id: 'ssl_crl_cache', start: crl_keeper.start_link, shutdown },
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

// ---- Internals

/** What is no number of milliseconds counts as not set. */
function interval({ ssl_pem_cache_clean }: Environment): number | undefined {
  return Number.isInteger(ssl_pem_cache_clean) && ssl_pem_cache_clean > 0 ? ssl_pem_cache_clean : undefined
}
