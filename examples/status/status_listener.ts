// Owns the listener: while this process lives the port is open, and with it the port is closed.

import { application } from '../../apps/kernel/index.ts'
import { gen_server } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'

/** The parameters of the application. */
export interface Environment {
  readonly ports: readonly number[]
  readonly options: ssl.ListenOptions
}

// ---- API

export const start_link = () => gen_server.start_link(['local', 'status_listener'], callbacks)

export const listener = () => gen_server.call<ssl.SslListenSocket>('status_listener', 'listener')

// ---- Callbacks

const callbacks: gen_server.Callbacks<ssl.SslListenSocket, 'listener', never> = {
  module: 'status_listener',

  async init() {
    // Not an argument: those are in reports, and there is a private key among the options.
    const { ports, options } = application.get_all_env('https_status')
    for (const port of ports) {
      const [tag, socket] = await ssl.listen(port, { ...options, ip: 'loopback' })
      if (tag === 'ok') return [tag, socket]
      if (socket !== 'eaddrinuse') return [tag, socket]
    }
    return ['error', 'eaddrinuse']
  },

  handle_call: (_listener, _from, socket) => ['reply', socket, socket],
}
