// What the crash of each process does to the rest: the rows of the table in docs/ssl_app.md.

import { describe, expect, test } from '@jest/globals'
import {
  _,
  exit,
  is_pid,
  is_process_alive,
  ok,
  type Pid,
  port_info,
  process_info,
  receive,
  spawn,
} from '../../runtime/index.ts'
import * as crl_keeper from '../../ssl_app/certificate/crl_keeper.ts'
import * as ssl_crl_cache from '../../ssl_app/certificate/ssl_crl_cache.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import {
  bearer,
  bearers,
  type Ends,
  end_of,
  in_another,
  in_world,
  kill,
  servers,
  talk,
  talked,
  type World,
} from '../support/crashes.ts'
import { crl_of, subject_of } from '../support/crls.ts'
import { http_server } from '../support/http_server.ts'
import { idler, rogue_server, settle } from '../support/memory_pair.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const closed = ['error', 'closed']

const nothing_came = () => expect(receive(_, 0)).rejects.toMatchObject({ reason: 'timeout' })

/** Expects the application to be as new, and to serve. */
async function expect_all_new({ listen, connect }: World, before: readonly Pid[]): Promise<void> {
  for (const [index, pid] of bearers().entries()) {
    expect(is_process_alive(before[index]!)).toBe(false)
    expect(is_process_alive(pid)).toBe(true)
  }
  expect(await talk(await connect(await listen()))).toBe(talked)
}

describe('of a connection that is killed', () => {
  test('the peer sees the end of the transport, the owner nothing, and all others go on', () =>
    in_world(pki, async ({ client, server, listener, connect }) => {
      const before = bearers()
      const other = await connect(listener)
      ok(await ssl.setopts(client, { active: true }))
      const waiting = ssl.recv(server, 0)
      await kill(client.pid)
      expect(await waiting).toEqual(closed)
      await nothing_came()
      expect(await ssl.send(client, 'x')).toEqual(closed)
      expect(await talk(other)).toBe(talked)
      expect(await talk(await connect(listener))).toBe(talked)
      expect(bearers()).toEqual(before)
    }))

  test('who waits for its answer exits with killed', () =>
    in_world(pki, async ({ client }) => {
      const waiting = ssl.recv(client, 0)
      exit(client.pid, 'kill')
      await expect(waiting).rejects.toMatchObject({ reason: ['killed', ['ssl', 'recv', [client.pid]]] })
    }))
})

test('a connection that ends with its owner leaves all others', () =>
  in_world(pki, async ({ client, server, listener, connect }) => {
    const other = await connect(listener)
    const owner = idler()
    ok(await ssl.controlling_process(client, owner))
    expect(await end_of(client.pid, () => kill(owner))).toBe('normal')
    expect(await ssl.recv(server, 0)).toEqual(closed)
    expect(await talk(other)).toBe(talked)
  }))

test('who is killed while it waits in recv takes nobody along', () =>
  in_world(pki, async ends => {
    const waiting = spawn(() => ssl.recv(ends.client, 100))
    await settle()
    await kill(waiting)
    await settle()
    expect(is_process_alive(ends.client.pid)).toBe(true)
    ok(await ssl.send(ends.client, 'still here'))
    expect(String(ok(await ssl.recv(ends.server, 0)))).toBe('still here')
  }))

describe('of a tracker that is killed', () => {
  test('the listener closes, its owner gets the exit signal, and connections go on', () =>
    in_world(pki, async ({ listener, ...ends }) => {
      const before = bearers()
      const waiting = ssl.transport_accept(listener)
      await kill(listener.tracker)
      expect(await waiting).toEqual(closed)
      await receive(['EXIT', listener.transport_socket, 'killed'], 0)
      expect(await ssl.transport_accept(listener)).toEqual(closed)
      expect(await talk(ends)).toBe(talked)
      expect(bearers()).toEqual(before)
    }))

  test('the owner of the listener ends as well, unless it traps exits', () =>
    in_world(pki, async ({ listen }) => {
      const [listener, owner] = await in_another(listen)
      expect(await end_of(owner, () => kill(listener.tracker))).toBe('killed')
    }))
})

test('the end of the owner of a listener closes it, ends its tracker, and leaves its connections', () =>
  in_world(pki, async ({ listen, connect }) => {
    const [listener, owner] = await in_another(listen)
    const ends = await connect(listener)
    expect(await end_of(listener.tracker, () => kill(owner))).toBe('normal')
    expect(await ssl.transport_accept(listener)).toEqual(closed)
    expect(await talk(ends)).toBe(talked)
  }))

describe('of an acceptor', () => {
  test('that is killed while it waits, the next one has the connection', () =>
    in_world(pki, async ({ listener, connect }) => {
      const waiting = spawn(() => ssl.transport_accept(listener))
      await settle()
      await kill(waiting)
      expect(await talk(await connect(listener))).toBe(talked)
    }))

  test('that is killed before it has shaken hands, the connection is closed', () =>
    in_world(pki, async ({ listener, port, options }) => {
      const connecting = ssl.connect('localhost', port, options)
      const [accepted, acceptor] = await in_another(() => ssl.transport_accept(listener))
      await kill(acceptor)
      expect(await connecting).toEqual(closed)
      expect(await ssl.handshake(ok(accepted))).toEqual(closed)
    }))
})

describe.each(servers)('of %s', name => {
  test('the end takes all others along, and all start anew', () =>
    in_world(pki, async world => {
      const before = bearers()
      await kill(bearer(name))
      await expect_all_new(world, before)
    }))

  test('the end closes connections: calls say so, an active owner is told nothing', () =>
    in_world(pki, async ({ client, server }) => {
      ok(await ssl.setopts(server, { active: true }))
      const waiting = ssl.recv(client, 0)
      await kill(bearer(name))
      const killed = name === 'tls_connection_sup'
      if (killed) await expect(waiting).rejects.toMatchObject({ reason: ['killed', expect.anything()] })
      else expect(await waiting).toEqual(closed)
      expect(await ssl.send(server, 'x')).toEqual(closed)
      await expect(receive(['ssl_closed', _], 0)).rejects.toMatchObject({ reason: 'timeout' })
    }))

  test('the end closes listeners, and their owners get an exit signal', () =>
    in_world(pki, async ({ listener, listen }) => {
      const waiting = ssl.transport_accept(listener)
      const [, owner] = await in_another(listen)
      const reason = name === 'ssl_listen_tracker_sup' ? 'killed' : 'shutdown'
      expect(await end_of(owner, () => kill(bearer(name)))).toBe(reason)
      expect(await waiting).toEqual(closed)
      await receive(['EXIT', listener.transport_socket, reason], 0)
    }))
})

describe('what is kept in memory', () => {
  const resumed = async ({ client }: Ends) => ok(await ssl.connection_information(client)).session_resumption

  test.each(servers)('of sessions is lost with %s', name =>
    in_world(pki, async ({ listen, connect, listener, port }) => {
      expect(await resumed(await connect(listener))).toBe(true)
      await kill(bearer(name))
      expect(await resumed(await connect(await listen(port)))).toBe(false)
    }),
  )

  test.each(servers)('of revocation lists is lost with %s', name =>
    in_world(pki, async () => {
      const handle = ['internal', []] as const
      const lists = () => ssl_crl_cache.select(subject_of(pki().ca), handle)
      ok(await ssl_crl_cache.insert(['der', [crl_of(pki().ca)]]))
      expect(lists()).toHaveLength(1)
      await kill(bearer(name))
      expect(lists()).toEqual([])
    }),
  )
})

test.each(servers)('a handshake is given up as closed when %s is killed', name =>
  in_world(pki, async ({ listener, port, options }) => {
    const connecting = ssl.connect('localhost', port, options)
    const accepted = ok(await ssl.transport_accept(listener))
    await kill(bearer(name))
    const outcome = await connecting.catch(({ reason: [why] }) => ['exit', why])
    expect(outcome).toEqual(name === 'tls_connection_sup' ? ['exit', 'killed'] : closed)
    expect(await ssl.handshake(accepted)).toEqual(closed)
  }),
)

test('who is killed while it lingers for a last alert closes the transport, and no other notices', () =>
  in_world(pki, async ({ network, ...ends }) => {
    const { socket, say } = await rogue_server(network, pki())
    say(Buffer.of(23, 3, 3, 0, 40), Buffer.alloc(40, 7))
    expect(await ssl.recv(socket, 0)).toEqual(['error', ['tls_alert', 'bad record mac']])
    await settle()
    const before = bearers()
    const heir = port_info(socket.transport_socket, 'connected')![1]
    expect(heir).not.toBe(socket.pid)
    await kill(heir)
    expect(network.peername(socket.transport_socket)).toEqual(['error', 'einval'])
    expect(bearers()).toEqual(before)
    expect(await talk(ends)).toBe(talked)
  }))

test('who fetches a revocation list and is killed has found nothing, and takes nobody along', async () => {
  // It never answers.
  const server = await http_server(() => {})
  await in_world(pki, async ends => {
    const before = bearers()
    const fetching = crl_keeper.fetch(`${server.origin}/ca.crl`, 'infinity', 'infinity')
    await settle()
    const fetcher = process_info(bearer('ssl_crl_cache'), 'links')![1].find(
      pid => is_pid(pid) && pid !== bearer('ssl_sup'),
    )
    await kill(fetcher as Pid)
    expect(await fetching).toEqual([])
    expect(bearers()).toEqual(before)
    expect(await talk(ends)).toBe(talked)
  })
  await server[Symbol.asyncDispose]()
})
