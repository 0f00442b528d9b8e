// The supervision tree. If the listener fails, those who take connections from it are started anew with it; the
// connections that were made go on.

import { supervisor } from '../../runtime/index.ts'
import * as status_acceptor from './status_acceptor.ts'
import * as status_connection from './status_connection.ts'
import * as status_listener from './status_listener.ts'

const start_link = (name: string, callbacks: supervisor.Callbacks) =>
  supervisor.start_link(['local', name], callbacks)

const beneath = (name: string, callbacks: supervisor.Callbacks): supervisor.ChildSpec => ({
  id: name,
  start: [start_link, [name, callbacks]],
  type: 'supervisor',
})

/** OTP: the callback of the application */
export const start = () => start_link('https_status_sup', https_status_sup)

const https_status_sup: supervisor.Callbacks = {
  module: 'https_status_sup',
  init: () => [
    'ok',
    [
      { strategy: 'rest_for_one', intensity: 5, period: 10 },
      [
        beneath('status_connection_sup', status_connection_sup),
        { id: 'status_listener', start: status_listener.start_link },
        beneath('status_acceptor_sup', status_acceptor_sup),
      ],
    ],
  ],
}

const connection: supervisor.ChildSpec = {
  id: 'connection',
  start: status_connection.start_link,
  restart: 'temporary',
}

const status_connection_sup: supervisor.Callbacks = {
  module: 'status_connection_sup',
  init: () => ['ok', [{ strategy: 'simple_one_for_one' }, [connection]]],
}

const acceptors = ['acceptor_1', 'acceptor_2', 'acceptor_3', 'acceptor_4']

const status_acceptor_sup: supervisor.Callbacks = {
  module: 'status_acceptor_sup',
  init: () => ['ok', [{ intensity: 10 }, acceptors.map(id => ({ id, start: status_acceptor.start_link }))]],
}
