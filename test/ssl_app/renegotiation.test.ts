import { describe, expect, test } from '@jest/globals'
import { _, ok, receive, run, self, send, spawn, spawn_monitor, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../support/certificates.ts'
import { in_memory, pair_in_memory, settle, sleep } from '../support/memory_pair.ts'
import { connect_pair, type Pair, with_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const sides = ['client', 'server'] as const

/** Changes with every handshake. */
const random_of = async (socket: ssl.SslSocket): Promise<Term> =>
  ok(await ssl.connection_information(socket, ['client_random'])).client_random

/** Renegotiates, while the other side listens, as it has to. */
async function renegotiate(pair: Pair, side: (typeof sides)[number]): Promise<Term> {
  const other = side === 'client' ? pair.server : pair.client
  const listening = ssl.recv(other, 4)
  const done = await ssl.renegotiate(pair[side])
  expect(await ssl.send(pair[side], 'done')).toBe('ok')
  expect(await listening).toEqual(['ok', bytes('done')])
  return done
}

const exchange = async ({ client, server }: Pair) => {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    expect(await ssl.send(from, 'data')).toBe('ok')
    expect(await ssl.recv(to, 4)).toEqual(['ok', bytes('data')])
  }
}

describe.each(sides)('a new handshake that the %s wants', side => {
  test.each(['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3'] as const)('is made in %s', async version => {
    const ca = await make_ca({ algorithm: 'rsa' })
    const rsa = await make_leaf(ca, { algorithm: 'rsa' })
    const options = { versions: [version], cacerts: [ca.cert_der] }
    await with_pair(
      pki,
      async pair => {
        const before = await random_of(pair.client)
        expect(await renegotiate(pair, side)).toBe('ok')
        const random = await random_of(pair.client)
        expect(random).not.toEqual(before)
        expect(await random_of(pair.server)).toEqual(random)
        await exchange(pair)
      },
      options,
      { ...options, cert: rsa.cert_der, key: ['PrivateKeyInfo', rsa.key_pkcs8_der] },
    )
  })

  test('goes on with the session there is, or makes one where none is wanted, or a ticket is all there is', async () => {
    const resumed = async (options: ssl.ConnectOptions, of_server: ssl.ListenOptions = {}) => {
      let told: Term
      await with_pair(
        pki,
        async pair => {
          await exchange(pair)
          expect(await renegotiate(pair, side)).toBe('ok')
          told = ok(await ssl.connection_information(pair.server, ['session_resumption']))
          await exchange(pair)
        },
        options,
        of_server,
      )
      return told.session_resumption
    }
    expect(await resumed({})).toBe(true)
    expect(await resumed({ reuse_sessions: false })).toBe(false)
    expect(await resumed({}, { session_tickets: 'stateless' })).toBe(false)
  })

  test('is made only once at a time', () =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      const first = ssl.renegotiate(pair[side])
      await settle()
      expect(await ssl.renegotiate(pair[side])).toEqual(['error', 'already_renegotiating'])
      const listening = ssl.recv(side === 'client' ? pair.server : pair.client, 0)
      expect(await first).toBe('ok')
      ok(await ssl.send(pair[side], 'x'))
      ok(await listening)
    }))

  test('lets data pass that was on its way, and what is sent meanwhile waits in its order', () =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      const [here, there] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      ok(await ssl.send(here, 'before,'))
      ok(await ssl.send(there, 'on its way'))
      const done: string[] = []
      const renegotiating = ssl.renegotiate(here).then(result => done.push(`renegotiate ${result}`))
      const sending = ['one,', 'two,', 'three'].map(text =>
        ssl.send(here, text).then(result => done.push(`${text} ${result}`)),
      )
      await sleep(60_000)
      expect(done).toEqual([])
      expect(String(ok(await ssl.recv(there, 20)))).toBe('before,one,two,three')
      await Promise.all([renegotiating, ...sending])
      expect(done).toEqual(['renegotiate ok', 'one, ok', 'two, ok', 'three ok'])
      expect(await ssl.recv(here, 0)).toEqual(['ok', bytes('on its way')])
    }))

  test('keeps the packets of both sides whole', () =>
    in_memory(async network => {
      const packets = { packet: 2 } as const
      const pair = await pair_in_memory(network, pki(), packets, packets)
      const [here, there] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      ok(await ssl.send(there, 'from there'))
      const renegotiating = ssl.renegotiate(here)
      const sending = ['', 'x', 'y'.repeat(60_000)].map(text => ssl.send(here, text))
      for (const size of [0, 1, 60_000]) expect(ok(await ssl.recv(there, 0))).toHaveLength(size)
      expect(await renegotiating).toBe('ok')
      expect(await Promise.all(sending)).toEqual(['ok', 'ok', 'ok'])
      expect(await ssl.recv(here, 0)).toEqual(['ok', bytes('from there')])
    }))

  test('waits for a peer that does not read, and takes no memory meanwhile', () =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      const [here, there] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      const before = network.sent(here.transport_socket)
      const renegotiating = ssl.renegotiate(here)
      const sending = ssl.send(here, Buffer.alloc(1_000_000, 'x'))
      await sleep(3_600_000)
      expect(network.sent(here.transport_socket) - before).toBeLessThan(1_000)
      ok(await ssl.recv(there, 1_000_000))
      expect([await renegotiating, await sending]).toEqual(['ok', 'ok'])
    }))

  test('ends with the connection, and everybody who waits is told', () =>
    in_memory(async network => {
      for (const who of ['here', 'there'] as const) {
        const pair = await pair_in_memory(network, pki())
        const [here, there] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
        const waiting = [ssl.renegotiate(here), ssl.send(here, 'late'), ssl.recv(here, 0)]
        await settle()
        await ssl.close(who === 'here' ? here : there, 0)
        expect(await Promise.all(waiting)).toEqual(Array(3).fill(['error', 'closed']))
        expect(await ssl.renegotiate(here)).toEqual(['error', 'closed'])
      }
    }))

  test('tells an active owner when the peer closes in the midst of it', () =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      const [here, there] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      ok(await ssl.setopts(here, { active: true }))
      const renegotiating = ssl.renegotiate(here)
      await settle()
      await ssl.close(there, 0)
      expect(await receive(_, 1_000)).toEqual(['ssl_closed', here])
      expect(await renegotiating).toEqual(['error', 'closed'])
    }))

  test('ends with the owner, and leaves no process', () =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      const here = pair[side]
      const [owner, ref] = spawn_monitor(() => receive('end'))
      ok(await ssl.controlling_process(here, owner))
      const renegotiating = ssl.renegotiate(here)
      await settle()
      send(owner, 'end')
      await receive(['DOWN', ref, _, _, _])
      expect(await renegotiating).toEqual(['error', 'closed'])
    }))
})

describe('fast senders on both sides', () => {
  const record = 1_000
  const rounds = 300

  /** Sends numbered pieces as fast as they are taken. */
  const spray = (socket: ssl.SslSocket) =>
    spawn(async () => {
      for (let n = 0; n < rounds; n++) ok(await ssl.send(socket, Buffer.alloc(record, n % 256)))
    })

  const in_order = (data: Uint8Array) => data.every((byte, at) => byte === Math.floor(at / record) % 256)

  /** Owns a socket, and tells when it has got all. */
  async function collector(socket: ssl.SslSocket, active: boolean) {
    const parent = self()
    const owner = spawn(async () => {
      await receive('yours')
      const pieces: Uint8Array[] = []
      let size = 0
      if (active) ok(await ssl.setopts(socket, { active: true }))
      while (size < rounds * record) {
        const piece = active
          ? (await receive(['ssl', socket, _], 10_000))[2]
          : ok(await ssl.recv(socket, 0, 10_000))
        pieces.push(piece)
        if (size === 0) send(parent, 'begun')
        size += piece.length
      }
      send(parent, ['collected', socket, in_order(Buffer.concat(pieces))])
      await receive('end')
    })
    ok(await ssl.controlling_process(socket, owner))
    send(owner, 'yours')
    return owner
  }

  const storm = async ({ client, server }: Pair, active: boolean, both: boolean) => {
    const collectors = [await collector(client, active), await collector(server, active)]
    for (const socket of [client, server]) spray(socket)
    await receive('begun', 10_000)
    const results = await Promise.all([ssl.renegotiate(server), both ? ssl.renegotiate(client) : 'ok'])
    for (const socket of [client, server]) {
      expect(await receive(['collected', socket, _], 20_000)).toEqual(['collected', socket, true])
    }
    await receive('begun', 0)
    for (const owner of collectors) send(owner, 'end')
    return results
  }

  test.each([[true], [false]])('lose nothing while keys change (active: %s)', active =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      expect(await storm(pair, active, false)).toEqual(['ok', 'ok'])
    }, 8_192),
  )

  test.each([[true], [false]])('and with both sides wanting new keys at once, too (active: %s)', active =>
    in_memory(async network => {
      const pair = await pair_in_memory(network, pki())
      const [server, client] = await storm(pair, active, true)
      expect(server).toBe('ok')
      expect(['ok', 'error,already_renegotiating']).toContain(String(client))
    }, 8_192),
  )

  test('and with both wanting them while the transport is full in both directions', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const sending = [client, server].map(socket => ssl.send(socket, Buffer.alloc(600_000, 'x')))
      await settle()
      const renegotiating = [client, server].map(socket => ssl.renegotiate(socket))
      for (const socket of [client, server]) ok(await ssl.recv(socket, 600_000))
      expect(await Promise.all(renegotiating)).toEqual(['ok', 'ok'])
      expect(await Promise.all(sending)).toEqual(['ok', 'ok'])
    }, 8_192))

  test('lose nothing on real sockets either', () =>
    run(async () => {
      const pair = await connect_pair(pki())
      expect(await storm(pair, true, false)).toEqual(['ok', 'ok'])
      await Promise.all([pair.client, pair.server, pair.listener].map(socket => ssl.close(socket)))
    }))
})

describe('renegotiate_at', () => {
  test.each(sides)('changes the keys of a %s that has sent so many records, again and again', side =>
    in_memory(async network => {
      const [client, server] = side === 'client' ? [{ renegotiate_at: 5 }, {}] : [{}, { renegotiate_at: 5 }]
      const pair = await pair_in_memory(network, pki(), client, server)
      const [here, there] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      ok(await ssl.setopts(there, { active: true }))
      const randoms = new Set<string>()
      for (let n = 0; n < 20; n++) {
        const sending = [`${n}a`, `${n}b`].map(text => ssl.send(here, text))
        for (const text of [`${n}a`, `${n}b`])
          expect(await receive(_, 30_000)).toEqual(['ssl', there, bytes(text)])
        await Promise.all(sending)
        randoms.add(String(await random_of(here)))
        // A server has peace for 12 seconds from clients that want new keys.
        await sleep(12_000)
      }
      expect(randoms.size).toBeGreaterThan(5)
    }),
  )

  test('of one record lets one through each time', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), {}, { renegotiate_at: 1 })
      const sending = [...'abc'].map(text => ssl.send(server, text))
      expect(String(ok(await ssl.recv(client, 3)))).toBe('abc')
      expect(await Promise.all(sending)).toEqual(['ok', 'ok', 'ok'])
    }))

  test('closes a connection whose peer wants no new keys', () =>
    in_memory(async network => {
      const no = { client_renegotiation: false }
      const { client, server } = await pair_in_memory(network, pki(), { renegotiate_at: 2 }, no)
      ok(await ssl.setopts(server, { active: true }))
      ok(await ssl.send(client, 'one'))
      ok(await ssl.send(client, 'two'))
      const sending = [ssl.send(client, 'three'), ssl.send(client, 'four')]
      expect(await Promise.all(sending)).toEqual(Array(2).fill(['error', 'closed']))
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
      expect(await receive(_, 0)).toEqual(['ssl', server, bytes('one')])
      expect(await receive(_, 0)).toEqual(['ssl', server, bytes('two')])
      expect(await receive(_, 1_000)).toEqual(['ssl_closed', server])
    }))
})

describe('a server', () => {
  /** The server is read from all the time. */
  const served = (network: Parameters<typeof pair_in_memory>[0], server: ssl.ListenOptions = {}) =>
    pair_in_memory(network, pki(), {}, { active: true, ...server })
  const rejected = ['error', 'renegotiation_rejected']

  test('that wants no new handshakes of its clients never has any, but goes on', () =>
    in_memory(async network => {
      const { client, server } = await served(network, { client_renegotiation: false })
      expect(await ssl.renegotiate(client)).toEqual(rejected)
      const random = await random_of(client)
      ok(await ssl.send(client, 'still here'))
      expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('still here')])
      ok(await ssl.send(server, 'so am I'))
      expect(await ssl.recv(client, 0)).toEqual(['ok', bytes('so am I')])
      expect(await random_of(client)).toEqual(random)
      await sleep(20_000)
      expect(await ssl.renegotiate(client)).toEqual(rejected)

      const listening = ssl.recv(client, 0)
      expect(await ssl.renegotiate(server)).toBe('ok')
      ok(await ssl.send(server, 'x'))
      ok(await listening)
      expect(await ssl.renegotiate(client)).toEqual(rejected)
    }))

  test('lets its clients have one every twelve seconds', () =>
    in_memory(async network => {
      const { client } = await served(network)
      expect(await ssl.renegotiate(client)).toBe('ok')
      expect(await ssl.renegotiate(client)).toEqual(rejected)
      await sleep(11_000)
      expect(await ssl.renegotiate(client)).toEqual(rejected)
      await sleep(1_000)
      expect(await ssl.renegotiate(client)).toBe('ok')
      expect(await ssl.renegotiate(client)).toEqual(rejected)
    }))

  test('has as many as it wants itself', () =>
    in_memory(async network => {
      const { client, server } = await served(network)
      ok(await ssl.setopts(client, { active: true }))
      expect(await ssl.renegotiate(client)).toBe('ok')
      for (let times = 0; times < 5; times++) expect(await ssl.renegotiate(server)).toBe('ok')
    }))
})

test('a listener, and a socket without a handshake, have nothing to renegotiate', () =>
  in_memory(async network => {
    const { cb_info } = network
    const listener = ok(await ssl.listen(0, { cb_info, ...pki().server }))
    expect(await ssl.renegotiate(listener)).toEqual(['error', 'enotconn'])
    const connecting = network.connect(0, ok(ssl.sockname(listener))[1], { active: false })
    const accepted = ok(await ssl.transport_accept(listener))
    await connecting
    expect(await ssl.renegotiate(accepted)).toEqual(['error', 'notsup_on_transport_accept_socket'])
  }))

test('what is asked for during the first handshake waits for it', () =>
  in_memory(async network => {
    const [near, far] = network.pair()
    const { cb_info } = network
    const accepting = ssl.handshake(far, { cb_info, active: true, ...pki().server })
    const client = ok(await ssl.connect(near, { cb_info, active: false, ...pki().client }))
    ok(await accepting)
    expect(await ssl.renegotiate(client)).toBe('ok')
  }))

test('a connection hibernates after a new handshake as before it', () =>
  in_memory(async network => {
    const idle = { hibernate_after: 1_000 }
    const { client, server } = await pair_in_memory(network, pki(), idle, { ...idle, active: true })
    for (let times = 0; times < 2; times++) {
      await sleep(13_000)
      expect(await ssl.renegotiate(client)).toBe('ok')
    }
    const waiting = ssl.renegotiate(server)
    await sleep(5_000)
    ok(await ssl.send(client, 'awake'))
    expect(await receive(_, 1_000)).toEqual(['ssl', server, bytes('awake')])
    const listening = ssl.recv(client, 0)
    expect(await waiting).toBe('ok')
    ok(await ssl.send(server, 'x'))
    ok(await listening)
  }))
