import { describe, expect, test } from '@jest/globals'
import {
  _,
  exit,
  gen_statem,
  monotonic_time,
  ok,
  receive,
  send,
  spawn,
  supervisor,
  timer_count,
} from '../../../runtime/index.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import {
  accepted_socket,
  idler,
  in_memory,
  pair_in_memory,
  rogue_server,
  silent_peer,
  sleep,
} from '../../support/memory_pair.ts'
import { reports_during } from '../../support/reports.ts'
import type { RoguePeer } from '../../support/rogue_peer.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const close_notify = { level: 'warning', description: 'close_notify' }
const internal_error = { level: 'fatal', description: 'internal_error' }

describe('before the handshake', () => {
  test('nothing is read, and no question is answered', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      expect(network.waiting(accepted.transport_socket)).toBeGreaterThan(100)
      expect(network.reads(accepted.transport_socket)).toBe(0)
      for (const answer of [
        ssl.send(accepted, 'x'),
        ssl.recv(accepted, 0),
        ssl.shutdown(accepted, 'write'),
        ssl.setopts(accepted, { mode: 'list' }),
        ssl.getopts(accepted, ['mode']),
        ssl.peercert(accepted),
        ssl.negotiated_protocol(accepted),
        ssl.connection_information(accepted),
      ]) {
        expect(await answer).toEqual(['error', 'notsup_on_transport_accept_socket'])
      }
      expect(await ssl.handshake(accepted)).toEqual(['ok', accepted])
      expect(await connecting).toEqual(['ok', expect.any(ssl.SslSocket)])
    }))

  test('the socket can be closed, and its peer sees that', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      expect(await ssl.close(accepted)).toBe('ok')
      expect(await connecting).toEqual(['error', 'closed'])
      expect(await ssl.handshake(accepted)).toEqual(['error', 'closed'])
    }))

  test('the end of the owner closes the socket', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      const owner = idler()
      ok(await ssl.controlling_process(accepted, owner))
      send(owner, 'end')
      expect(await connecting).toEqual(['error', 'closed'])
      expect(await ssl.handshake(accepted)).toEqual(['error', 'closed'])
    }))

  test('an owner that is dead already closes the socket as well', () =>
    in_memory(async network => {
      const { accepted } = await accepted_socket(network, pki())
      const owner = idler()
      exit(owner, 'kill')
      expect(await ssl.controlling_process(accepted, owner)).toBe('ok')
      expect(await ssl.handshake(accepted)).toEqual(['error', 'closed'])
    }))

  test('a transport that has gone is noticed in the handshake', () =>
    in_memory(async network => {
      const { accepted } = await accepted_socket(network, pki())
      network.break(accepted.transport_socket, 'etimedout')
      expect(await ssl.handshake(accepted)).toEqual(['error', 'closed'])
    }))
})

describe('during the handshake', () => {
  test('a peer that says nothing is waited for as long as the limit says, and not told why', () =>
    in_memory(async network => {
      const [near, far] = network.pair()
      const options = { cb_info: network.cb_info, ...pki().server }
      expect(await ssl.handshake(near, options, 5_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(5_000)
      expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    }))

  test('the limit of a client counts, too', () =>
    in_memory(async network => {
      const [near, far] = network.pair()
      const options = { cb_info: network.cb_info, ...pki().client }
      expect(await ssl.connect(near, options, 5_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(5_000)
      const hello = ok(await network.recv(far, 0))
      expect([...hello.subarray(0, 3)]).toEqual([22, 3, 1])
      expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    }))

  test('a limit of 0 is a limit', () =>
    in_memory(async network => {
      const [near] = network.pair()
      const options = { cb_info: network.cb_info, ...pki().server }
      expect(await ssl.handshake(near, options, 0)).toEqual(['error', 'timeout'])
    }))

  test('the limit is over once the handshake is done', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      ok(await ssl.handshake(accepted, 5_000))
      const client = ok(await connecting)
      await sleep(10_000)
      ok(await ssl.send(client, 'late'))
      expect(await ssl.recv(accepted, 0)).toEqual(['ok', bytes('late')])
    }))

  test('a peer that goes away ends it', () =>
    in_memory(async network => {
      const [near, far] = network.pair()
      const connecting = ssl.connect(near, { cb_info: network.cb_info, ...pki().client })
      ok(await network.recv(far, 0))
      network.close(far)
      expect(await connecting).toEqual(['error', 'closed'])
    }))

  test('a transport that fails ends it as well', () =>
    in_memory(async network => {
      const [near] = network.pair()
      const connecting = ssl.connect(near, { cb_info: network.cb_info, ...pki().client })
      await sleep(1)
      network.break(near, 'etimedout')
      expect(await connecting).toEqual(['error', 'closed'])
    }))

  test('whoever wants something of the connection waits for it, and gets it', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      const client = connecting.then(ok)
      const shaking = ssl.handshake(accepted)
      const receiving = ssl.recv(accepted, 0)
      const sending = ssl.send(accepted, 'early')
      const other = ssl.handshake(accepted)
      expect(await ssl.recv(await client, 0)).toEqual(['ok', bytes('early')])
      ok(await ssl.send(await client, 'answer'))
      expect(await receiving).toEqual(['ok', bytes('answer')])
      expect(await sending).toBe('ok')
      expect([await shaking, await other]).toEqual([
        ['ok', accepted],
        ['ok', accepted],
      ])
    }))

  test('a receiver waits no longer than it said, whatever becomes of the handshake', () =>
    in_memory(async network => {
      const { accepted, far } = await silent_peer(network, pki())
      const shaking = ssl.handshake(accepted)
      expect(await ssl.recv(accepted, 0, 1_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(1_000)
      const waiting = ssl.recv(accepted, 0, 5_000)
      network.close(far)
      expect(await shaking).toEqual(['error', 'closed'])
      expect(await waiting).toEqual(['error', 'closed'])
    }))

  test('it can be called off by anybody', () =>
    in_memory(async network => {
      const { accepted, far } = await silent_peer(network, pki())
      const shaking = ssl.handshake(accepted)
      const closing = ssl.close(accepted)
      expect(await shaking).toEqual(['error', 'closed'])
      expect(await closing).toBe('ok')
      expect(monotonic_time()).toBe(0)
      expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    }))

  test('the end of the owner ends it', () =>
    in_memory(async network => {
      const { accepted, far } = await silent_peer(network, pki())
      const owner = idler()
      ok(await ssl.controlling_process(accepted, owner))
      const shaking = ssl.handshake(accepted)
      exit(owner, 'kill')
      expect(await shaking).toEqual(['error', 'closed'])
      expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    }))

  test('the end of who connects ends it, and the peer is not told why', () =>
    in_memory(async network => {
      const { cb_info } = network
      const listener = ok(await network.listen(0, { active: false }))
      const [, port] = ok(network.sockname(listener))
      const owner = spawn(() => ssl.connect('localhost', port, { cb_info, ...pki().client }))
      const far = ok(await network.accept(listener))
      ok(await network.recv(far, 0))
      exit(owner, 'kill')
      expect(await network.recv(far, 0)).toEqual(['error', 'closed'])
    }))

  test('it goes on with another owner', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      const owner = idler()
      const shaking = ssl.handshake(accepted)
      expect(await ssl.controlling_process(accepted, owner)).toBe('ok')
      expect(await shaking).toEqual(['ok', accepted])
      const client = ok(await connecting)
      send(owner, 'end')
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
    }))

  test('data that comes with its last message is not lost', () =>
    in_memory(async network => {
      const data = (text: string) => (peer: RoguePeer) => peer.raw('application_data', bytes(text))
      const { socket, peer, say } = await rogue_server(network, pki(), {}, data('first'))
      expect(await ssl.recv(socket, 0)).toEqual(['ok', bytes('first')])
      say(data('second')(peer))
      expect(await ssl.recv(socket, 0)).toEqual(['ok', bytes('second')])
    }))
})

describe('a connection', () => {
  test('ends with its owner, and tells its peer', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      const owner = idler()
      ok(await ssl.controlling_process(socket, owner))
      const waiting = ssl.recv(socket, 0, 60_000)
      exit(owner, 'kill')
      expect(await waiting).toEqual(['error', 'closed'])
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }))

  test('ends when it is given to a process that is dead', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      const dead = idler()
      exit(dead, 'kill')
      expect(await ssl.controlling_process(socket, dead)).toBe('ok')
      expect(await ssl.send(socket, 'x')).toEqual(['error', 'closed'])
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }))

  test('outlives an owner that has given it away', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const [first, second] = [idler(), idler()]
      ok(await ssl.controlling_process(client, first))
      ok(await ssl.controlling_process(client, second))
      exit(first, 'kill')
      ok(await ssl.send(client, 'here'))
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('here')])
      send(second, 'end')
      expect(await ssl.recv(server, 0)).toEqual(['error', 'closed'])
    }))

  test.each([
    ['its supervisor', ({ pid }: ssl.SslSocket) => supervisor.terminate_child('tls_connection_sup', pid)],
    ['whoever asks it to', ({ pid }: ssl.SslSocket) => gen_statem.stop(pid)],
  ])('that is stopped by %s tells its peer', (_who, stop) =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      const waiting = ssl.recv(socket, 0)
      await stop(socket)
      expect(await waiting).toEqual(['error', 'closed'])
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }),
  )

  test('that crashes tells its peer so, and its callers how', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki(), { active: true })
      const reports = await reports_during(async () => {
        const crash = gen_statem.call(socket.pid, undefined)
        const waiting = ssl.getopts(socket, ['mode'])
        await expect(crash).rejects.toMatchObject({ reason: [expect.any(TypeError), expect.anything()] })
        await expect(waiting).rejects.toMatchObject({ reason: [expect.any(TypeError), expect.anything()] })
      })
      expect(reports.map(({ label }) => label)).toContain('gen_statem terminate')
      expect(await hear()).toEqual({ alerts: [internal_error], closed: true })
      await expect(receive(_, 0)).rejects.toMatchObject({ reason: 'timeout' })
    }))

  test('that is killed tells nobody', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki(), { active: true })
      exit(socket.pid, 'kill')
      expect(await hear()).toEqual({ alerts: [], closed: true })
      await expect(receive(_, 0)).rejects.toMatchObject({ reason: 'timeout' })
    }))

  test.each([[42], [null], [undefined], ['text'], [{ tag: 1 }], [['tcp', 'other', 'data']], [[]]])(
    'does not mind the message %j',
    message =>
      in_memory(async network => {
        const { client, server } = await pair_in_memory(network, pki())
        const reports = await reports_during(async () => {
          send(client.pid, message)
          gen_statem.cast(client.pid, message)
          ok(await ssl.send(client, 'still here'))
        })
        expect(reports.map(({ label }) => label)).toEqual(['ssl unexpected_info', 'ssl unexpected_info'])
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('still here')])
      }),
  )

  test('does not mind the exit signal of a stranger', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      exit(client.pid, 'reason')
      ok(await ssl.send(client, 'still here'))
      expect(await ssl.recv(server, 0)).toEqual(['ok', bytes('still here')])
    }))

  test('goes on after hibernation, each time', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), { hibernate_after: 1_000 })
      for (const text of ['one', 'two']) {
        const awake = timer_count()
        await sleep(5_000)
        expect(timer_count()).toBe(awake - 1)
        ok(await ssl.send(client, text))
        expect(timer_count()).toBe(awake)
        expect(await ssl.recv(server, 3)).toEqual(['ok', bytes(text)])
        ok(await ssl.send(server, text))
        expect(await ssl.recv(client, 2)).toEqual(['ok', bytes(text.slice(0, 2))])
        await sleep(5_000)
        expect(await ssl.recv(client, 1)).toEqual(['ok', bytes(text.slice(2))])
      }
    }))

  test('with hibernate_after 0 hibernates whenever there is nothing to do', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki(), { hibernate_after: 0, active: true })
      ok(await ssl.send(server, 'data'))
      expect(await receive(_, 1_000)).toEqual(['ssl', client, bytes('data')])
    }))
})
