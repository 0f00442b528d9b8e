import { describe, expect, test } from '@jest/globals'
import { ok, run, spawn, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf, type TestCertificate } from '../support/certificates.ts'
import { steady_port } from '../support/steady_port.ts'
import { connect_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

const identity = ({ cert_der, key_pkcs8_der }: TestCertificate) =>
  ({ cert: cert_der, key: ['PrivateKeyInfo', key_pkcs8_der] }) as const

/** Connects, and tells whether a session went on; or why there is no connection. */
type Connect = (options?: ssl.ConnectOptions) => Promise<Term>

/** Runs `body` with a server that shakes hands with whoever comes. @returns its port */
const with_server = (
  options: ssl.ListenOptions,
  body: (connect: Connect) => Promise<unknown>,
  asked_port = 0,
): Promise<number> =>
  run(async () => {
    const passive = { active: false, mode: 'binary' } as const
    const listener = ok(await ssl.listen(asked_port, { ...passive, ...pki().server, ...options }))
    const [, port] = ok(ssl.sockname(listener))
    spawn(() => serve(listener))
    // Options made anew each time, as programs do.
    const cacerts = () => [Buffer.from(pki().ca.cert_der)]
    try {
      await body(more => connect(port, { ...passive, cacerts: cacerts(), ...more }))
    } finally {
      await ssl.close(listener)
    }
    return port
  })

async function serve(listener: ssl.SslListenSocket): Promise<void> {
  const [tag, accepted] = await ssl.transport_accept(listener)
  if (tag === 'error') return
  spawn(() => serve(listener))
  const shaken = await ssl.handshake(accepted)
  if (shaken[0] === 'ok') await ssl.recv(shaken[1], 0)
}

async function connect(port: number, options: ssl.ConnectOptions): Promise<Term> {
  const [tag, socket] = await ssl.connect('localhost', port, options, 5_000)
  if (tag === 'error') return socket
  const { session_resumption } = ok(await ssl.connection_information(socket))
  expect(await ssl.peercert(socket)).toEqual(['ok', expect.any(Uint8Array)])
  await ssl.close(socket)
  return session_resumption
}

describe('a second connection', () => {
  test('goes on with the session of the first, and so does a third', () =>
    with_server({}, async connect => {
      expect([await connect(), await connect(), await connect()]).toEqual([false, true, true])
    }))

  const fun = (_certificate: Term, event: Term, state: Term) =>
    ['valid', event[0] === 'bad_cert' ? event : state] as const

  test.each<[string, ssl.ConnectOptions, ssl.ConnectOptions]>([
    ['without a session of one that did not verify', { verify: 'verify_none' }, {}],
    ['without a session of one that verified more', {}, { verify: 'verify_none' }],
    ['without sessions, if it wants none', {}, { reuse_sessions: false }],
    ['without a session of one that wanted none', { reuse_sessions: false }, {}],
    [
      'under another name',
      { verify: 'verify_none', server_name_indication: 'one.example' },
      { verify: 'verify_none', server_name_indication: 'two.example' },
    ],
    ['with another verify_fun', { verify_fun: [fun, 1] }, {}],
    ['with a verify_fun in another state', { verify_fun: [fun, 1] }, { verify_fun: [fun, 2] }],
    ['with another suite', {}, { ciphers: 'ECDHE-ECDSA-AES128-SHA' }],
    ['with another depth', {}, { depth: 2 }],
  ])('begins anew: %s', (_name, first, second) =>
    with_server({}, async connect => {
      expect(await connect(first)).toBe(false)
      expect(await connect(second)).toBe(false)
    }),
  )

  test.each<[string, ssl.ConnectOptions]>([
    ['verify_fun in the same state', { verify_fun: [fun, 1] }],
    ['verify_none', { verify: 'verify_none' }],
    ['name', { server_name_indication: 'localhost' }],
    ['suite', { ciphers: 'ECDHE-ECDSA-AES128-SHA' }],
  ])('goes on with the same %s', (_name, options) =>
    with_server({}, async connect => {
      expect([await connect(options), await connect(options)]).toEqual([false, true])
    }),
  )

  test('is checked anew when other authorities are trusted', async () => {
    const stranger = await make_ca({ subject: 'CN=Stranger' })
    await with_server({}, async connect => {
      expect(await connect()).toBe(false)
      expect(await connect({ cacerts: [stranger.cert_der] })).toEqual(['tls_alert', 'unknown ca'])
      expect(await connect({ cacerts: [stranger.cert_der, pki().ca.cert_der] })).toBe(false)
    })
  })

  test('shows the certificate of the first, or begins anew', async () => {
    const [one, two] = [await make_leaf(pki().ca), await make_leaf(pki().ca)].map(identity)
    const options = {
      verify: 'verify_peer',
      fail_if_no_peer_cert: true,
      cacerts: [pki().ca.cert_der],
    } as const
    await with_server(options, async connect => {
      expect([await connect(one), await connect(one), await connect(two)]).toEqual([false, true, false])
      expect(await connect()).toEqual(['tls_alert', 'handshake failure'])
      expect(await connect(one)).toBe(true)
    })
  })
})

describe('a server', () => {
  test('that wants no sessions begins anew', () =>
    with_server({ reuse_sessions: false }, async connect => {
      expect([await connect(), await connect()]).toEqual([false, false])
    }))

  test.each([
    ['says no', () => false, false],
    ['says yes', () => true, true],
    [
      'fails',
      () => {
        throw new Error('no idea')
      },
      false,
    ],
  ])('asks its reuse_session, which %s', (_what, answer, resumed) => {
    const asked: Term[] = []
    const reuse_session = (...told: Term[]) => {
      asked.push(told)
      return answer()
    }
    return with_server({ reuse_session }, async connect => {
      const ciphers = 'ECDHE-ECDSA-AES128-GCM-SHA256'
      expect([await connect({ ciphers }), await connect({ ciphers })]).toEqual([false, resumed])
      const suite = ['ecdhe_ecdsa', 'aes_128_gcm', 'null', 'sha256']
      expect(asked).toEqual([[expect.any(Uint8Array), undefined, 0, suite]])
      expect(asked[0][0]).toHaveLength(32)
    })
  })

  test('that was started anew goes on, unless it has another certificate', async () => {
    const port = await with_server({}, async connect => expect(await connect()).toBe(false), steady_port())
    await with_server({}, async connect => expect(await connect()).toBe(true), port)
    const other = identity(await make_leaf(pki().ca))
    await with_server(other, async connect => expect(await connect()).toBe(false), port)
  })
})

describe('other options by name', () => {
  const certificate_for = async (port: number, server_name_indication: string) => {
    const options = { verify: 'verify_none', active: false, server_name_indication } as const
    const [tag, socket] = await ssl.connect('localhost', port, options, 5_000)
    if (tag === 'error') return socket
    const certificate = ok(await ssl.peercert(socket))
    await ssl.close(socket)
    return certificate
  }

  const with_listener = (options: ssl.ListenOptions, body: (port: number) => Promise<void>) =>
    run(async () => {
      const listener = ok(await ssl.listen(0, { active: false, ...pki().server, ...options }))
      spawn(() => serve(listener))
      await body(ok(ssl.sockname(listener))[1])
      await ssl.close(listener)
    })

  test('are those of sni_hosts', async () => {
    const special = await make_leaf(pki().ca)
    await with_listener({ sni_hosts: { 'a.example': identity(special) } }, async port => {
      expect(await certificate_for(port, 'a.example')).toEqual(special.cert_der)
      expect(await certificate_for(port, 'b.example')).toEqual(pki().leaf.cert_der)
      expect(await certificate_for(port, 'disable')).toEqual(pki().leaf.cert_der)
    })
  })

  test('are those of sni_fun, however long it takes; where it fails the handshake does', async () => {
    const special = await make_leaf(pki().ca)
    const sni_fun = async (name: string) => {
      await new Promise(resolve => setImmediate(resolve))
      if (name === 'a.example') return identity(special)
      if (name === 'b.example') return undefined
      throw new Error('no such name')
    }
    await with_listener({ sni_fun }, async port => {
      expect(await certificate_for(port, 'a.example')).toEqual(special.cert_der)
      expect(await certificate_for(port, 'b.example')).toEqual(pki().leaf.cert_der)
      expect(await certificate_for(port, 'c.example')).toEqual(['tls_alert', 'handshake failure'])
    })
  })

  test('are told to nobody, since they may hold keys', () =>
    run(async () => {
      const sni_hosts = { 'a.example': { password: 'open sesame' } }
      const { client, server, listener } = await connect_pair(pki(), {}, { sni_hosts })
      expect(JSON.stringify(await ssl.connection_information(server))).not.toMatch(/open sesame/)
      await Promise.all([client, server, listener].map(socket => ssl.close(socket)))
    }))

  test('keep what the listener demands of clients', async () => {
    const demanding = {
      verify: 'verify_peer',
      fail_if_no_peer_cert: true,
      cacerts: [pki().ca.cert_der],
    } as const
    await with_listener({ ...demanding, sni_hosts: { 'a.example': { depth: 2 } } }, async port => {
      expect(await certificate_for(port, 'a.example')).toEqual(['tls_alert', 'handshake failure'])
    })
  })
})
