// The supervisor of the listeners' trackers.

import * as supervisor from '../../runtime/otp/supervisor.ts'
import { start_link as start_tracker } from './ssl_listen_tracker.ts'
import { start_child as start_on_demand } from './start_child.ts'

const name = 'ssl_listen_tracker_sup'

// ---- API

export const start_link = () => supervisor.start_link(['local', name], callbacks)

/** Starts a listener's tracker; gives `['error', 'ssl_not_started']` when it cannot. */
export const start_child = (...args: Parameters<typeof start_tracker>) => start_on_demand(name, args)

// ---- Callbacks

const callbacks: supervisor.Callbacks = {
  module: name,
  init: () => [
    'ok',
    [
      { strategy: 'simple_one_for_one', intensity: 0, period: 3_600 },
      [{ id: 'ssl_listen_tracker', start: start_tracker, restart: 'temporary', shutdown: 4_000 }],
    ],
  ],
}
