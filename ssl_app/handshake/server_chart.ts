// Which message a server accepts in which state. This chart and client_chart.ts are the only places that say so.

import { setup } from 'xstate'
import { type ChartEvent, type Facts, guards } from './chart_table.ts'

export const server_chart = setup({
  types: { context: {} as Facts, events: {} as ChartEvent, input: {} as Facts },
  guards,
}).createMachine({
  id: 'server',
  context: ({ input }) => input,
  initial: 'hello',
  states: {
    hello: {
      on: { client_hello: [{ guard: 'resumed', target: 'abbreviated' }, { target: 'certify' }] },
    },
    certify: {
      initial: 'certificate',
      states: {
        certificate: {
          always: { guard: 'certificate_not_requested', target: 'client_key_exchange' },
          on: {
            certificate: 'client_key_exchange',
            no_certificate: { guard: 'no_certificate_alert', target: 'client_key_exchange' },
          },
        },
        client_key_exchange: { on: { client_key_exchange: '#server.cipher' } },
      },
    },
    cipher: {
      initial: 'certificate_verify',
      states: {
        certificate_verify: {
          always: { guard: 'nothing_to_verify', target: 'change_cipher_spec' },
          on: { certificate_verify: 'change_cipher_spec' },
        },
        change_cipher_spec: { on: { change_cipher_spec: 'next_protocol' } },
        next_protocol: {
          always: { guard: 'no_next_protocol', target: 'finished' },
          on: { next_protocol: 'finished' },
        },
        finished: { on: { finished: '#server.connection' } },
      },
    },
    abbreviated: {
      initial: 'change_cipher_spec',
      states: {
        change_cipher_spec: { on: { change_cipher_spec: 'next_protocol' } },
        next_protocol: {
          always: { guard: 'no_next_protocol', target: 'finished' },
          on: { next_protocol: 'finished' },
        },
        finished: { on: { finished: '#server.connection' } },
      },
    },
    connection: { on: { client_hello: {}, renegotiate: 'hello' } },
  },
})
