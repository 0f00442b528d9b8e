// Which message a client accepts in which state. This chart and server_chart.ts are the only places that say so.

import { setup } from 'xstate'
import { type ChartEvent, type Facts, guards } from './chart_table.ts'

export const client_chart = setup({
  types: { context: {} as Facts, events: {} as ChartEvent, input: {} as Facts },
  guards,
}).createMachine({
  id: 'client',
  context: ({ input }) => input,
  initial: 'hello',
  states: {
    hello: {
      on: {
        hello_request: {},
        server_hello: [{ guard: 'resumed', target: 'abbreviated' }, { target: 'certify' }],
        no_renegotiation: { guard: 'renegotiating', target: 'connection' },
      },
    },
    certify: {
      initial: 'certificate',
      on: { hello_request: {} },
      states: {
        certificate: {
          always: { guard: 'no_server_certificate', target: 'server_key_exchange' },
          on: { certificate: 'certificate_status' },
        },
        certificate_status: {
          always: { guard: 'no_certificate_status', target: 'server_key_exchange' },
          on: {
            certificate_status: 'server_key_exchange',
            server_key_exchange: { guard: 'can_have_server_key_exchange', target: 'certificate_request' },
            certificate_request: { guard: 'can_lack_server_key_exchange', target: 'server_hello_done' },
            server_hello_done: { guard: 'can_lack_server_key_exchange', target: '#client.cipher' },
          },
        },
        server_key_exchange: {
          always: [
            { guard: 'no_server_key_exchange', target: 'certificate_request' },
            { guard: 'perhaps_server_key_exchange', target: 'perhaps_server_key_exchange' },
          ],
          on: { server_key_exchange: 'certificate_request' },
        },
        perhaps_server_key_exchange: {
          on: {
            server_key_exchange: 'certificate_request',
            certificate_request: { guard: 'server_certificate', target: 'server_hello_done' },
            server_hello_done: '#client.cipher',
          },
        },
        certificate_request: {
          on: {
            certificate_request: { guard: 'server_certificate', target: 'server_hello_done' },
            server_hello_done: '#client.cipher',
          },
        },
        server_hello_done: { on: { server_hello_done: '#client.cipher' } },
      },
    },
    cipher: {
      initial: 'new_session_ticket',
      states: {
        new_session_ticket: {
          always: { guard: 'no_ticket', target: 'change_cipher_spec' },
          on: { new_session_ticket: 'change_cipher_spec' },
        },
        change_cipher_spec: { on: { change_cipher_spec: 'finished' } },
        finished: { on: { finished: '#client.connection' } },
      },
    },
    abbreviated: {
      initial: 'new_session_ticket',
      states: {
        new_session_ticket: {
          always: { guard: 'no_ticket', target: 'change_cipher_spec' },
          on: { new_session_ticket: 'change_cipher_spec' },
        },
        change_cipher_spec: { on: { change_cipher_spec: 'finished' } },
        finished: { on: { finished: '#client.connection' } },
      },
    },
    connection: { on: { hello_request: {}, renegotiate: 'hello' } },
  },
})
