import { describe, expect, test } from '@jest/globals'
import { ok, type Term } from '../../../runtime/index.ts'
import { client_session, server_session } from '../../../ssl_app/session/ssl_manager.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../../support/certificates.ts'
import { in_memory, pair_in_memory, type Rogue, rogue_server, settle } from '../../support/memory_pair.ts'
import type { MemoryTransport } from '../../support/memory_transport.ts'
import { reports_during, type Told } from '../../support/reports.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

const failing = () => {
  throw new Error('no')
}

const alerts = (told: readonly Told[]) => told.filter(({ label }) => label === 'ssl alert')

/** What both sides come to when they shake hands with these options. */
async function outcome(
  network: MemoryTransport,
  client: ssl.ConnectOptions,
  server: ssl.ListenOptions = {},
): Promise<[client: Term, server: Term]> {
  const [near, far] = network.pair()
  const { cb_info } = network
  const passive = { mode: 'binary', active: false, cb_info } as const
  const [connected, accepted] = await Promise.all([
    ssl.connect(near, { ...passive, ...pki().client, ...client }),
    ssl.handshake(far, { ...passive, ...pki().server, ...server }),
  ])
  return [connected[1], accepted[1]]
}

describe('a function of the user that fails', () => {
  const failure = ['tls_alert', 'handshake failure']
  const unknown_ca = ['tls_alert', 'unknown ca']

  test.each<[string, ssl.ConnectOptions, Term]>([
    ['verify_fun by throwing', { verify_fun: [failing, 0] }, failure],
    ['verify_fun by its answer', { verify_fun: [() => 'what' as never, 0] }, failure],
    ['verify_fun by no answer', { verify_fun: [() => undefined as never, 0] }, failure],
    ['partial_chain by throwing', { partial_chain: failing, cacerts: [] }, unknown_ca],
    ['partial_chain by its answer', { partial_chain: () => 5 as never, cacerts: [] }, unknown_ca],
  ])('ends a client’s handshake, and no process: %s', (_name, options, reason) =>
    in_memory(async network => {
      const told = await reports_during(async () => {
        const { cacerts, ...others } = options
        const client = cacerts === undefined ? others : { ...others, cacerts: [pki().leaf.cert_der] }
        expect(await outcome(network, client)).toEqual([reason, reason])
      })
      expect(told.map(({ label }) => label)).toEqual(['ssl alert', 'ssl alert'])
    }),
  )

  test('reuse_session by throwing begins a new session', () =>
    in_memory(async network => {
      const options = { reuse_session: failing }
      const { client, server, port, listener } = await pair_in_memory(network, pki(), {}, options)
      await settle()
      const { cb_info } = network
      const connecting = ssl.connect('localhost', port, { active: false, cb_info, ...pki().client })
      const accepted = ok(await ssl.transport_accept(listener))
      ok(await ssl.handshake(accepted))
      const again = ok(await connecting)
      expect(ok(await ssl.connection_information(again, ['session_resumption']))).toEqual({
        session_resumption: false,
      })
      await Promise.all([client, server, again, accepted].map(socket => ssl.close(socket)))
    }))
})

describe('the log', () => {
  test('is told of alerts, sent and received, and who says so', () =>
    in_memory(async network => {
      const told = await reports_during(() => outcome(network, { cacerts: [pki().leaf.cert_der] }))
      const [sent, received] = alerts(told)
      expect(sent).toMatchObject({ level: 'error', facts: { role: 'client' } })
      expect(sent!.facts.message).toMatch(/^SSL: certify: \w+\.ts:\d+:Fatal error: unknown ca$/)
      expect(received).toMatchObject({ level: 'error', facts: { role: 'server' } })
      expect(received!.facts.message).toMatch(/^SSL: certify: ssl_alert\.ts:\d+:Fatal error: unknown ca$/)
    }))

  test('is told of warnings, and not of close_notify', () =>
    in_memory(async network => {
      const told = await reports_during(async () => {
        const { socket, peer, say } = await rogue_server(network, pki(), { active: true })
        say(peer.alert({ level: 'warning', description: 'user_canceled' }))
        say(peer.alert({ level: 'warning', description: 'close_notify' }))
        await settle()
        expect(await ssl.send(socket, 'x')).toEqual(['error', 'closed'])
      })
      expect(alerts(told)).toHaveLength(1)
      expect(alerts(told)[0]).toMatchObject({ level: 'notice', facts: { role: 'client' } })
      expect(alerts(told)[0]!.facts.message).toMatch(/^SSL: connection: .*:Warning: user canceled$/)
    }))

  test('is told of none by who does not want it', () =>
    in_memory(async network => {
      const told = await reports_during(() =>
        outcome(network, { cacerts: [pki().leaf.cert_der], log_alert: false }, { log_alert: false }),
      )
      expect(told).toEqual([])
    }))

  test('is not told the secrets that a sni_fun gives in a wrong way', () =>
    in_memory(async network => {
      const every_wrong = [
        { key: 'the very key' },
        { password: ['the very key'] },
        { srp_identity: ['alice', 'the very key'] },
        { user_lookup_fun: ['psk', 'the very key'] },
      ]
      for (const wrong of every_wrong) {
        const told = await reports_during(async () => {
          const failure = ['tls_alert', 'handshake failure']
          const client = { server_name_indication: 'localhost' }
          expect(await outcome(network, client, { sni_fun: () => wrong as never })).toEqual([
            failure,
            failure,
          ])
        })
        expect(alerts(told)[0]!.facts.detail).toEqual(['options', Object.keys(wrong)[0]])
        expect(JSON.stringify(told)).not.toContain('the very key')
      }
    }))

  test('is told why the transport failed', () =>
    in_memory(async network => {
      const told = await reports_during(async () => {
        const { socket } = await rogue_server(network, pki(), { active: true })
        network.break(socket.transport_socket, 'etimedout')
        await settle()
      })
      expect(told).toEqual([
        {
          level: 'info',
          label: 'ssl socket_error',
          facts: { connection: expect.anything(), reason: 'etimedout' },
        },
      ])
    }))

  test('in SSL 3.0 a client without a certificate says so by an alert, which is in the log', async () => {
    const ca = await make_ca({ algorithm: 'rsa' })
    const { cert_der, key_pkcs8_der } = await make_leaf(ca, { algorithm: 'rsa' })
    await in_memory(async network => {
      const versions = { versions: ['sslv3'], cacerts: [ca.cert_der] } as const
      const own = { cert: cert_der, key: ['PrivateKeyInfo', key_pkcs8_der], verify: 'verify_peer' } as const
      const told = await reports_during(async () => {
        const { server } = await pair_in_memory(network, pki(), versions, { ...versions, ...own })
        expect(await ssl.peercert(server)).toEqual(['error', 'no_peercert'])
      })
      const message = expect.stringMatching(/^SSL: \w+: .*:Warning: No certificate reserved$/)
      expect(told).toEqual([
        { level: 'notice', label: 'ssl alert', facts: expect.objectContaining({ role: 'server', message }) },
      ])
    })
  })
})

describe('the session of a connection', () => {
  test('is kept on both sides once the handshake is done', () =>
    in_memory(async network => {
      const { client, port } = await pair_in_memory(network, pki())
      await settle()
      const { session_id } = ok(await ssl.connection_information(client, ['session_id']))
      expect((await client_session('localhost', port, () => true))?.session_id).toEqual(session_id)
      expect((await server_session(port, session_id))?.session_id).toEqual(session_id)
    }))

  test('is not kept by who wants none', () =>
    in_memory(async network => {
      const none = { reuse_sessions: false }
      const { client, port } = await pair_in_memory(network, pki(), none, none)
      await settle()
      const { session_id } = ok(await ssl.connection_information(client, ['session_id']))
      expect(client_session('localhost', port, () => true)).toBe(undefined)
      expect(server_session(port, session_id)).toBe(undefined)
    }))

  test.each<[string, (rogue: Rogue) => Uint8Array, boolean]>([
    ['goes on no more after a fatal alert of the peer', ({ peer }) => fatal(peer), false],
    ['goes on no more after one of our own', () => Buffer.of(23, 3, 3, 0, 1, 0), false],
    ['is good after close_notify', ({ peer }) => close_notify(peer), true],
  ])('%s', (_name, last, is_kept) =>
    in_memory(async network => {
      const rogue = await rogue_server(network, pki(), { active: true })
      await settle()
      const [, port] = ok(network.peername(rogue.socket.transport_socket))
      expect(client_session('127.0.0.1', port, () => true)).toBeDefined()
      rogue.say(last(rogue))
      await settle()
      expect(client_session('127.0.0.1', port, () => true) !== undefined).toBe(is_kept)
    }),
  )
})

describe('a session that went on before a fatal alert', () => {
  /** Connects three times, the second of which ends badly. @returns whether a session went on, each time */
  async function resumptions(network: MemoryTransport, options: ssl.ListenOptions, broken: 'near' | 'far') {
    const passive = { mode: 'binary', active: false, cb_info: network.cb_info } as const
    const listener = ok(await ssl.listen(0, { ...passive, ...pki().server, ...options }))
    const [, port] = ok(ssl.sockname(listener))
    const told: Term[] = []
    for (const end of ['good', 'bad', 'good']) {
      const connecting = ssl.connect('localhost', port, { ...passive, ...pki().client })
      const accepted = ok(await ssl.transport_accept(listener))
      ok(await ssl.handshake(accepted))
      const client = ok(await connecting)
      told.push(ok(await ssl.connection_information(client, ['session_resumption'])).session_resumption)
      if (end === 'bad') {
        const waiting = [client, accepted].map(socket => ssl.recv(socket, 0))
        const { transport_socket } = broken === 'near' ? client : accepted
        network.send(transport_socket, [Buffer.of(23, 3, 3, 0, 1, 0)])
        expect(await Promise.all(waiting)).toEqual(Array(2).fill(['error', ['tls_alert', 'bad record mac']]))
      }
      await Promise.all([client, accepted].map(socket => ssl.close(socket, 0)))
      await settle()
    }
    return told
  }

  test.each<[string, ssl.ListenOptions]>([
    ['that its server has kept', {}],
    ['of which its client has a ticket', { session_tickets: 'stateless' }],
  ])('goes on no more: one %s', (_name, options) =>
    in_memory(async network => {
      for (const broken of ['near', 'far'] as const) {
        expect(await resumptions(network, options, broken)).toEqual([false, true, false])
      }
    }),
  )
})

const fatal = (peer: Rogue['peer']) => peer.alert({ level: 'fatal', description: 'access_denied' })
const close_notify = (peer: Rogue['peer']) => peer.alert({ level: 'warning', description: 'close_notify' })
