import { describe, expect, test } from '@jest/globals'
import { application } from '../../apps/kernel/index.ts'
import {
  _,
  exit,
  is_process_alive,
  process_flag,
  receive,
  run,
  self,
  send,
  spawn,
  spawn_monitor,
} from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import {
  close_all,
  connect_pair,
  type Pair,
  with_pair as with_each_pair,
  with_ssl,
} from '../support/tls_pair.ts'

const pki = with_ssl()
const with_pair = (
  body: (pair: Pair) => Promise<unknown>,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
) => with_each_pair(pki, body, client, server)
const bytes = (text: string) => Buffer.from(text)

describe('the end', () => {
  test('of the owner ends the connection, and the peer is told', () =>
    with_pair(async ({ client, server }) => {
      const owner = spawn(async () => receive('never'))
      expect(await ssl.controlling_process(client, owner)).toBe('ok')
      exit(owner, 'kill')
      expect(await ssl.recv(server, 0, 2_000)).toEqual(['error', 'closed'])
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
    }))

  test('by close is told to those who wait, and close can be repeated', () =>
    with_pair(async ({ client, server }) => {
      const waiting = ssl.recv(client, 1)
      const reader = ssl.recv(server, 0)
      expect(await ssl.close(client)).toBe('ok')
      expect(await waiting).toEqual(['error', 'closed'])
      expect(await reader).toEqual(['error', 'closed'])
      expect(await ssl.close(client)).toBe('ok')
      expect(await ssl.send(client, 'x')).toEqual(['error', 'closed'])
      expect(ssl.peername(client)).toEqual(['error', 'einval'])
    }))

  test('by shutdown of one direction leaves the other', () =>
    with_pair(
      async ({ client, server }) => {
        await ssl.send(client, 'question')
        expect(await ssl.recv(server, 8)).toEqual(['ok', bytes('question')])
        expect(await ssl.shutdown(client, 'write')).toBe('ok')
        expect(await ssl.send(client, 'more')).toEqual(['error', 'closed'])
        expect(await ssl.send(server, 'answer')).toBe('ok')
        expect(await ssl.recv(client, 6, 2_000)).toEqual(['ok', bytes('answer')])
      },
      { exit_on_close: false },
      { exit_on_close: false },
    ))

  test('of a listener leaves its connections, and wakes who waits for one', () =>
    with_pair(async ({ client, server, listener }) => {
      const waiting = ssl.transport_accept(listener)
      expect(await ssl.close(listener)).toBe('ok')
      expect(await waiting).toEqual(['error', 'closed'])
      await ssl.send(client, 'still here')
      expect(await ssl.recv(server, 10)).toEqual(['ok', bytes('still here')])
      expect(await ssl.close(listener)).toBe('ok')
    }))

  test('of the process by a kill is seen by its callers', () =>
    with_pair(async ({ client }) => {
      const waiting = ssl.recv(client, 1)
      exit(client.pid, 'kill')
      await expect(waiting).rejects.toMatchObject({ reason: ['killed', expect.anything()] })
      expect(await ssl.recv(client, 1)).toEqual(['error', 'closed'])
    }))
})

describe('ownership', () => {
  test('can be given away by anybody; what was sent stays', () =>
    with_pair(async ({ client, server }) => {
      const me = self()
      const other = spawn(async () => send(me, ['other got', await receive()]))
      expect(await ssl.controlling_process(client, other)).toBe('ok')
      await ssl.setopts(client, { active: true })
      await ssl.send(server, 'hello')
      expect(await receive(['other got', _], 2_000)).toEqual(['other got', ['ssl', client, bytes('hello')]])
      await expect(ssl.controlling_process(client, 'me' as never)).rejects.toMatchObject({
        reason: ['badarg', 'me'],
      })
    }))

  test('of an accepted socket goes with the process that accepted it', () =>
    run(async () => {
      const { listener, port, client, server } = await connect_pair(pki())
      const [acceptor] = spawn_monitor(async () => {
        await ssl.transport_accept(listener)
        exit('done')
      })
      expect(await ssl.connect('localhost', port, pki().client, 5_000)).toEqual(['error', 'closed'])
      expect(is_process_alive(acceptor)).toBe(false)
      await close_all(client, server, listener)
    }))
})

describe('information', () => {
  test('tells protocol, suite and options, and no secrets', () =>
    with_pair(
      async ({ client, server }) => {
        const [, told] = await ssl.connection_information(server)
        expect(told).toMatchObject({
          protocol: 'tlsv1.2',
          cipher_suite: ['ecdhe_ecdsa', 'aes_128_gcm', 'null', 'sha256'],
          session_resumption: false,
          versions: ['tlsv1.2', 'tlsv1.1', 'tlsv1'],
          verify: 'verify_none',
        })
        expect(told).not.toHaveProperty('key')
        expect(told).not.toHaveProperty('password')
        expect(await ssl.connection_information(client, ['protocol', 'nothing'])).toEqual([
          'ok',
          { protocol: 'tlsv1.2' },
        ])
      },
      { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    ))

  test('tells the certificates and addresses of both sides', () =>
    with_pair(
      async ({ client, server, listener, port }) => {
        expect(await ssl.peercert(client)).toEqual(['ok', pki().leaf.cert_der])
        expect(await ssl.peercert(server)).toEqual(['error', 'no_peercert'])
        expect(ssl.peername(client)).toEqual(['ok', [[127, 0, 0, 1], port]])
        expect(ssl.sockname(server)).toEqual(['ok', [[127, 0, 0, 1], port]])
        expect(ssl.peername(listener)).toEqual(['error', 'enotconn'])
        expect(await ssl.peercert(listener)).toEqual(['error', 'enotconn'])
        expect(await ssl.negotiated_protocol(client)).toEqual(['ok', 'h2'])
        expect(await ssl.negotiated_protocol(server)).toEqual(['ok', 'h2'])
      },
      { alpn_advertised_protocols: ['spdy', 'h2'] },
      { alpn_preferred_protocols: ['h2', 'spdy'] },
    ))

  test('says that no protocol was negotiated, and that a socket is closed', () =>
    with_pair(async ({ client }) => {
      expect(await ssl.negotiated_protocol(client)).toEqual(['error', 'protocol_not_negotiated'])
      await ssl.close(client, 0)
      expect(await ssl.connection_information(client)).toEqual(['error', 'closed'])
      expect(await ssl.peercert(client)).toEqual(['error', 'closed'])
    }))

  test('of an accepted socket is not there before the handshake', () =>
    run(async () => {
      const { listener, port, client, server } = await connect_pair(pki())
      const connecting = ssl.connect('localhost', port, pki().client, 5_000)
      const [, accepted] = await ssl.transport_accept(listener)
      const refused = ['error', 'notsup_on_transport_accept_socket']
      expect(await ssl.connection_information(accepted)).toEqual(refused)
      expect(await ssl.send(accepted, 'x')).toEqual(refused)
      expect(await ssl.ssl_accept(accepted)).toBe('ok')
      expect(await ssl.ssl_accept(accepted)).toBe('ok')
      const [, connected] = await connecting
      await close_all(client, server, connected, accepted, listener)
    }))
})

describe('options', () => {
  test('of a connection can be read and set, the transport’s too', () =>
    with_pair(async ({ client }) => {
      expect(await ssl.setopts(client, { mode: 'list', nodelay: true })).toBe('ok')
      expect(await ssl.getopts(client, ['nodelay', 'mode', 'packet'])).toEqual([
        'ok',
        { nodelay: true, mode: 'list', packet: 0 },
      ])
      const wrong = ['error', ['options', ['socket_options', ['mode', 'x']]]]
      expect(await ssl.setopts(client, { mode: 'x' as never })).toEqual(wrong)
      expect(await ssl.setopts(client, 5 as never)).toEqual(['error', ['options', ['not_a_proplist', 5]]])
      expect(await ssl.getopts(client, 'mode' as never)).toEqual([
        'error',
        ['options', ['socket_options', 'mode']],
      ])
      expect((await ssl.getopts(client, ['foo']))[0]).toBe('error')
      expect((await ssl.setopts(client, { foo: 1 }))[0]).toBe('error')
    }))

  test('of a listener count for the connections it accepts later', () =>
    run(async () => {
      const { listener, port, client, server } = await connect_pair(pki())
      expect(await ssl.setopts(listener, { packet: 2 })).toBe('ok')
      expect(await ssl.getopts(listener, ['packet', 'mode'])).toEqual(['ok', { packet: 2, mode: 'binary' }])
      const connecting = ssl.connect('localhost', port, pki().client, 5_000)
      const [, accepted] = await ssl.transport_accept(listener)
      await ssl.handshake(accepted)
      expect(await ssl.getopts(accepted, ['packet'])).toEqual(['ok', { packet: 2 }])
      const [, connected] = await connecting
      await close_all(client, server, connected, accepted, listener)
      expect(await ssl.getopts(listener, ['packet'])).toEqual(['error', 'closed'])
    }))

  test('given to handshake override the listener’s, and wrong ones leave the socket usable', () =>
    run(async () => {
      const { listener, port, client, server } = await connect_pair(pki())
      const connecting = ssl.connect(
        'localhost',
        port,
        { ...pki().client, alpn_advertised_protocols: ['b', 'a'] },
        5_000,
      )
      const [, accepted] = await ssl.transport_accept(listener)
      expect((await ssl.handshake(accepted, { packet: 4 } as never))[0]).toBe('error')
      expect(await ssl.handshake(accepted, { alpn_preferred_protocols: ['a'] })).toEqual(['ok', accepted])
      expect(await ssl.negotiated_protocol(accepted)).toEqual(['ok', 'a'])
      const [, connected] = await connecting
      await close_all(client, server, connected, accepted, listener)
    }))
})

describe('the application', () => {
  test('shuts down all connections and trackers when it is stopped', () =>
    run(async () => {
      process_flag('trap_exit', true)
      const { client, server, listener } = await connect_pair(pki())
      const me = self()
      const [listening, ref] = spawn_monitor(async () => {
        await ssl.listen(0, pki().server)
        send(me, 'listening')
        await receive('never')
      })
      await receive('listening', 5_000)
      expect(await ssl.stop()).toBe('ok')
      expect(await ssl.recv(client, 0)).toEqual(['error', 'closed'])
      expect(await ssl.send(server, 'x')).toEqual(['error', 'closed'])
      expect(await ssl.listen(0, pki().server)).toEqual(['error', 'ssl_not_started'])
      expect(await ssl.start()).toBe('ok')
      expect(await receive(['DOWN', ref, _, listening, _])).toContain('shutdown')
      expect(await receive(['EXIT', listener.transport_socket, _])).toEqual([
        'EXIT',
        listener.transport_socket,
        'shutdown',
      ])
    }))

  test('keeps sessions as long as its environment says', () =>
    run(async () => {
      await ssl.stop()
      application.set_env('ssl', 'session_lifetime', 0)
      await ssl.start()
      const { client, server, listener, port } = await connect_pair(pki())
      const connecting = ssl.connect('localhost', port, { ...pki().client, active: false }, 5_000)
      const [, accepted] = await ssl.transport_accept(listener)
      await ssl.handshake(accepted)
      const [, again] = await connecting
      const [, told] = await ssl.connection_information(again, ['session_resumption'])
      expect(told).toEqual({ session_resumption: false })
      await close_all(client, server, again, accepted, listener)
      application.unset_env('ssl', 'session_lifetime')
    }))
})
