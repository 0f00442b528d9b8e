// What processes cost: messages between two and round a ring, being started, and lying idle; beside the same programs
// on the BEAM.

import { type Pid, receive, run, self, send, spawn } from '../../runtime/index.ts'
import { bench_beside_beam } from './beam.ts'
import { bytes_each, measure, rates } from './measure.ts'

const messages = 500_000
const ring_size = 1_000
const spawned = 100_000
const idle = 50_000

export const bench_processes = (): Promise<void> =>
  bench_beside_beam('processes', [
    ['ping-pong', 'messages/s', async () => rates(await measure(messages, ping_pong))],
    ['ring of 1000', 'messages/s', async () => rates(await measure(messages, () => ring(1)))],
    ['ring, 1000 tokens', 'messages/s', async () => rates(await measure(messages, () => ring(ring_size)))],
    ['spawn and end', 'processes/s', async () => rates(await measure(spawned, spawn_often))],
    ['idle process', 'bytes', () => bytes_each(idle, many_processes)],
  ])

/** Two processes, one message to and fro; half of the messages each. */
export function ping_pong(): Promise<void> {
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

/** Each process hands on what it gets; the last one counts. */
function ring(tokens: number): Promise<void> {
  return run(async () => {
    let first = self()
    for (let left = ring_size - 1; left > 0; left--) {
      const next = first
      first = spawn(() => hand_on(next))
    }
    for (let left = tokens; left > 0; left--) send(first, 'token')
    for (let left = messages / ring_size; left > 0; left--) send(first, await receive())
    send(first, 'stop')
    await receive('stop')
  })
}

async function hand_on(next: Pid): Promise<void> {
  for (;;) {
    const token = await receive()
    send(next, token)
    if (token === 'stop') return
  }
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
