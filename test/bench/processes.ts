// What processes cost: messages, calls, casts, being started, and lying idle; beside the same program on the BEAM.

import type { Pid } from '../../runtime/erlang/pid.ts'
import { gen_server, ok, receive, run, self, send, spawn } from '../../runtime/index.ts'
import { run_on_beam } from './beam.ts'
import { bytes_each, measure, print_table, type Rates, type Row, rates } from './measure.ts'

const messages = 500_000
const calls = 200_000
const casts = 1_000_000
const spawned = 100_000
const idle = 50_000

type State = number

const counter: gen_server.Callbacks<State, 'next' | 'value', 'count'> = {
  init: () => ['ok', 0],
  handle_call: (_request, _from, count) => ['reply', count, count + 1],
  handle_cast: (_request, count) => ['noreply', count + 1],
}

export async function bench_processes(): Promise<void> {
  const beam = await run_on_beam('otp_bench')
  const row = (name: string, unit: string, kista: Rates): Row => ({
    name,
    unit,
    kista,
    other: beam?.get(name),
  })
  const rows: Row[] = [
    row('ping-pong', 'messages/s', rates(await measure(messages, ping_pong))),
    row('gen_server:call', 'calls/s', rates(await measure(calls, call_often))),
    row('gen_server:cast', 'casts/s', rates(await measure(casts, cast_often))),
    row('spawn and end', 'processes/s', rates(await measure(spawned, spawn_often))),
    row('idle process', 'bytes', await bytes_each(idle, many_processes)),
    row('idle gen_server', 'bytes', await bytes_each(idle, many_servers)),
  ]
  print_table('Processes', 'BEAM', rows)
}

/** Two processes, one message to and fro; half of the messages each. */
function ping_pong(): Promise<void> {
  return run(async () => {
    const pong = spawn(async () => {
      for (;;) {
        const from = await receive()
        if (from === 'stop') return
        send(from, 'pong')
      }
    })
    const me = self()
    for (let left = messages / 2; left > 0; left--) {
      send(pong, me)
      await receive()
    }
    send(pong, 'stop')
  })
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

/** Starts processes one by one, each of which says that it is there and ends. */
function spawn_often(): Promise<void> {
  return run(async () => {
    const me = self()
    for (let left = spawned; left > 0; left--) {
      spawn(() => send(me, 'here'))
      await receive()
    }
  })
}

async function many_processes(count: number): Promise<Pid[]> {
  const pids: Pid[] = []
  for (let left = count; left > 0; left--) pids.push(spawn(() => receive('stop')))
  await run(() => {})
  return pids
}

async function many_servers(count: number): Promise<Pid[]> {
  return run(async () => {
    const pids: Pid[] = []
    for (let left = count; left > 0; left--) pids.push(ok(await gen_server.start(counter)))
    return pids
  })
}
