// The application: its description and its supervision tree. If the listener fails, those who take connections from it
// are started anew with it; the connections there are go on.

import type { application } from '../../apps/kernel/index.ts'
import { supervisor } from '../../runtime/index.ts'
import * as status_acceptor from './status_acceptor.ts'
import * as status_connection from './status_connection.ts'
import * as status_listener from './status_listener.ts'

/** The application that answers at `place`. OTP: a file `https_status.app` */
export const status_app = (place: status_listener.Place): application.AppSpec => ({
  application: 'https_status',
  description: 'A page that tells how it came, over HTTPS',
  vsn: '1.0.0',
  registered: ['https_status_sup', 'status_connection_sup', 'status_listener', 'status_acceptor_sup'],
  applications: ['ssl'],
  mod: [{ start: () => start_link('https_status_sup', https_status_sup, place) }, []],
})

const start_link = (name: string, callbacks: supervisor.Callbacks, args?: status_listener.Place) =>
  supervisor.start_link(['local', name], callbacks, args)

const beneath = (name: string, callbacks: supervisor.Callbacks): supervisor.ChildSpec => ({
  id: name,
  start: [start_link, [name, callbacks]],
  type: 'supervisor',
})

const https_status_sup: supervisor.Callbacks<status_listener.Place> = {
  module: 'https_status_sup',
  init: place => [
    'ok',
    [
      { strategy: 'rest_for_one', intensity: 5, period: 10 },
      [
        beneath('status_connection_sup', status_connection_sup),
        { id: 'status_listener', start: [status_listener.start_link, [place]] },
        beneath('status_acceptor_sup', status_acceptor_sup),
      ],
    ],
  ],
}

const { start_link: start } = status_connection

const status_connection_sup: supervisor.Callbacks = {
  module: 'status_connection_sup',
  init: () => [
    'ok',
    [{ strategy: 'simple_one_for_one' }, [{ id: 'connection', start, restart: 'temporary' }]],
  ],
}

const acceptors = ['acceptor_1', 'acceptor_2', 'acceptor_3', 'acceptor_4']

const status_acceptor_sup: supervisor.Callbacks = {
  module: 'status_acceptor_sup',
  init: () => ['ok', [{}, acceptors.map(id => ({ id, start: status_acceptor.start_link }))]],
}
