// A door as a machine of xstate's, under a supervisor: it asks a server for the code, and locks itself again.
//   node dist/examples/statechart_door.js

import { assign, fromPromise, setup } from 'xstate'
import { gen_server, ok, run, supervisor } from '../runtime/index.ts'
import * as statechart from '../runtime/otp/statechart.ts'

/** The server that knows the code. */
const guard: gen_server.Callbacks<string, string> = {
  init: code => ['ok', code],
  handle_call: (tried, _from, code) => ['reply', tried === code, code],
}

/** The door: its actor `ask` is a process of its own, and `after` runs on the runtime's timers. */
const door = setup({
  types: {} as { context: { failures: number }; events: { type: 'code'; code: string } },
  actors: { ask: fromPromise<boolean, string>(({ input }) => gen_server.call<boolean>('guard', input)) },
}).createMachine({
  id: 'door',
  context: { failures: 0 },
  initial: 'locked',
  states: {
    locked: { on: { code: 'asking' } },
    asking: {
      invoke: {
        src: 'ask',
        input: ({ event }) => (event.type === 'code' ? event.code : ''),
        onDone: [
          { guard: ({ event }) => event.output, target: 'open' },
          { target: 'locked', actions: assign({ failures: ({ context }) => context.failures + 1 }) },
        ],
      },
    },
    open: { after: { 20: 'locked' } },
  },
})

const children: supervisor.ChildSpec[] = [
  { id: 'guard', start: [gen_server.start_link, [['local', 'guard'], guard, '0000']] },
  { id: 'door', start: [statechart.start_link, [['local', 'door'], door]] },
]

/** Tries two codes. @returns the state after each event of the door's, and how often a code was wrong */
export async function try_the_door() {
  ok(await supervisor.start_link({ init: () => ['ok', [{ strategy: 'rest_for_one' }, children]] }))
  const states: unknown[] = []
  const see = async (state: 'locked' | 'asking' | 'open') =>
    states.push((await statechart.wait_for<typeof door>('door', door => door.matches(state))).value)
  for (const code of ['1234', '0000']) {
    statechart.send_event('door', { type: 'code', code })
    await see('asking')
    await see(code === '0000' ? 'open' : 'locked')
  }
  await see('locked')
  return { states, failures: (await statechart.get_snapshot<typeof door>('door')).context.failures }
}

if (import.meta.filename === process.argv[1]) console.log(await run(try_the_door))
