// Machines of xstate's that several tests start.

import { assign, createMachine, emit, setup } from 'xstate'

/** Goes round by itself. */
export const traffic_light = createMachine({
  id: 'traffic_light',
  initial: 'green',
  states: {
    green: { after: { 20000: 'yellow' } },
    yellow: { after: { 3000: 'red' } },
    red: { after: { 10000: 'green' }, on: { POWER_OUT: 'blinking' } },
    blinking: {},
  },
})

/** Counts what it is told to add, until it is told to end or to fail. */
export const counter = setup({
  types: {} as {
    context: { count: number }
    input: { count: number }
    events: { type: 'add'; by: number } | { type: 'end' } | { type: 'fail' }
    output: number
    emitted: { type: 'added'; by: number }
  },
  actions: {
    fail: () => {
      throw new RangeError('too much')
    },
  },
  guards: { positive: ({ event }) => event.type === 'add' && event.by > 0 },
}).createMachine({
  id: 'counter',
  context: ({ input }) => ({ count: input.count }),
  initial: 'counting',
  states: {
    counting: {
      on: {
        add: {
          guard: 'positive',
          actions: [
            assign({ count: ({ context, event }) => context.count + event.by }),
            emit(({ event }) => ({ type: 'added', by: event.by })),
          ],
        },
        end: 'ended',
        fail: { actions: 'fail' },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => context.count,
})
