// The supervisor of all connections. One that ends is not started again: its peer has gone with it.

import * as supervisor from '../../runtime/otp/supervisor.ts'
import { start_child as start_on_demand } from './start_child.ts'
import { start_link as start_connection } from './tls_connection.ts'

const name = 'tls_connection_sup'

// ---- API

export const start_link = () => supervisor.start_link(['local', name], callbacks)

/** Starts a connection's process; gives `['error', 'ssl_not_started']` when it cannot. */
export const start_child = (...args: Parameters<typeof start_connection>) => start_on_demand(name, args)

// ---- Callbacks

const callbacks: supervisor.Callbacks = {
  module: name,
  init: () => [
    'ok',
    [
      { strategy: 'simple_one_for_one', intensity: 0, period: 3_600 },
      [{ id: 'tls_connection', start: start_connection, restart: 'temporary', shutdown: 4_000 }],
    ],
  ],
}
