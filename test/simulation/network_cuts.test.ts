import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { gen_tcp, inet } from '../../apps/kernel/index.ts'
import { _, after, ok, receive, self, send, spawn_link } from '../../runtime/index.ts'
import { type Cut, explore, type Segment, type Simulation } from '../../simulation/index.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { seeds, time_limit } from './how_many.ts'
import { bytes, close, in_network, pair, read_all } from './socket_pairs.ts'

jest.setTimeout(time_limit)

afterEach(kill_everybody)

const wait = (time: number): Promise<unknown> => receive(after(time, () => {}))

describe('A connection that is cut', () => {
  test('by a reset tells both ends, whatever they do', async () => {
    await in_network({ delay: 1 }, async ({ network }) => {
      const [client, server] = await pair({ show_econnreset: true }, { active: true, show_econnreset: true })
      const reading = gen_tcp.recv(client, 0)
      const [connection] = network.connections
      connection!.cut('reset')
      expect(await reading).toEqual(['error', 'econnreset'])
      expect([await receive(), await receive()]).toEqual([
        ['tcp_error', server, 'econnreset'],
        ['tcp_closed', server],
      ])
      expect(gen_tcp.send(client, 'x')).toEqual(['error', 'closed'])
      close(client)
    })
  })

  test('by silence tells nobody until a sender has waited as long as Linux does', async () => {
    await in_network({ delay: 1 }, async ({ network, now }) => {
      const [client, server] = await pair()
      for (const connection of network.connections) connection.cut('silence')
      const began = now()
      gen_tcp.send(client, 'anybody there?')
      const quiet = gen_tcp.recv(server, 0, 2_000_000)
      expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'etimedout'])
      expect(now() - began).toBe(924_600)
      expect(await quiet).toEqual(['error', 'timeout'])
      close(client, server)
    })
  })

  test('by silence is noticed by who keeps it alive', async () => {
    await in_network({}, async ({ network }) => {
      const [client, server] = await pair({ keepalive: true })
      for (const connection of network.connections) connection.cut('silence')
      expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'etimedout'])
      close(client, server)
    })
  })

  test('by silence may still be closed, and by then leaves nothing', async () => {
    await in_network({ window: 10, segment: 10 }, async ({ network }) => {
      const [client, server] = await pair()
      for (const connection of network.connections) connection.cut('silence')
      gen_tcp.send(client, bytes(100))
      close(client, server)
    })
  })

  test('is cut once', async () => {
    await in_network({}, async ({ network }) => {
      const [client, server] = await pair({ show_econnreset: true })
      const [connection] = network.connections
      connection!.cut('silence')
      connection!.cut('reset')
      expect(await gen_tcp.recv(client, 0, 1_000)).toEqual(['error', 'timeout'])
      close(client, server)
      expect([...network.connections]).toEqual([])
    })
  })
})

describe('The fate of a segment', () => {
  const sent = async ({ note }: Simulation) => {
    const [client, server] = await pair()
    gen_tcp.send(client, '12345')
    gen_tcp.shutdown(client, 'write')
    const [data, reason] = await read_all(server)
    note(`${data} ${reason}`)
    close(client, server)
    return `${data} ${reason}`
  }

  test('is decided by who looks at all of them', async () => {
    const seen: Segment[] = []
    const fate = (segment: Segment) => {
      seen.push(segment)
      return 'arrives' as const
    }
    expect(await in_network({ segment: 3, fate }, sent)).toBe('12345 closed')
    expect(seen.slice(0, 3).map(({ bytes, ...rest }) => ({ ...rest, text: `${bytes}` }))).toEqual([
      { connection: 1, from: 'client', number: 1, ends: false, text: '123' },
      { connection: 1, from: 'client', number: 2, ends: false, text: '45' },
      { connection: 1, from: 'client', number: 3, ends: true, text: '' },
    ])
  })

  test('may be to come later, with all behind it', async () => {
    const late = ({ number }: Segment) => (number === 1 ? 500 : 'arrives')
    const took = await in_network({ segment: 3, delay: 1, fate: late }, async simulation => {
      expect(await sent(simulation)).toBe('12345 closed')
      return simulation.now()
    })
    expect(took).toBeGreaterThan(500)
  })

  test.each<[Cut, number]>([
    ['reset', 2],
    ['reset', 3],
  ])('may be to end the connection: %s at segment %i', async (cut, at) => {
    const fate = ({ number }: Segment) => (number === at ? cut : 'arrives')
    expect(await in_network({ segment: 3, delay: 1, fate }, sent)).toMatch(/^(123)?(45)? closed$/)
  })

  test.each<[string, () => any, string]>([
    ['is none', () => 'lost', "no fate of a segment: 'lost'"],
    ['is no time', () => Number.NaN, 'no fate of a segment: NaN'],
    [
      'is not told',
      () => {
        throw new Error('forgotten')
      },
      'forgotten',
    ],
  ])('that %s fails the simulation, whoever sent it and survives', async (_what, fate, reason) => {
    const careless = (simulation: Simulation) => sent(simulation).catch(() => 'survived')
    await expect(in_network({ fate }, careless)).rejects.toThrow(reason)
  })
})

describe('controlling_process', () => {
  /** The bytes of a stream that come to two processes, of which one gives the socket to the other meanwhile. */
  const handed_over =
    (message: Buffer) =>
    async ({ random }: Simulation) => {
      const [client, server] = await pair({ exit_on_close: false })
      const me = self()
      const next = spawn_link(async () => {
        const chunks: Buffer[] = []
        for (;;) {
          const [tag, socket, data] = await receive()
          if (socket !== server) throw new Error('not mine')
          if (tag === 'tcp') chunks.push(data)
          // What has come before it was said may be the end.
          if (tag === 'tcp_passive' || tag === 'given') inet.setopts(server, { active: 2 })
          if (tag === 'tcp_closed') break
        }
        send(me, ['heard', Buffer.concat(chunks)])
      })
      const chunks: Buffer[] = []
      const before = random.below(6)
      ok(inet.setopts(server, { active: 3 }))
      for (let at = 0; at < message.length; at += 10) gen_tcp.send(client, message.subarray(at, at + 10))
      gen_tcp.shutdown(client, 'write')
      for (let count = 0; count < before; count++) {
        const [tag, , data] = await receive()
        if (tag === 'tcp') chunks.push(data)
        if (tag === 'tcp_passive') inet.setopts(server, { active: 1 })
      }
      await wait(random.below(10))
      ok(gen_tcp.controlling_process(server, next))
      send(next, ['given', server])
      const [, heard] = await receive(['heard', _])
      if (!Buffer.concat([...chunks, heard]).equals(message)) throw new Error('lost, twice or out of order')
      gen_tcp.close(client)
    }

  test('loses no data, gives none twice, and none to the wrong process', async () => {
    const network = { segment: [1, 12], delay: [0, 6] } as const
    const explored = await explore(seeds(80), handed_over(bytes(80)), { network, step_time: 1 })
    expect(explored.schedules).toBeGreaterThan(0.9 * explored.runs)
  })
})
