// Which message a client accepts in which state. This chart and server_chart.ts are the only places that say so.

import { setup } from 'xstate'
import type { ChartEvent, Facts } from './chart_table.ts'

export const client_chart = setup({
  types: { context: {} as Facts, events: {} as ChartEvent, input: {} as Facts },
  guards: { resumed: ({ context }) => context.resumed },
}).createMachine({
  id: 'client',
  context: ({ input }) => input,
  initial: 'hello',
  states: {
    hello: {
      on: {
        hello_request: {},
        server_hello: [{ guard: 'resumed', target: 'abbreviated' }, { target: 'certify' }],
      },
    },
    certify: {
      initial: 'certificate',
      on: { hello_request: {} },
      states: {
        certificate: { on: { certificate: 'server_key_exchange' } },
        server_key_exchange: { on: { server_key_exchange: 'certificate_request' } },
        certificate_request: {
          on: { certificate_request: 'server_hello_done', server_hello_done: '#client.cipher' },
        },
        server_hello_done: { on: { server_hello_done: '#client.cipher' } },
      },
    },
    cipher: {
      initial: 'change_cipher_spec',
      states: {
        change_cipher_spec: { on: { change_cipher_spec: 'finished' } },
        finished: { on: { finished: '#client.connection' } },
      },
    },
    abbreviated: {
      initial: 'change_cipher_spec',
      states: {
        change_cipher_spec: { on: { change_cipher_spec: 'finished' } },
        finished: { on: { finished: '#client.connection' } },
      },
    },
    connection: { on: { hello_request: {} } },
  },
})
