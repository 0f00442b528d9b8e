import { once } from 'node:events'
import { connect as node_connect } from 'node:tls'
import { describe, expect, test } from '@jest/globals'
import { _, exit, ok, receive, run, self, send, spawn } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const passive = { mode: 'binary', active: false } as const
const not_yet = ['error', 'notsup_on_transport_accept_socket']

/** What a server does with a socket that was accepted, while a client connects. */
type Serve = (accepted: ssl.SslSocket, listener: ssl.SslListenSocket) => Promise<unknown>

/** Runs a server that does so, and tells what the client's `connect` came to. */
const connecting = (server: ssl.ListenOptions, client: ssl.ConnectOptions, serve: Serve) =>
  run(async () => {
    const listener = ok(await ssl.listen(0, { ...passive, ...server }))
    const [, port] = ok(ssl.sockname(listener))
    const me = self()
    spawn(async () => {
      const socket = await ssl.connect('localhost', port, { ...passive, ...pki().client, ...client }, 5_000)
      if (socket[0] === 'ok') await ssl.controlling_process(socket[1], me)
      send(me, ['connected', socket])
    })
    const accepted = ok(await ssl.transport_accept(listener, 5_000))
    await serve(accepted, listener)
    const [, connected] = await receive(['connected', _], 5_000)
    await close_all(listener, accepted, ...(connected[0] === 'ok' ? [connected[1]] : []))
    return connected
  })

const hello = { handshake: 'hello' } as const

/** Begins the handshake, up to the pause. */
async function pause(accepted: ssl.SslSocket): Promise<ssl.ProtocolExtensions> {
  const [tag, socket, extensions] = await ssl.handshake(accepted, hello, 5_000)
  expect([tag, socket]).toEqual(['ok', accepted])
  return extensions as ssl.ProtocolExtensions
}

describe('a server whose handshake stands still after the hello (1.6, 7.1)', () => {
  test('is told what the client says, and goes on with a certificate that it chooses then', async () => {
    const client = { alpn_advertised_protocols: ['h2', 'http/1.1'], max_fragment_length: 1024 } as const
    const [tag] = await connecting(hello, client, async accepted => {
      const [, socket, told] = (await ssl.handshake(accepted, 5_000)) as readonly unknown[]
      expect(socket).toBe(accepted)
      expect(told).toMatchObject({
        sni: 'localhost',
        alpn: ['h2', 'http/1.1'],
        max_fragment_length: 1024,
        ec_point_formats: ['uncompressed'],
        elliptic_curves: expect.arrayContaining(['x25519', 'secp256r1']),
        signature_algs: expect.arrayContaining(['rsa_pss_rsae_sha256']),
      })
      expect(told).not.toHaveProperty('srp')
      const chosen = { ...pki().server, alpn_preferred_protocols: ['http/1.1'] }
      expect(await ssl.handshake_continue(accepted, chosen, 5_000)).toEqual(['ok', accepted])
      expect(await ssl.negotiated_protocol(accepted)).toEqual(['ok', 'http/1.1'])
    })
    expect(tag).toBe('ok')
  })

  test('goes on as it was without new options', async () => {
    const [tag] = await connecting({ ...pki().server, ...hello }, {}, async accepted => {
      await pause(accepted)
      expect(await ssl.handshake_continue(accepted)).toEqual(['ok', accepted])
      ok(await ssl.send(accepted, 'hello'))
    })
    expect(tag).toBe('ok')
  })

  test('can be paused by an option on the accepted socket, and go through by one', async () => {
    const paused = await connecting(pki().server, {}, async accepted => {
      await pause(accepted)
      ok(await ssl.handshake_continue(accepted, {}, 5_000))
    })
    expect(paused[0]).toBe('ok')
    const straight = await connecting({ ...pki().server, ...hello }, {}, async accepted => {
      expect(await ssl.handshake(accepted, { handshake: 'full' }, 5_000)).toEqual(['ok', accepted])
    })
    expect(straight[0]).toBe('ok')
  })

  test('tells the client that it was canceled', async () => {
    const refused = await connecting({ ...pki().server, ...hello }, {}, async accepted => {
      await pause(accepted)
      expect(await ssl.handshake_cancel(accepted)).toBe('ok')
      expect(await ssl.handshake_cancel(accepted)).toEqual(['error', 'closed'])
      expect(await ssl.handshake_continue(accepted, {})).toEqual(['error', 'closed'])
    })
    expect(refused).toEqual(['error', ['tls_alert', 'user canceled']])
  })

  test('waits on when an option cannot be said anew, or has no such value', async () => {
    const [tag] = await connecting({ ...pki().server, ...hello }, {}, async accepted => {
      await pause(accepted)
      const wrong = [
        { packet: 4 },
        { depth: -1 },
        { handshake: 'full' },
        { sni_hosts: {} },
        { fallback: true },
      ]
      for (const options of wrong) {
        const [entry] = Object.entries(options)
        const told = await ssl.handshake_continue(accepted, options as never)
        expect(told).toEqual(['error', ['options', entry]])
      }
      ok(await ssl.handshake_continue(accepted, {}, 5_000))
    })
    expect(tag).toBe('ok')
  })

  test('ends with an alert when a file cannot be used', async () => {
    const refused = await connecting(hello, {}, async accepted => {
      await pause(accepted)
      const certfile = '/there/is/none.pem'
      const told = await ssl.handshake_continue(accepted, { certfile }, 5_000)
      expect(told).toEqual(['error', ['options', ['certfile', certfile, ['error', 'enoent']]]])
      expect(await ssl.handshake_continue(accepted, {})).toEqual(['error', 'closed'])
    })
    expect(refused).toEqual(['error', ['tls_alert', 'handshake failure']])
  })

  test('goes on with no session that was made under other options than those it goes on with', () =>
    run(async () => {
      const listener = ok(await ssl.listen(0, { ...passive, ...pki().server, ...hello }))
      const [, port] = ok(ssl.sockname(listener))
      const resumed = async (options: ssl.SecurityOptions) => {
        spawn(async () => {
          const socket = await ssl.connect('localhost', port, { ...passive, ...pki().client }, 5_000)
          if (socket[0] === 'ok') await ssl.recv(socket[1], 0)
        })
        const accepted = ok(await ssl.transport_accept(listener, 5_000))
        await pause(accepted)
        const [tag] = await ssl.handshake_continue(accepted, options, 5_000)
        const told = await ssl.connection_information(accepted, ['session_resumption'])
        await ssl.close(accepted)
        return tag === 'ok' && told[0] === 'ok' ? told[1].session_resumption : tag
      }
      const cacerts = [pki().ca.cert_der]
      expect(await resumed({})).toBe(false)
      expect(await resumed({})).toBe(true)
      expect(await resumed({ verify: 'verify_peer', cacerts })).toBe(false)
      expect(await resumed({ verify: 'verify_peer', cacerts, fail_if_no_peer_cert: true })).toBe('error')
      await ssl.close(listener)
    }))

  test('keeps what was said anew in a renegotiation, whatever options the name has', async () => {
    const server = {
      ...pki().server,
      ...hello,
      sni_hosts: { localhost: { alpn_preferred_protocols: ['h2'] } },
    }
    const client = { alpn_advertised_protocols: ['h2', 'x'], active: true } as const
    const [tag] = await connecting(server, client, async accepted => {
      const told = async () => ok(await ssl.connection_information(accepted, ['alpn_preferred_protocols']))
      await pause(accepted)
      ok(await ssl.handshake_continue(accepted, { alpn_preferred_protocols: ['x'] }, 5_000))
      expect(await told()).toEqual({ alpn_preferred_protocols: ['x'] })
      expect(await ssl.renegotiate(accepted)).toBe('ok')
      expect(await told()).toEqual({ alpn_preferred_protocols: ['x'] })
    })
    expect(tag).toBe('ok')
  })

  test('has a time limit for what remains', async () => {
    let wake = () => {}
    const sleep = new Promise<void>(woken => {
      wake = woken
    })
    const slow: ssl.SslVerifyFun = [async () => sleep.then(() => ['valid', undefined]), undefined]
    const refused = await connecting({ ...pki().server, ...hello }, { verify_fun: slow }, async accepted => {
      await pause(accepted)
      expect(await ssl.handshake_continue(accepted, {}, 50)).toEqual(['error', 'timeout'])
      expect(await ssl.handshake_continue(accepted, {}, 50)).toEqual(['error', 'closed'])
      wake()
    })
    expect(refused).toEqual(['error', 'closed'])
  })
})

test('a client of OpenSSL is looked at, and then served by the certificate for it', () =>
  run(async () => {
    const listener = ok(await ssl.listen(0, { ...passive, ...hello }))
    const [, port] = ok(ssl.sockname(listener))
    const servername = 'a.example'
    const offer = { servername, ALPNProtocols: ['h2', 'http/1.1'], rejectUnauthorized: false }
    const peer = node_connect({ port: Number(port), host: '127.0.0.1', ...offer })
    const secured = once(peer, 'secureConnect')
    const accepted = ok(await ssl.transport_accept(listener, 5_000))
    expect(await pause(accepted)).toMatchObject({ sni: servername, alpn: ['h2', 'http/1.1'] })
    const chosen = { ...pki().server, alpn_preferred_protocols: ['h2'] }
    ok(await ssl.handshake_continue(accepted, chosen, 5_000))
    await secured
    expect(peer.alpnProtocol).toBe('h2')
    peer.destroy()
    await close_all(accepted, listener)
  }))

test('a peer that goes while its handshake stands still is found out about when it goes on', async () => {
  await run(async () => {
    const listener = ok(await ssl.listen(0, { ...passive, ...pki().server, ...hello }))
    const [, port] = ok(ssl.sockname(listener))
    const client = spawn(() => ssl.connect('localhost', port, pki().client))
    const accepted = ok(await ssl.transport_accept(listener, 5_000))
    await pause(accepted)
    exit(client, 'kill')
    expect(await ssl.handshake_continue(accepted, {}, 5_000)).toEqual(['error', 'closed'])
    await ssl.close(listener)
  })
})

describe('what can be done with a socket whose handshake stands still', () => {
  const refused = (call: (socket: ssl.SslSocket) => Promise<unknown>) =>
    connecting({ ...pki().server, ...hello }, {}, async accepted => {
      await pause(accepted)
      expect(await call(accepted)).toEqual(not_yet)
      await ssl.handshake_cancel(accepted)
    })

  test.each<[string, (socket: ssl.SslSocket) => Promise<unknown>]>([
    ['send', socket => ssl.send(socket, 'x')],
    ['recv', socket => ssl.recv(socket, 0, 100)],
    ['handshake', socket => ssl.handshake(socket, 100)],
    ['setopts', socket => ssl.setopts(socket, { active: true })],
    ['getopts', socket => ssl.getopts(socket, ['active'])],
    ['connection_information', socket => ssl.connection_information(socket)],
    ['peercert', ssl.peercert],
    ['negotiated_protocol', ssl.negotiated_protocol],
    ['renegotiate', ssl.renegotiate],
    ['shutdown', socket => ssl.shutdown(socket, 'write')],
    ['prf', socket => ssl.prf(socket, 'master_secret', 'x', [], 1)],
  ])('%s has to wait', async (_name, call) => {
    await refused(call)
  })

  test('its addresses are known, it can change hands, and it ends with its owner', async () => {
    const closed = await connecting({ ...pki().server, ...hello }, {}, async accepted => {
      await pause(accepted)
      expect(ssl.peername(accepted)[0]).toBe('ok')
      const owner = spawn(async () => receive('never'))
      expect(await ssl.controlling_process(accepted, owner)).toBe('ok')
      exit(owner, 'kill')
    })
    expect(closed).toEqual(['error', 'closed'])
  })

  test('it can be closed', async () => {
    const closed = await connecting({ ...pki().server, ...hello }, {}, async accepted => {
      await pause(accepted)
      expect(await ssl.close(accepted)).toBe('ok')
    })
    expect(closed).toEqual(['error', 'closed'])
  })

  test('before, after and beside it there is nothing to go on with', async () => {
    await connecting({ ...pki().server, ...hello }, {}, async (accepted, listener) => {
      expect(await ssl.handshake_continue(accepted, {})).toEqual(not_yet)
      expect(await ssl.handshake_cancel(accepted)).toEqual(not_yet)
      await pause(accepted)
      ok(await ssl.handshake_continue(accepted, {}, 5_000))
      expect(await ssl.handshake_continue(accepted, {})).toEqual(['error', 'einval'])
      expect(await ssl.handshake_cancel(accepted)).toEqual(['error', 'einval'])
      expect(await ssl.handshake_continue(listener, {})).toEqual(['error', 'enotconn'])
      expect(await ssl.handshake_cancel(listener)).toEqual(['error', 'enotconn'])
      const badarg = { reason: ['badarg', -1] }
      await expect(ssl.handshake_continue(accepted, {}, -1)).rejects.toMatchObject(badarg)
    })
  })
})

describe('a client whose handshake stands still after the hello', () => {
  const client_pause = (
    client: ssl.ConnectOptions,
    body: (socket: ssl.SslSocket, told: ssl.ProtocolExtensions) => Promise<unknown>,
    server: ssl.ListenOptions = {},
  ) =>
    run(async () => {
      const listener = ok(await ssl.listen(0, { ...passive, ...pki().server, ...server }))
      const [, port] = ok(ssl.sockname(listener))
      const me = self()
      spawn(async () => {
        const accepted = ok(await ssl.transport_accept(listener, 5_000))
        const shaken = await ssl.handshake(accepted, 5_000)
        if (shaken[0] === 'ok') await ssl.controlling_process(accepted, me)
        send(me, ['server', shaken])
      })
      const options = { ...passive, ...client, handshake: 'hello' } as const
      const [, socket, told] = await ssl.connect('localhost', port, options, 5_000)
      await body(socket, told as ssl.ProtocolExtensions)
      const [, shaken] = await receive(['server', _], 5_000)
      await close_all(socket, listener, ...(shaken[0] === 'ok' ? [shaken[1]] : []))
      return shaken
    })

  test('is told what the server has chosen, and says then whom it trusts', async () => {
    const [tag] = await client_pause(
      { alpn_advertised_protocols: ['h2'], cacerts: [] },
      async (socket, told) => {
        expect(told).toEqual({ alpn: ['h2'], ec_point_formats: ['uncompressed'] })
        expect(await ssl.handshake_continue(socket, pki().client, 5_000)).toEqual(['ok', socket])
      },
      { alpn_preferred_protocols: ['h2'] },
    )
    expect(tag).toBe('ok')
  })

  test('trusts nobody if it does not say so', async () => {
    const shaken = await client_pause({ cacerts: [] }, async socket => {
      expect(await ssl.handshake_continue(socket, {}, 5_000)).toEqual(['error', ['tls_alert', 'unknown ca']])
    })
    expect(shaken).toEqual(['error', ['tls_alert', 'unknown ca']])
  })

  test('cannot take back what its hello has said', async () => {
    const [tag] = await client_pause(pki().client, async socket => {
      const versions = ['tlsv1'] as const
      for (const options of [{ versions }, { ciphers: [] }, { server_name_indication: 'x' }]) {
        const [entry] = Object.entries(options)
        expect(await ssl.handshake_continue(socket, options)).toEqual(['error', ['options', entry]])
      }
      ok(await ssl.handshake_continue(socket, {}, 5_000))
    })
    expect(tag).toBe('ok')
  })

  test('offers no session, since what was agreed on before would stand for what is said now', async () => {
    await connecting(pki().server, {}, accepted => ssl.handshake(accepted, 5_000))
    await client_pause({ verify: 'verify_none' }, async socket => {
      ok(await ssl.handshake_continue(socket, {}, 5_000))
      const [, told] = await ssl.connection_information(socket, ['session_resumption'])
      expect(told).toEqual({ session_resumption: false })
    })
  })

  test('tells the server that it was canceled', async () => {
    const shaken = await client_pause(pki().client, async socket => {
      expect(await ssl.handshake_cancel(socket)).toBe('ok')
    })
    expect(shaken).toEqual(['error', ['tls_alert', 'user canceled']])
  })
})

test('the option has two values, and a name of a server none of its own', () =>
  run(async () => {
    const wrong = ['error', ['options', ['handshake', 'half']]]
    expect(await ssl.listen(0, { handshake: 'half' as never })).toEqual(wrong)
    const sni_hosts = { 'a.example': { handshake: 'hello' } } as const
    expect(await ssl.listen(0, { sni_hosts })).toEqual(['error', ['options', ['handshake', 'hello']]])
  }))

test('ssl_accept does not say that a handshake is done that stands still', async () => {
  await connecting({ ...pki().server, ...hello }, {}, async accepted => {
    expect(await ssl.ssl_accept(accepted, 5_000)).toMatchObject(['ok', accepted, { sni: 'localhost' }])
    ok(await ssl.handshake_continue(accepted, {}, 5_000))
  })
})
