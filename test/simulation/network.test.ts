import { afterEach, describe, expect, test } from '@jest/globals'
import { gen_tcp, inet } from '../../apps/kernel/index.ts'
import { _, ok, process_flag, receive, self, send, spawn_link } from '../../runtime/index.ts'
import { explore, record, simulate } from '../../simulation/index.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { binary, bytes, close, in_network, pair, read_all } from './socket_pairs.ts'

afterEach(kill_everybody)

describe('What is sent over a simulated network', () => {
  test('arrives whole and in order, in both directions, however it is cut into segments', async () => {
    const data = bytes(20_000)
    const network = { segment: [1, 700], delay: [0, 20], window: 1_000 } as const
    const program = async () => {
      const [client, server] = await pair({ exit_on_close: false }, { exit_on_close: false })
      const me = self()
      for (const socket of [client, server]) {
        spawn_link(async () => {
          ok(await gen_tcp.send(socket, data))
          ok(gen_tcp.shutdown(socket, 'write'))
          send(me, 'sent')
        })
      }
      const [there, back] = await Promise.all([read_all(server), read_all(client)])
      if (there[1] !== 'closed' || back[1] !== 'closed') throw new Error(`${there[1]} ${back[1]}`)
      if (!there[0].equals(data) || !back[0].equals(data)) throw new Error('something got lost')
      for (let count = 0; count < 2; count++) await receive('sent', 0)
      close(client, server)
    }
    expect((await explore(15, program, { network })).runs).toBe(15)
  })

  test('takes its time: the way there and back, and what its bandwidth needs', async () => {
    const times = await in_network({ delay: 10, bandwidth: 100, segment: 500 }, async ({ now }) => {
      const listener = ok(await gen_tcp.listen(4_000, binary))
      const accepting = gen_tcp.accept(listener)
      const client = ok(await gen_tcp.connect('127.0.0.1', 4_000, binary))
      const times = [now()]
      const server = ok(await accepting)
      times.push(now())
      gen_tcp.send(client, bytes(1_000))
      ok(await gen_tcp.recv(server, 1_000))
      times.push(now())
      close(client, server, listener)
      return times
    })
    expect(times).toEqual([20, 30, 50])
  })

  test('over different connections may arrive in another order than it was sent', async () => {
    const orders = new Set<string>()
    for (let seed = 1; seed <= 20; seed++) {
      const program = async () => {
        const [one, two] = [await pair({}, { active: true }), await pair({}, { active: true })]
        for (const letter of ['a', 'b']) gen_tcp.send(one[0], letter)
        for (const letter of ['c', 'd']) gen_tcp.send(two[0], letter)
        let seen = ''
        while (seen.length < 4) seen += (await receive(['tcp', _, _]))[2]
        close(...one, ...two)
        return seen
      }
      const seen = await in_network({ delay: [0, 30] }, program, seed)
      expect(seen.replace(/[cd]/g, '') + seen.replace(/[ab]/g, '')).toBe('abcd')
      orders.add(seen)
    }
    expect(orders.size).toBeGreaterThan(2)
  })

  test('makes a sender wait whose peer does not read', async () => {
    const network = { window: 1_000, segment: 100, delay: 1 }
    await in_network(network, async ({ now }) => {
      const [client, server] = await pair({ high_watermark: 2_000, low_watermark: 500 })
      expect(gen_tcp.send(client, bytes(1_500))).toBe('ok')
      expect(ok(inet.getstat(client)).send_pend).toBe(500)
      const sending = gen_tcp.send(client, bytes(2_000))
      expect(sending).toBeInstanceOf(Promise)
      let waits = true
      const sent = Promise.resolve(sending).then(result => {
        waits = false
        return result
      })
      await receive('never', 1_000).catch(() => {})
      expect([waits, now() >= 1_000]).toEqual([true, true])
      expect(Buffer.concat([ok(await gen_tcp.recv(server, 3_500)) as Buffer])).toHaveLength(3_500)
      expect(await sent).toBe('ok')
      close(client, server)
    })
  })

  test('belongs to who reads it, and to nobody else', async () => {
    await in_network({}, async () => {
      const [client, server] = await pair()
      const data = Buffer.from('mine')
      gen_tcp.send(client, data)
      const got = ok(await gen_tcp.recv(server, 4)) as Buffer
      got.fill(0)
      expect(data.toString()).toBe('mine')
      close(client, server)
    })
  })

  test('is told by the trace, the same each time', async () => {
    const program = async () => {
      const [client, server] = await pair()
      gen_tcp.send(client, 'hello')
      ok(await gen_tcp.recv(server, 5))
      close(client, server)
    }
    const first = await record(program, { seed: 5 })
    expect(first.outcome).toEqual(['ok', undefined])
    expect(first.trace.join('\n')).toMatch(/network 1 client sends 5 bytes/)
    expect(await record(program, { seed: 5 })).toEqual(first)
    expect((await record(program, { seed: 6 })).trace).not.toEqual(first.trace)
  })
})

describe('The end of a connection', () => {
  test('in one direction leaves the other one open', async () => {
    await in_network({ delay: [0, 9] }, async () => {
      const [client, server] = await pair({}, { exit_on_close: false })
      gen_tcp.send(client, 'question')
      ok(gen_tcp.shutdown(client, 'write'))
      expect(await read_all(server)).toEqual([Buffer.from('question'), 'closed'])
      ok(await gen_tcp.send(server, 'answer'))
      close(server)
      expect(await read_all(client)).toEqual([Buffer.from('answer'), 'closed'])
      close(client)
    })
  })

  test('is told to an owner for whom the socket is active, after all data', async () => {
    await in_network({ segment: 2 }, async () => {
      const [client, server] = await pair({}, { active: true })
      gen_tcp.send(client, 'data')
      close(client)
      const seen = [await receive(), await receive(), await receive()]
      expect(seen.map(([tag, , data]) => [tag, `${data ?? ''}`])).toEqual([
        ['tcp', 'da'],
        ['tcp', 'ta'],
        ['tcp_closed', ''],
      ])
      close(server)
    })
  })

  test('comes with a reset for who sends to one that is gone, and from one that lingers for no time', async () => {
    await in_network({ delay: 1 }, async () => {
      const [client, server] = await pair({ show_econnreset: true }, { linger: [true, 0] })
      close(server)
      expect(await gen_tcp.recv(client, 0)).toEqual(['error', 'econnreset'])
      close(client)
      const [one, two] = await pair({ show_econnreset: true })
      gen_tcp.send(one, 'unread')
      await receive('never', 5).catch(() => {})
      close(two)
      expect(await gen_tcp.recv(one, 0)).toMatchObject(['error', expect.stringMatching(/closed|econnreset/)])
      close(one)
    })
  })

  test('comes with the end of its owner', async () => {
    await in_network({}, async () => {
      process_flag('trap_exit', true)
      const listener = ok(await gen_tcp.listen(4_000, binary))
      const owner = spawn_link(async () => {
        ok(await gen_tcp.connect('localhost', 4_000, binary))
        await receive('stop')
      })
      const server = ok(await gen_tcp.accept(listener))
      send(owner, 'stop')
      expect(await gen_tcp.recv(server, 0)).toEqual(['error', 'closed'])
      close(server, listener)
    })
  })
})

describe('Connecting on a simulated network', () => {
  const hosts = {
    'a.example': [[10, 0, 0, 1]],
    'b.example': [
      [10, 0, 0, 2],
      [0xfd00, 0, 0, 0, 0, 0, 0, 2],
    ],
  } as const

  test('goes to the listener of an address and port, or is refused', async () => {
    await in_network({ hosts }, async () => {
      const here = ok(await gen_tcp.listen(80, { ...binary, ip: [10, 0, 0, 1] }))
      expect(await gen_tcp.connect('b.example', 80, binary)).toEqual(['error', 'econnrefused'])
      const client = ok(await gen_tcp.connect('a.example', 80, binary))
      expect(ok(inet.peername(client))).toEqual([[10, 0, 0, 1], 80])
      const server = ok(await gen_tcp.accept(here))
      expect(ok(inet.peername(server))).toEqual(ok(inet.sockname(client)))
      expect(await gen_tcp.listen(80, { ip: [10, 0, 0, 1] })).toEqual(['error', 'eaddrinuse'])
      expect(await gen_tcp.listen(80)).toEqual(['error', 'eaddrinuse'])
      expect(await gen_tcp.listen(80, { ip: [192, 0, 2, 1] })).toEqual(['error', 'eaddrnotavail'])
      close(client, server, here)
      expect(await gen_tcp.connect('a.example', 80)).toEqual(['error', 'econnrefused'])
    })
  })

  test('fails for hosts that are not there, and for those that do not answer', async () => {
    await in_network({ hosts }, async ({ network, now }) => {
      expect(await gen_tcp.connect([192, 0, 2, 1], 80)).toEqual(['error', 'ehostunreach'])
      expect(await gen_tcp.connect('nowhere.example', 80)).toEqual(['error', 'nxdomain'])
      const listener = ok(await gen_tcp.listen(80, binary))
      network.silence([10, 0, 0, 1])
      const began = now()
      expect(await gen_tcp.connect('a.example', 80, {}, 100)).toEqual(['error', 'timeout'])
      expect(now() - began).toBe(100)
      expect(await gen_tcp.connect('a.example', 80)).toEqual(['error', 'etimedout'])
      network.restore([10, 0, 0, 1])
      close(ok(await gen_tcp.connect('a.example', 80)), listener)
    })
  })

  test('comes from where it is told to', async () => {
    await in_network({ hosts }, async () => {
      const listener = ok(await gen_tcp.listen(80, binary))
      const from = { ...binary, ip: [10, 0, 0, 2], port: 1_234 } as const
      const client = ok(await gen_tcp.connect('a.example', 80, from))
      expect(ok(inet.sockname(client))).toEqual([[10, 0, 0, 2], 1_234])
      expect(await gen_tcp.connect('a.example', 80, from)).toEqual(['error', 'eaddrinuse'])
      const elsewhere = { ...binary, ip: [192, 0, 2, 1] } as const
      expect(await gen_tcp.connect('a.example', 80, elsewhere)).toEqual(['error', 'eaddrnotavail'])
      close(client, listener)
    })
  })

  test('works over IPv6 and unix domain sockets', async () => {
    await in_network({ hosts }, async () => {
      const six = ok(await gen_tcp.listen(80, { ...binary, inet6: true }))
      const client = ok(await gen_tcp.connect('b.example', 80, { ...binary, inet6: true }))
      expect(ok(inet.peername(client))).toEqual([[0xfd00, 0, 0, 0, 0, 0, 0, 2], 80])
      close(client, ok(await gen_tcp.accept(six)), six)

      const path = ['local', '/run/socket'] as const
      const local = ok(await gen_tcp.listen(0, { ...binary, ifaddr: path }))
      const near = ok(await gen_tcp.connect(path, 0, binary))
      expect(ok(inet.peername(near))).toEqual(path)
      close(near, ok(await gen_tcp.accept(local)), local)
      expect(await gen_tcp.connect(path, 0, binary)).toEqual(['error', 'enoent'])
    })
  })

  test('can be given up, and by then leaves nothing', async () => {
    await in_network({ delay: 50 }, async () => {
      const listener = ok(await gen_tcp.listen(80, binary))
      expect(await gen_tcp.connect('localhost', 80, {}, 60)).toEqual(['error', 'timeout'])
      close(listener)
    })
  })

  test('knows names and addresses of its own', async () => {
    await simulate(
      async () => {
        expect(ok(await inet.getaddrs('b.example'))).toEqual([[10, 0, 0, 2]])
        expect(ok(await inet.getaddrs('localhost'))).toEqual([[127, 0, 0, 1]])
        expect(ok(inet.gethostname())).toBe('simulated')
        const [tag, entry] = await inet.gethostbyaddr([10, 0, 0, 1])
        expect([tag, (entry as { h_name: string }).h_name]).toEqual(['ok', 'a.example'])
        expect(ok(inet.getifaddrs()).map(({ name }) => name)).toEqual(['lo', 'eth0'])
      },
      { network: { hosts } },
    )
  })

  test.each([{ bandwidth: 0 }, { window: 0 }, { segment: 0 }, { delay: [5, 1] }, { delay: -1 }] as const)(
    'has no such network: %p',
    async network => {
      await expect(simulate(() => 1, { network })).rejects.toThrow(RangeError)
      expect(await simulate(() => 1)).toBe(1)
    },
  )
})
