// Owns the listener: while this process lives the port is open, and with it the port is closed.

import { gen_server } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'

/** Where to listen: at one of these ports, the first that is free, on the loopback interface. */
export interface Place {
  readonly ports: readonly number[]
  readonly options: ssl.ListenOptions
}

// ---- API

export const start_link = (place: Place) =>
  gen_server.start_link(['local', 'status_listener'], callbacks, place)

export const listener = () => gen_server.call<ssl.SslListenSocket>('status_listener', 'listener')

// ---- Callbacks

const callbacks: gen_server.Callbacks<ssl.SslListenSocket, 'listener', never, Place> = {
  module: 'status_listener',

  async init({ ports, options }) {
    for (const port of ports) {
      const [tag, socket] = await ssl.listen(port, { ...options, ip: 'loopback' })
      if (tag === 'ok') return [tag, socket]
      if (socket !== 'eaddrinuse') return [tag, socket]
    }
    return ['error', 'eaddrinuse']
  },

  handle_call: (_listener, _from, socket) => ['reply', socket, socket],
}
