// What behaviours cost: calls, casts and events, and a server that lies idle; beside the same programs on the BEAM.

import { gen_server, gen_statem, ok, type Pid, run, type Term } from '../../runtime/index.ts'
import { bench_beside_beam } from './beam.ts'
import { bytes_each, measure, rates } from './measure.ts'

const calls = 200_000
const casts = 1_000_000
const events = 500_000
const idle = 50_000

export const bench_behaviours = (): Promise<void> =>
  bench_beside_beam('behaviours', [
    ['gen_server:call', 'calls/s', async () => rates(await measure(calls, call_often))],
    ['gen_server:cast', 'casts/s', async () => rates(await measure(casts, cast_often))],
    ['gen_statem events', 'events/s', async () => rates(await measure(events, press_often))],
    ['idle gen_server', 'bytes', () => bytes_each(idle, many_servers)],
  ])

const counter: gen_server.Callbacks<number, 'next' | 'value', 'count'> = {
  init: () => ['ok', 0],
  handle_call: (_request, _from, count) => ['reply', count, count + 1],
  handle_cast: (_request, count) => ['noreply', count + 1],
}

/** A switch that is pressed. */
const light: gen_statem.Callbacks<number, Term, 'on' | 'off'> = {
  callback_mode: () => 'state_functions',
  init: () => ['ok', 'off', 0],
  states: {
    off: (type, _event, count) =>
      type === 'cast' ? ['next_state', 'on', count + 1] : ['keep_state_and_data', ['reply', type[1], count]],
    on: (type, _event, count) =>
      type === 'cast' ? ['next_state', 'off', count + 1] : ['keep_state_and_data', ['reply', type[1], count]],
  },
}

function call_often(): Promise<void> {
  return run(async () => {
    const server = ok(await gen_server.start(counter))
    for (let left = calls; left > 0; left--) await gen_server.call(server, 'next')
    await gen_server.stop(server)
  })
}

/** Casts in batches, each followed by a call, so that the mailbox stays short. */
function cast_often(): Promise<void> {
  return run(async () => {
    const server = ok(await gen_server.start(counter))
    for (let batches = casts / 1_000; batches > 0; batches--) {
      for (let left = 1_000; left > 0; left--) gen_server.cast(server, 'count')
      await gen_server.call(server, 'value')
    }
    await gen_server.stop(server)
  })
}

/** Events in batches, as {@link cast_often} does it. */
function press_often(): Promise<void> {
  return run(async () => {
    const server = ok(await gen_statem.start(light))
    for (let batches = events / 1_000; batches > 0; batches--) {
      for (let left = 1_000; left > 0; left--) gen_statem.cast(server, 'press')
      await gen_statem.call(server, 'count')
    }
    await gen_statem.stop(server)
  })
}

async function many_servers(count: number): Promise<Pid[]> {
  return run(async () => {
    const pids: Pid[] = []
    for (let left = count; left > 0; left--) pids.push(ok(await gen_server.start(counter)))
    return pids
  })
}
