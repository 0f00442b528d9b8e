// The application `observer`: the part of a node that lets it be watched, under a supervisor of its own.

import * as supervisor from '../../runtime/otp/supervisor.ts'
import type { AppSpec } from '../kernel/application_spec.ts'
import * as observer_acceptor from './observer_acceptor.ts'
import * as observer_connection from './observer_connection.ts'
import * as observer_listener from './observer_listener.ts'

const shutdown = 2_000

/** Without the listener there is nothing to accept from. */
const observer_sup: supervisor.Callbacks = {
  module: 'observer_sup',
  init: () => [
    'ok',
    [
      { strategy: 'rest_for_one', intensity: 5, period: 60 },
      [
        { id: observer_connection.sup, start: observer_connection.start_sup, type: 'supervisor' },
        { id: 'observer_listener', start: observer_listener.start_link, shutdown },
        { id: 'observer_acceptor', start: observer_acceptor.start_link, shutdown },
      ],
    ],
  ],
}

/** OTP: the application `observer`, of which this is the part that a watched node has. */
export const observer_app: AppSpec = {
  application: 'observer',
  description: 'Lets the node be watched by kista top',
  vsn: '0.1.0',
  registered: ['observer_sup', 'observer_connection_sup', 'observer_listener'],
  applications: ['kernel'],
  mod: [
    { module: 'observer', start: () => supervisor.start_link(['local', 'observer_sup'], observer_sup) },
    [],
  ],
}
