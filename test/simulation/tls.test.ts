import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { application, logger } from '../../apps/kernel/index.ts'
import { _, ok, process_flag, receive, run, self, send, spawn_link, type Term } from '../../runtime/index.ts'
import {
  type Cut,
  explore,
  type NetworkOptions,
  record,
  type Segment,
  type Simulation,
  simulate,
} from '../../simulation/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../support/certificates.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { seeds, time_limit } from './how_many.ts'
import { bytes } from './socket_pairs.ts'

jest.setTimeout(time_limit)

let server_options: ssl.ListenOptions
let client_options: ssl.ConnectOptions

beforeAll(async () => {
  // RSA signatures have one size, so that with one seed the segments do.
  const ca = await make_ca({ algorithm: 'rsa' })
  const leaf = await make_leaf(ca, { algorithm: 'rsa' })
  server_options = { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] }
  client_options = { cacerts: [ca.cert_der] }
  logger.set_primary_config('level', 'none')
  // The kernel is there before each simulation, and after it.
  await run(async () => ok(await ssl.start()))
  await run(() => ssl.stop())
})

const passive = { mode: 'binary', active: false } as const
const patience = 5_000

/** Runs a program with the application, and expects that nothing is left of either. */
const with_ssl =
  <Value>(program: (simulation: Simulation) => Promise<Value>) =>
  async (simulation: Simulation): Promise<Value> => {
    process_flag('trap_exit', true)
    ok(await ssl.start())
    try {
      return await program(simulation)
    } finally {
      ok(await ssl.stop())
    }
  }

/** What became of one side: what it heard, and how that ended. */
interface Outcome {
  readonly heard: Buffer
  readonly end: Term
}

/** Says so much, and hears all that the other one says, in a process of its own that ends. */
async function talk(socket: ssl.SslSocket, said: Buffer, expected: number): Promise<Outcome> {
  const chunks: Uint8Array[] = []
  let heard = 0
  const [sent, why] = [await ssl.send(socket, said)].flat()
  while (heard < expected) {
    const [tag, data] = await ssl.recv(socket, 0, patience)
    if (tag === 'error') return { heard: Buffer.concat(chunks), end: data }
    chunks.push(data as Uint8Array)
    heard += (data as Uint8Array).length
  }
  return { heard: Buffer.concat(chunks), end: sent === 'ok' ? 'all' : why }
}

const client_says = bytes(3_000)
const server_says = bytes(5_000)

async function serve(listener: ssl.SslListenSocket): Promise<Outcome> {
  const [tag, accepted] = await ssl.transport_accept(listener, patience)
  if (tag === 'error') return { heard: Buffer.alloc(0), end: accepted }
  const [shaken, socket] = await ssl.handshake(accepted, patience)
  if (shaken === 'error') return { heard: Buffer.alloc(0), end: socket }
  const outcome = await talk(socket as ssl.SslSocket, server_says, client_says.length)
  // Whoever closes first may not take away what the other has not read.
  await ssl.recv(socket as ssl.SslSocket, 0, patience)
  await ssl.close(socket as ssl.SslSocket)
  return outcome
}

async function visit(port: number): Promise<Outcome> {
  const options = { ...passive, ...client_options }
  const [tag, socket] = await ssl.connect('localhost', port, options, patience)
  if (tag === 'error') return { heard: Buffer.alloc(0), end: socket }
  const outcome = await talk(socket as ssl.SslSocket, client_says, server_says.length)
  await ssl.close(socket as ssl.SslSocket)
  return outcome
}

/** One conversation. @returns what became of client and server */
const conversation = with_ssl(async () => {
  const me = self()
  const listener = ok(await ssl.listen(0, { ...passive, ...server_options }))
  const [, port] = ok(ssl.sockname(listener))
  spawn_link(async () => send(me, ['server', await serve(listener)]))
  spawn_link(async () => send(me, ['client', await visit(port as number)]))
  const [, client] = await receive(['client', _], 2_000_000)
  const [, server] = await receive(['server', _], 2_000_000)
  await ssl.close(listener)
  return [client, server] as [Outcome, Outcome]
})

/** In how many segments a conversation is had when nothing happens to it. */
async function segments_of(): Promise<number> {
  let segments = 0
  const fate = () => {
    segments++
    return 'arrives' as const
  }
  const [client, server] = await simulate(conversation, { network: { fate } })
  expect([client.end, server.end]).toEqual(['all', 'all'])
  return segments
}

const is_known_end = (end: Term): boolean =>
  ['all', 'closed', 'timeout', 'etimedout', 'econnreset', 'econnrefused'].includes(end) ||
  (Array.isArray(end) && end[0] === 'tls_alert')

/** Nobody heard anything that the other did not say, and everybody came to an end that there is. */
function check([client, server]: readonly [Outcome, Outcome]): void {
  for (const [{ heard, end }, said] of [
    [client, server_says],
    [server, client_says],
  ] as const) {
    if (!is_known_end(end)) throw new Error(`it ended with ${JSON.stringify(end)}`)
    if (!heard.equals(said.subarray(0, heard.length))) throw new Error('heard what nobody said')
    if (end === 'all' && heard.length !== said.length) throw new Error('heard too little')
  }
}

afterEach(kill_everybody_else)

/** All but the kernel. */
function kill_everybody_else(): void {
  if (application.which_applications().some(([name]) => name === 'ssl')) kill_everybody()
}

describe('TLS over a simulated network', () => {
  test('says all to the other side, however its bytes come', async () => {
    const network: NetworkOptions = { segment: [1, 900], delay: [0, 40], window: 2_000 }
    const program = async (simulation: Simulation) => {
      const outcomes = await conversation(simulation)
      check(outcomes)
      if (outcomes.some(({ end }) => end !== 'all')) throw new Error(`${outcomes.map(({ end }) => end)}`)
    }
    expect(await explore(seeds(5), program, { network })).toMatchObject({ runs: seeds(5) })
  })

  test('is the same conversation each time, segment by segment', async () => {
    const network: NetworkOptions = { segment: [1, 900], delay: [0, 40] }
    const first = await record(conversation, { seed: 4, network })
    expect(first.outcome[0]).toBe('ok')
    expect((await record(conversation, { seed: 4, network })).trace).toEqual(first.trace)
  })

  test.each<Cut>(['reset', 'silence'])('comes to an end wherever it is cut: %s', async cut => {
    const segments = await segments_of()
    expect(segments).toBeGreaterThan(8)
    for (let at = 1; at <= segments; at++) {
      const fate = ({ number }: Segment) => (number === at ? cut : 'arrives')
      const program = async (simulation: Simulation) => check(await conversation(simulation))
      await simulate(program, { seed: at, network: { fate }, leaves_nothing: true })
    }
  })
})

describe('The application ssl', () => {
  /** Users who find it there or not, connect as long as they can, and are content with any error. */
  const user = async (port: number) => {
    for (;;) {
      const connected = await ssl.connect('localhost', port, { ...passive, ...client_options }, 1_000)
      if (connected[0] === 'error') return
      const [tag] = await ssl.recv(connected[1], 0, 1_000)
      if (tag === 'error') return
    }
  }
  const service = async (port: number) => {
    const [tag, listener] = await ssl.listen(port, { ...passive, ...server_options })
    if (tag === 'error') return
    for (;;) {
      const accepted = await ssl.transport_accept(listener, 1_000)
      if (accepted[0] === 'error') break
      const shaken = await ssl.handshake(accepted[1], 1_000)
      if (shaken[0] === 'ok') await ssl.send(shaken[1], 'hello')
    }
    await ssl.close(listener)
  }

  test('can be started and stopped at any moment, and leaves nothing behind', async () => {
    const program = async ({ random }: Simulation) => {
      process_flag('trap_exit', true)
      for (let rounds = 0; rounds < 2; rounds++) {
        const port = 4_000 + rounds
        const starting = ssl.start()
        if (random.chance(0.7)) ok(await starting)
        spawn_link(() => service(port).catch(() => {}))
        spawn_link(() => user(port).catch(() => {}))
        await receive('never', random.below(40)).catch(() => {})
        await starting
        ok(await ssl.stop())
        if (application.which_applications().some(([name]) => name === 'ssl')) throw new Error('still there')
      }
    }
    const explored = await explore(seeds(25), program, { network: { delay: [0, 5] } })
    expect(explored.schedules).toBeGreaterThan(0.9 * explored.runs)
  })
})
