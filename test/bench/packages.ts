// The same work by other packages: xstate's actors and effect's fibers.

import { Effect, Queue } from 'effect'
import { assign, createActor, setup } from 'xstate'
import { gen_server, ok, receive, run, self, send, spawn } from '../../runtime/index.ts'
import { measure, print_table, type Row, rates } from './measure.ts'
import { ping_pong } from './processes.ts'

const messages = 500_000
const events = 200_000
const started = 50_000

export async function bench_packages(): Promise<void> {
  const row = async (
    name: string,
    unit: string,
    count: number,
    [ours, theirs]: readonly [() => Promise<unknown>, () => Promise<unknown>],
  ): Promise<Row> => ({
    name,
    unit,
    kista: rates(await measure(count, ours)),
    other: rates(await measure(count, theirs)),
  })
  print_table('beside xstate', 'xstate', [
    await row('events to a counter', 'events/s', events, [cast_to_server, send_to_actor]),
    await row('start and stop', 'actors/s', started, [start_servers, start_actors]),
  ])
  print_table('beside effect', 'effect', [
    await row('ping-pong', 'messages/s', messages, [ping_pong, ping_pong_by_queues]),
    await row('start and end', 'processes/s', started, [start_processes, start_fibers]),
  ])
}

// ---- Kista

const counter: gen_server.Callbacks<number, 'value', 'count'> = {
  init: () => ['ok', 0],
  handle_call: (_request, _from, count) => ['reply', count, count],
  handle_cast: (_request, count) => ['noreply', count + 1],
}

function cast_to_server(): Promise<void> {
  return run(async () => {
    const server = ok(await gen_server.start(counter))
    for (let left = events; left > 0; left--) gen_server.cast(server, 'count')
    if ((await gen_server.call(server, 'value')) !== events) throw new Error('casts are missing')
    await gen_server.stop(server)
  })
}

function start_servers(): Promise<void> {
  return run(async () => {
    for (let left = started; left > 0; left--) await gen_server.stop(ok(await gen_server.start(counter)))
  })
}

function start_processes(): Promise<void> {
  return run(async () => {
    const me = self()
    for (let left = started; left > 0; left--) {
      spawn(() => send(me, 'here'))
      await receive()
    }
  })
}

// ---- xstate

const counting = setup({
  types: { context: {} as { count: number }, events: {} as { type: 'count' } },
}).createMachine({
  context: { count: 0 },
  on: { count: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
})

async function send_to_actor(): Promise<void> {
  const actor = createActor(counting).start()
  for (let left = events; left > 0; left--) actor.send({ type: 'count' })
  if (actor.getSnapshot().context.count !== events) throw new Error('events are missing')
  actor.stop()
}

async function start_actors(): Promise<void> {
  for (let left = started; left > 0; left--) createActor(counting).start().stop()
}

// ---- effect

/** Two fibers, each with a queue as its mailbox; half of the messages each. */
function ping_pong_by_queues(): Promise<void> {
  const playing = Effect.gen(function* () {
    const ping = yield* Queue.unbounded<string>()
    const pong = yield* Queue.unbounded<string>()
    yield* Effect.forkChild(
      Effect.gen(function* () {
        while ((yield* Queue.take(pong)) !== 'stop') yield* Queue.offer(ping, 'pong')
      }),
    )
    for (let left = messages / 2; left > 0; left--) {
      yield* Queue.offer(pong, 'ping')
      yield* Queue.take(ping)
    }
    yield* Queue.offer(pong, 'stop')
  })
  return Effect.runPromise(playing)
}

function start_fibers(): Promise<void> {
  const starting = Effect.gen(function* () {
    const here = yield* Queue.unbounded<string>()
    for (let left = started; left > 0; left--) {
      yield* Effect.forkChild(Queue.offer(here, 'here'))
      yield* Queue.take(here)
    }
  })
  return Effect.runPromise(starting)
}
