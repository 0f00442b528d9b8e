// A TLS connection that goes from hand to hand while data streams in, under schedules that seeds decide. Spec 1.15, 4.4.

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { application, logger } from '../../apps/kernel/index.ts'
import { _, ok, type Pid, process_flag, receive, run, self, send, spawn_link } from '../../runtime/index.ts'
import { explore, type Simulation, simulate } from '../../simulation/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../support/certificates.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { seeds, time_limit } from './how_many.ts'

jest.setTimeout(time_limit)

type Active = boolean | 'once' | number

const patience = 5_000
const owners = 5
const lines = Array.from({ length: 60 }, (_nothing, number) => `${number}\n`)

let server_options: ssl.ListenOptions
let client_options: ssl.ConnectOptions

beforeAll(async () => {
  const ca = await make_ca()
  const leaf = await make_leaf(ca)
  server_options = { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] }
  client_options = { cacerts: [ca.cert_der] }
  logger.set_primary_config('level', 'none')
  await run(async () => ok(await ssl.start()))
  await run(() => ssl.stop())
})

afterEach(() => {
  if (application.which_applications().some(([name]) => name === 'ssl')) kill_everybody()
})

/** Says all lines, some of them in one breath, and closes. */
async function stream(port: number, { random }: Simulation): Promise<void> {
  const options = { ...client_options, active: false }
  const socket = ok(await ssl.connect('localhost', port, options, patience))
  for (let at = 0; at < lines.length; ) {
    const until = at + 1 + random.below(5)
    ok(await ssl.send(socket, lines.slice(at, until)))
    at = until
    if (random.chance(0.3)) await receive('never', random.below(5)).catch(() => {})
  }
  await ssl.close(socket)
}

/** The next message, or what `recv` gives, in the same words. */
async function next(socket: ssl.SslSocket, active: Active): Promise<[tag: string, line?: string]> {
  if (active === false) {
    const [tag, line] = await ssl.recv(socket, 0, patience)
    return tag === 'ok' ? ['ssl', line as string] : ['ssl_closed']
  }
  const [tag, , line] = await receive(_, patience)
  if (tag === 'ssl_passive' || (tag === 'ssl' && active === 'once')) await ssl.setopts(socket, { active })
  return [tag, line]
}

/** What has come to this process, and goes nowhere else any more. */
async function left_behind(socket: ssl.SslSocket): Promise<string[]> {
  const left: string[] = []
  for (;;) {
    const message = await receive(_, 0).catch(() => undefined)
    if (message === undefined) return left
    if (message[0] === 'ssl' && message[1] === socket) left.push(message[2])
  }
}

/** Owns the connection for a while, and gives it to another; tells what it has got. */
async function own(socket: ssl.SslSocket, number: number, collector: Pid, simulation: Simulation) {
  const { random } = simulation
  const active = random.pick<Active>([true, 'once', 1, 3, false])
  // Whoever was there before may have ordered more, or not.
  await ssl.setopts(socket, { active: false })
  const got = await left_behind(socket)
  const is_open = (await ssl.setopts(socket, { active })) === 'ok'
  const quota = number === owners - 1 ? lines.length : random.below(20)
  for (let closed = !is_open; got.length < quota && !closed; ) {
    const [tag, line] = await next(socket, active)
    if (tag === 'ssl') got.push(line!)
    closed = tag === 'ssl_closed'
  }
  if (number < owners - 1) {
    const heir = spawn_link(async () => {
      const [, given] = await receive(['socket', _])
      if (given !== 'closed') await own(given, number + 1, collector, simulation)
    })
    const given = await ssl.controlling_process(socket, heir)
    got.push(...(await left_behind(socket)))
    send(heir, ['socket', given === 'ok' ? socket : 'closed'])
    send(collector, ['got', number, got, given === 'ok'])
  } else {
    send(collector, ['got', number, got, false])
  }
}

/** @returns what all owners have got, one after the other */
async function conversation(simulation: Simulation): Promise<string[]> {
  process_flag('trap_exit', true)
  ok(await ssl.start())
  const me = self()
  const listener = ok(await ssl.listen(0, { ...server_options, active: false, packet: 'line' }))
  const [, port] = ok(ssl.sockname(listener))
  spawn_link(async () => {
    const socket = ok(await ssl.handshake(ok(await ssl.transport_accept(listener)), patience))
    await own(socket, 0, me, simulation)
  })
  spawn_link(() => stream(port, simulation))
  const got: string[] = []
  for (let number = 0, more = true; more; number++) {
    const [, , some, given_on] = await receive(['got', number, _, _], 100_000)
    got.push(...some)
    more = given_on
  }
  await ssl.close(listener)
  ok(await ssl.stop())
  return got
}

describe('A TLS connection that goes from hand to hand', () => {
  test('loses no line and brings none twice, whoever has it when', async () => {
    const explored = await explore(
      seeds(40),
      async simulation => {
        const got = await conversation(simulation)
        if (got.join('') !== lines.join('')) throw new Error(`got ${JSON.stringify(got)}`)
      },
      { network: { delay: [0, 5] } },
    )
    expect(explored.schedules).toBeGreaterThan(0.9 * explored.runs)
  })

  test('does so without a network that delays anything', async () => {
    expect(await simulate(conversation, { seed: 1 })).toEqual(lines)
  })
})
