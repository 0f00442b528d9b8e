import { describe, expect, test } from '@jest/globals'
import { exit, monotonic_time, ok, type Port, processes, self, send } from '../../../runtime/index.ts'
import type { AlertDescription } from '../../../ssl_app/record/ssl_alert.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import {
  accepted_socket,
  idler,
  in_memory,
  pair_in_memory,
  type Rogue,
  rogue_server,
  settle,
} from '../../support/memory_pair.ts'
import type { MemoryTransport } from '../../support/memory_transport.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const bytes = (text: string) => Buffer.from(text)
const close_notify = { level: 'warning', description: 'close_notify' } as const

/** Asks for the transport, for this process. */
const downgrade = (socket: ssl.SslSocket, timeout: number | 'infinity' = 5_000) =>
  ssl.close(socket, [self(), timeout])

const alert = ({ peer }: Rogue, description: AlertDescription, level: 'fatal' | 'warning' = 'warning') =>
  peer.alert({ level, description })

/** What one end of a transport gets of what the other sends. */
async function carried(network: MemoryTransport, from: Port, to: Port, text: string): Promise<string> {
  void network.send(from, [bytes(text)])
  return String(ok(await network.recv(to, text.length)))
}

describe('close with a new controller (spec 1.7)', () => {
  test('gives both sides that want it at once the transport, passive and without TLS', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const before = processes().length
      const [near, far] = (await Promise.all([downgrade(client), downgrade(server)])).map(ok)
      expect([near, far]).toEqual([client.transport_socket, server.transport_socket])
      expect(await carried(network, near, far, 'in the clear')).toBe('in the clear')
      expect(await carried(network, far, near, 'so it is')).toBe('so it is')
      const options = { active: false, packet: 0, mode: 'binary' }
      expect(network.getopts(near, Object.keys(options))).toEqual(['ok', options])
      expect(processes().length).toBe(before - 2)
      expect(monotonic_time()).toBeLessThan(100)
    }))

  test.each([{ active: true }, { active: 'once' }, { active: 3 }] as const)(
    'does so from a socket with %j, whose owner is told nothing',
    options =>
      in_memory(async network => {
        const rogue = await rogue_server(network, pki(), options)
        const closing = downgrade(rogue.socket)
        rogue.say(alert(rogue, 'close_notify'))
        const near = ok(await closing)
        expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: false })
        expect(await carried(network, rogue.far, near, 'plain')).toBe('plain')
      }),
  )

  test('can be followed by TLS again on the same transport, and so on', () =>
    in_memory(async network => {
      const { cb_info } = network
      let [near, far] = network.pair()
      const passive = { cb_info, mode: 'binary', active: false } as const
      for (const text of ['one', 'two', 'three']) {
        const shaking = ssl.handshake(far, { ...passive, ...pki().server })
        const client = ok(await ssl.connect(near, { ...passive, ...pki().client, verify: 'verify_none' }))
        const server = ok(await shaking)
        ok(await ssl.send(client, text))
        expect(await ssl.recv(server, 0)).toEqual(['ok', bytes(text)])
        const both = await Promise.all([downgrade(client), downgrade(server)])
        expect(both).toEqual([
          ['ok', near],
          ['ok', far],
        ])
        ;[near, far] = both.map(ok) as [Port, Port]
        expect(await carried(network, near, far, 'between')).toBe('between')
      }
    }))

  test('gives the transport to the process that is named, and to no other', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const controller = idler()
      rogue.say(alert(rogue, 'close_notify'))
      const near = ok(await ssl.close(rogue.socket, [controller, 5_000]))
      expect(network.controlling_process(near, self())).toEqual(['error', 'not_owner'])
      exit(controller, 'kill')
      expect(await network.recv(rogue.far, 0, 1).then(() => network.recv(rogue.far, 0, 1))).toEqual([
        'error',
        'closed',
      ])
    }))

  test('that has ended gets nothing, and the transport is closed', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const dead = idler()
      exit(dead, 'kill')
      rogue.say(alert(rogue, 'close_notify'))
      expect(await ssl.close(rogue.socket, [dead, 5_000])).toEqual(['error', 'badarg'])
      expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
    }))

  test('is served when a handshake that goes on is done, and refused before one', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki())
      const refused = ['error', 'notsup_on_transport_accept_socket']
      expect(await downgrade(accepted)).toEqual(refused)
      const shaking = ssl.handshake(accepted)
      const closing = downgrade(accepted)
      const client = ok(await connecting)
      expect(await shaking).toEqual(['ok', accepted])
      expect(await downgrade(client)).toEqual(['ok', client.transport_socket])
      expect(await closing).toEqual(['ok', accepted.transport_socket])
    }))

  test('is not for what is no pid or no timeout, and closes a listener', () =>
    in_memory(async network => {
      const { client, listener } = await pair_in_memory(network, pki())
      const me = self()
      const wrong: [unknown, unknown][] = [
        [[me], undefined],
        [[me, -1], -1],
        [[], []],
        [
          ['me', 5_000],
          ['me', 5_000],
        ],
        [null, null],
      ]
      for (const [how, said] of wrong) {
        await expect(ssl.close(client, how as never)).rejects.toMatchObject({ reason: ['badarg', said] })
      }
      expect(await ssl.close(listener, [self(), 0])).toBe('ok')
      expect(await ssl.transport_accept(listener)).toEqual(['error', 'closed'])
    }))
})

describe('what the peer says', () => {
  test('may come in pieces', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const closing = downgrade(rogue.socket)
      for (const byte of Buffer.concat([alert(rogue, 'close_notify'), bytes('tail')]))
        rogue.say(Buffer.of(byte))
      const near = ok(await closing)
      expect(ok(await network.recv(near, 4))).toEqual(bytes('tail'))
    }))

  test('may be an end of it all: what is left of the transport is given back', () =>
    in_memory(async network => {
      const { client, server } = await pair_in_memory(network, pki())
      const closing = ssl.close(server)
      const near = ok(await downgrade(client))
      expect(await network.recv(near, 0)).toEqual(['error', 'closed'])
      network.close(near)
      expect(await closing).toBe('ok')
    }))

  test.each([
    ['text', () => bytes('220 ready\r\n')],
    ['what looks like records', () => Buffer.of(22, 3, 1, 0, 3, 1, 2, 3, 20, 3, 3, 0, 0, 23, 3)],
    ['one byte', () => Buffer.of(0)],
  ])('may have %s behind it, which is given back byte for byte', (_what, behind) =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const closing = downgrade(rogue.socket)
      rogue.say(alert(rogue, 'close_notify'), behind())
      expect(await closing).toEqual(['ok', rogue.socket.transport_socket, behind()])
      expect(await carried(network, rogue.far, rogue.socket.transport_socket, 'later')).toBe('later')
    }),
  )

  test('is told apart from what stands behind it wherever the stream is cut', () =>
    in_memory(async network => {
      const behind = Buffer.concat([bytes('plain'), Buffer.of(22, 3, 1, 0, 2, 1, 2), bytes('text')])
      for (let cut = 0, last = 1; cut <= last; cut++) {
        const rogue = await rogue_server(network, pki())
        const all = Buffer.concat([alert(rogue, 'close_notify'), behind])
        const closing = downgrade(rogue.socket)
        rogue.say(all.subarray(0, cut))
        await settle()
        rogue.say(all.subarray(cut))
        const [, near, given = Buffer.alloc(0)] = await closing
        const left = behind.length - given.length
        const later = left === 0 ? given.subarray(0, 0) : ok(await network.recv(near, left))
        expect(Buffer.concat([given, later])).toEqual(behind)
        network.close(near)
        last = all.length
      }
    }))

  test('may have come before, with the last data that was received', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const last = rogue.peer.raw('application_data', bytes('QUIT'))
      rogue.say(Buffer.concat([last, alert(rogue, 'close_notify'), bytes('plain')]))
      expect(await ssl.recv(rogue.socket, 0)).toEqual(['ok', bytes('QUIT')])
      expect(await downgrade(rogue.socket, 0)).toEqual(['ok', rogue.socket.transport_socket, bytes('plain')])
      expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: false })
    }))

  test('may have empty records before it', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const closing = downgrade(rogue.socket)
      rogue.say(rogue.peer.raw('application_data', bytes('')))
      await settle()
      rogue.say(alert(rogue, 'close_notify'))
      expect(await closing).toEqual(['ok', rogue.socket.transport_socket])
    }))

  test.each<[string, (rogue: Rogue) => Uint8Array]>([
    ['data', ({ peer }) => peer.raw('application_data', bytes('x'))],
    [
      'data before the end',
      rogue => Buffer.concat([rogue.peer.raw('application_data', bytes('x')), alert(rogue, 'close_notify')]),
    ],
    ['another warning', rogue => alert(rogue, 'user_canceled')],
    ['a fatal alert', rogue => alert(rogue, 'access_denied', 'fatal')],
    ['a request for a new handshake', ({ peer }) => peer.say(['hello_request', true])],
    ['what is no TLS', () => bytes('220 ready\r\n')],
    [
      'a record that nobody has made with the right key',
      () => Buffer.concat([Buffer.of(21, 3, 3, 0, 40), Buffer.alloc(40, 7)]),
    ],
  ])('may not be %s: no_tls_close, and the connection is gone', (_what, said) =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const closing = downgrade(rogue.socket)
      rogue.say(said(rogue))
      expect(await closing).toEqual(['error', 'no_tls_close'])
      expect(await ssl.send(rogue.socket, 'x')).toEqual(['error', 'closed'])
      expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
    }),
  )

  test('may not be data that nobody has received before: no_tls_close', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      rogue.say(rogue.peer.raw('application_data', bytes('two')))
      expect(await ssl.recv(rogue.socket, 2)).toEqual(['ok', bytes('tw')])
      const closing = downgrade(rogue.socket)
      rogue.say(alert(rogue, 'close_notify'))
      expect(await closing).toEqual(['error', 'no_tls_close'])
    }))

  test('may not be nothing: timeout, and the connection is gone', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      expect(await downgrade(socket, 3_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(3_000)
      expect(await ssl.getopts(socket, ['mode'])).toEqual(['error', 'closed'])
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }))

  test.each<[string, (network: MemoryTransport, rogue: Rogue) => void]>([
    ['the end of the transport', (network, { far }) => network.close(far)],
    [
      'a failure of the transport',
      (network, { socket }) => network.break(socket.transport_socket, 'etimedout'),
    ],
  ])('may not be %s: closed', (_what, end) =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      const closing = downgrade(rogue.socket, 'infinity')
      await settle()
      end(network, rogue)
      expect(await closing).toEqual(['error', 'closed'])
    }),
  )

  test('does not matter to a connection that has ended already: closed', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki())
      expect(await ssl.recv(rogue.socket, 0, 0)).toEqual(['error', 'timeout'])
      rogue.say(alert(rogue, 'access_denied', 'fatal'))
      await settle()
      expect(await downgrade(rogue.socket)).toEqual(['error', 'closed'])
      expect(await downgrade(rogue.socket)).toEqual(['error', 'closed'])
    }))

  test('cannot be asked for by a transport that has gone: closed', () =>
    in_memory(async network => {
      const { socket } = await rogue_server(network, pki())
      network.close(socket.transport_socket)
      expect(await downgrade(socket)).toEqual(['error', 'closed'])
    }))
})

describe('while the peer is waited for', () => {
  test('whoever waited is told, and others find a connection that is closed', () =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { hibernate_after: 100 })
      const waiting = [ssl.recv(rogue.socket, 0), ssl.send(rogue.socket, Buffer.alloc(1_000_000))]
      await settle()
      const closing = downgrade(rogue.socket, 60_000)
      for (const answer of waiting) expect(await answer).toEqual(['error', 'closed'])
      for (const answer of [
        ssl.send(rogue.socket, 'x'),
        ssl.recv(rogue.socket, 0),
        ssl.renegotiate(rogue.socket),
        ssl.shutdown(rogue.socket, 'write'),
        ssl.setopts(rogue.socket, { active: true }),
        ssl.connection_information(rogue.socket),
        downgrade(rogue.socket),
      ]) {
        expect(await answer).toEqual(['error', 'closed'])
      }
      await rogue.hear()
      rogue.say(alert(rogue, 'close_notify'))
      expect((await closing)[0]).toBe('ok')
    }))

  test('close calls it off, and so does the end of the owner', () =>
    in_memory(async network => {
      for (const end of [
        ({ socket }: Rogue) => ssl.close(socket, 0),
        async ({ socket }: Rogue) => {
          const owner = idler()
          ok(await ssl.controlling_process(socket, owner))
          send(owner, 'end')
        },
      ]) {
        const rogue = await rogue_server(network, pki())
        const closing = downgrade(rogue.socket, 'infinity')
        await settle()
        await end(rogue)
        expect(await closing).toEqual(['error', 'closed'])
        expect(await rogue.hear()).toEqual({ alerts: [close_notify], closed: true })
      }
    }))

  test('a new handshake that goes on is broken off: no_tls_close', () =>
    in_memory(async network => {
      const { socket, hear } = await rogue_server(network, pki())
      const renegotiating = ssl.renegotiate(socket)
      expect(await downgrade(socket)).toEqual(['error', 'no_tls_close'])
      expect(await renegotiating).toEqual(['error', 'closed'])
      expect(await hear()).toEqual({ alerts: [close_notify], closed: true })
    }))
})
