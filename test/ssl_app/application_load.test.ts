// The application while many use it: started and stopped under their hands, and shared by two applications.

import { describe, expect, test } from '@jest/globals'
import * as application from '../../apps/kernel/application.ts'
import { serve } from '../../examples/echo_server.ts'
import { timer_count } from '../../runtime/erlang/alarm.ts'
import {
  _,
  exit,
  ok,
  ports,
  proc_lib,
  processes,
  receive,
  self,
  send,
  spawn,
  supervisor,
} from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { load_app } from '../support/applications.ts'
import { bearer, in_world, kill, servers, type World } from '../support/crashes.ts'
import { sleep } from '../support/memory_pair.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

/** How a client may fare whose application is stopped. */
const lost = ['closed', 'ssl_not_started', 'econnrefused', 'killed']

/** A process that listens at a port and gives back what it gets, under a supervisor that starts it anew. */
const start_service = (port: number, { network }: World) =>
  supervisor.start_link({
    module: 'service_sup',
    init: () => [
      'ok',
      [
        { strategy: 'one_for_one', intensity: 1_000, period: 1 },
        [{ id: 'service', start: () => proc_lib.start_link(() => service(port, network.cb_info)) }],
      ],
    ],
  })

async function service(port: number, cb_info: World['network']['cb_info']): Promise<void> {
  const [tag, listener] = await ssl.listen(port, { ...pki().server, cb_info, active: false })
  // While ssl is away there is nothing to do but to try again.
  if (tag === 'error') await sleep(10)
  proc_lib.init_ack(tag === 'error' ? ['error', listener] : ['ok', self()])
  if (tag === 'ok') await serve(listener)
}

/** What comes of a connection: the echo of `text`, or why there is none. */
async function ask(port: number, text: string, options: ssl.ConnectOptions): Promise<string> {
  const [tag, socket] = await ssl.connect('localhost', port, options)
  if (tag === 'error') return String(socket)
  const sent = await ssl.send(socket, text)
  const [, answer] = sent === 'ok' ? await ssl.recv(socket, text.length) : sent
  await ssl.close(socket)
  return String(answer)
}

/** Has `count` processes ask again and again. @returns what came of it, each time, once they have been told to end */
function many_clients(count: number, port: number, { options }: World) {
  const parent = self()
  let over = false
  for (let client = 0; client < count; client++) {
    spawn(async () => {
      const outcomes: string[] = []
      for (let round = 0; !over; round++) {
        outcomes.push(await ask(port, `round ${round % 10}`, options).catch(({ reason: [why] }) => why))
        await sleep(4 + (round % 5))
      }
      send(parent, ['outcomes', outcomes])
    })
  }
  return async (): Promise<string[][]> => {
    over = true
    const all: string[][] = []
    while (all.length < count) all.push((await receive(['outcomes', _], 60_000))[1])
    return all
  }
}

const is_echo = (outcome: string): boolean => /^round \d$/.test(outcome)
const of_neither = (outcome: string): boolean => !is_echo(outcome) && !lost.includes(outcome)

/** What is there once nothing of it is under way any more. */
const left = () => ({ processes: processes().length, ports: ports().length, timers: timer_count() })

describe('under load', () => {
  test('stop ends every connection at once, and leaves nothing behind', () =>
    in_world(pki, async world => {
      await Promise.all([world.client, world.server, world.listener].map(socket => ssl.close(socket)))
      ok(await ssl.stop())
      const before = left()
      ok(await ssl.start())
      const sup = ok(await start_service(5_000, world))
      const outcomes_of = many_clients(10, 5_000, world)
      await sleep(60)
      ok(await ssl.stop())
      for (const outcomes of await outcomes_of()) {
        expect(outcomes.filter(is_echo).length).toBeGreaterThan(3)
        expect(outcomes.filter(of_neither)).toEqual([])
      }
      exit(sup, 'kill')
      await sleep(120_000)
      expect(left()).toEqual(before)
    }))

  test('it is stopped and started ten times, and each time all are served again', () =>
    in_world(pki, async world => {
      ok(await start_service(5_000, world))
      const outcomes_of = many_clients(10, 5_000, world)
      for (let round = 0; round < 10; round++) {
        await sleep(5 + 3 * round)
        expect([await ssl.stop(), await ssl.start()]).toEqual(['ok', 'ok'])
      }
      await sleep(60)
      for (const outcomes of await outcomes_of()) {
        expect(outcomes.slice(-3).filter(is_echo)).toHaveLength(3)
        expect(outcomes.filter(of_neither)).toEqual([])
        expect(outcomes.filter(outcome => lost.includes(outcome)).length).toBeGreaterThan(0)
      }
    }))

  test('start and stop from many processes at once are one start and one stop', () =>
    in_world(pki, async () => {
      const stopped = await Promise.all(Array.from({ length: 20 }, () => ssl.stop()))
      expect(stopped.map(String).toSorted()).toEqual([...Array(19).fill('error,not_started,ssl'), 'ok'])
      const started = await Promise.all(Array.from({ length: 20 }, () => ssl.start()))
      expect(started).toEqual(Array.from({ length: 20 }, () => 'ok'))
    }))

  test.each(servers)('a supervised service outlives the crash of %s', name =>
    in_world(pki, async world => {
      ok(await start_service(5_000, world))
      expect(await ask(5_000, 'before', world.options)).toBe('before')
      await kill(bearer(name))
      await sleep(100)
      expect(await ask(5_000, 'behind', world.options)).toBe('behind')
    }),
  )
})

describe('two applications that use it', () => {
  /** Two of them, each with a service at a port of its own. */
  const with_two = (body: (world: World) => Promise<unknown>) =>
    in_world(pki, async world => {
      for (const [name, port] of [
        ['one', 5_001],
        ['two', 5_002],
      ] as const) {
        const module = { module: name, start: () => start_service(port, world) }
        load_app(name, { applications: ['kernel', 'ssl'], mod: [module, []] })
        ok(await ssl.start())
        ok(await application.start(name))
      }
      try {
        await body(world)
      } finally {
        application.unset_env('ssl', 'protocol_version')
        for (const name of ['one', 'two']) {
          await application.stop(name)
          application.unload(name)
        }
      }
    })

  const ask_both = async ({ options }: World, more: ssl.ConnectOptions = {}) => [
    await ask(5_001, 'hello', { ...options, ...more }),
    await ask(5_002, 'hello', { ...options, ...more }),
  ]

  test('have it to themselves, and the end of one leaves it to the other', () =>
    with_two(async world => {
      expect(await ask_both(world)).toEqual(['hello', 'hello'])
      ok(await application.stop('one'))
      expect(await ask_both(world)).toEqual(['econnrefused', 'hello'])
      ok(await application.start('one'))
      expect(await ask_both(world)).toEqual(['hello', 'hello'])
    }))

  test('both lose it when somebody stops it, and both have it again when it starts', () =>
    with_two(async world => {
      ok(await ssl.stop())
      expect(await ask_both(world)).toEqual(['econnrefused', 'econnrefused'])
      ok(await ssl.start())
      await sleep(100)
      expect(await ask_both(world)).toEqual(['hello', 'hello'])
    }))

  test('share its environment, and may each say otherwise by options', () =>
    with_two(async ({ options }) => {
      application.set_env('ssl', 'protocol_version', 'tlsv1.1')
      const version = async (port: number, more: ssl.ConnectOptions = {}) => {
        const socket = ok(await ssl.connect('localhost', port, { ...options, ...more }))
        const { protocol } = ok(await ssl.connection_information(socket, ['protocol']))
        await ssl.close(socket)
        return protocol
      }
      expect([await version(5_001), await version(5_002)]).toEqual(['tlsv1.1', 'tlsv1.1'])
      const newer = { versions: ['tlsv1.2'] } as const
      expect([await version(5_001, newer), await version(5_002)]).toEqual(['tlsv1.2', 'tlsv1.1'])
    }))
})
