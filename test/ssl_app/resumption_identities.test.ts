// A session goes on for the one who made it, and for nobody else: neither by its identifier nor by a ticket.

import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { ok, run, spawn, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_leaf, type TestCertificate } from '../support/certificates.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const passive = { active: false, mode: 'binary' } as const

async function serve(listener: ssl.SslListenSocket): Promise<void> {
  const [tag, accepted] = await ssl.transport_accept(listener)
  if (tag === 'error') return
  spawn(() => serve(listener))
  const shaken = await ssl.handshake(accepted)
  if (shaken[0] === 'ok') await ssl.send(shaken[1], 'hello')
}

/** Connects, and tells whether a session went on; or why there is no connection. */
async function connect(port: number, options: ssl.ConnectOptions): Promise<Term> {
  const client = { ...passive, cacerts: [pki().ca.cert_der], log_alert: false }
  const [tag, socket] = await ssl.connect('localhost', port, { ...client, ...options }, 5_000)
  if (tag === 'error') return socket
  expect(ok(await ssl.recv(socket, 5, 5_000))).toEqual(Buffer.from('hello'))
  const { session_resumption } = ok(await ssl.connection_information(socket, ['session_resumption']))
  await ssl.close(socket)
  return session_resumption
}

/** What comes of connecting with each of these options, one after the other. */
const one_by_one = (server: ssl.ListenOptions, ...clients: readonly ssl.ConnectOptions[]): Promise<Term[]> =>
  run(async () => {
    const listener = ok(await ssl.listen(0, { ...passive, log_alert: false, ...pki().server, ...server }))
    spawn(() => serve(listener))
    const told: Term[] = []
    for (const client of clients) told.push(await connect(ok(ssl.sockname(listener))[1], client))
    await ssl.close(listener)
    return told
  })

type Lookup = NonNullable<ssl.ListenOptions['user_lookup_fun']>

/** Knows everybody, by the same secret. */
const same_for_all = (secret: string): Lookup => [() => ['ok', Buffer.from(secret)] as never, undefined]

const sha1 = (...parts: readonly Uint8Array[]) => createHash('sha1').update(Buffer.concat(parts)).digest()

/** Everybody has the same password. */
const same_password: Lookup = [
  (_kind, user) => {
    const salt = Buffer.from('salt')
    const key = sha1(salt, sha1(Buffer.concat([user!, Buffer.from(':swordfish')])))
    return ['ok', ['srp_1024', salt, key]] as never
  },
  undefined,
]

const psk = { ciphers: [['psk', 'aes_128_cbc', 'sha']] as never }
const srp = { ciphers: [['srp_anon', 'aes_128_cbc', 'sha']] as never }
const wrong = ['tls_alert', 'bad record mac']

describe.each([
  ['by its identifier', { session_tickets: 'disabled' }],
  ['by a ticket', { session_tickets: 'stateless' }],
] as const)('%s', (_how, how) => {
  test('a session goes on for the same user of SRP, and for no other name or password', async () => {
    const as = (user: string, password: string) => ({ ...srp, srp_identity: [user, password] as const })
    const server = { ...how, ...srp, user_lookup_fun: same_password }
    const [alice, bob, forgetful] = [
      as('alice', 'swordfish'),
      as('bob', 'swordfish'),
      as('alice', 'password'),
    ]
    expect(await one_by_one(server, alice, alice, bob, bob, forgetful, alice)).toEqual([
      ...[false, true, false, true, wrong],
      true,
    ])
  })

  test('a session goes on for the same identity of PSK, and for no other one or secret', async () => {
    const user_lookup_fun = same_for_all('the secret')
    const as = (psk_identity: string, lookup = user_lookup_fun) => ({
      ...psk,
      psk_identity,
      user_lookup_fun: lookup,
    })
    const server = { ...how, ...psk, user_lookup_fun }
    const [alice, bob, mallory] = [as('alice'), as('bob'), as('alice', same_for_all('guessed'))]
    expect(await one_by_one(server, alice, alice, bob, bob, mallory)).toEqual([
      false,
      true,
      false,
      true,
      wrong,
    ])
  })

  test('a session goes on in its version only', async () => {
    const versions = (...of: ssl.ConnectOptions['versions'] & object) => ({ versions: of })
    const [new_one, old_one] = [versions('tlsv1.2'), versions('tlsv1.1')]
    expect(await one_by_one(how, new_one, old_one, old_one)).toEqual([false, false, true])
    expect(await one_by_one(how, old_one, new_one, new_one)).toEqual([false, false, true])
  })

  test('a session goes on under its own name only', async () => {
    const named = (server_name_indication: string) => ({
      server_name_indication,
      verify: 'verify_none' as const,
    })
    const [one, two, none] = [named('one.example'), named('two.example'), named('disable')]
    expect(await one_by_one(how, one, one, two, none, two)).toEqual([false, true, false, false, true])
    const special = identity(await make_leaf(pki().ca))
    const server = { ...how, sni_hosts: { 'one.example': special } }
    expect(await one_by_one(server, one, two, one)).toEqual([false, false, true])
  })

  test('a session that was made without a look at the server does not go on with one', async () => {
    const [careless, careful] = [{ verify: 'verify_none' as const }, {}]
    expect(await one_by_one(how, careless, careful, careful)).toEqual([false, false, true])
    const rejecting = { verify_fun: [() => ['fail', 'never'] as never, 0] as const }
    expect(await one_by_one(how, careless, rejecting)).toEqual([false, ['tls_alert', 'handshake failure']])
  })

  test('a session that was made without a certificate of the client does not go on where one is needed', async () => {
    const cacerts = [pki().ca.cert_der]
    const own = identity(await make_leaf(pki().ca))
    const server = { ...how, verify: 'verify_peer', fail_if_no_peer_cert: true, cacerts } as const
    expect(await one_by_one(server, own, own, {})).toEqual([false, true, ['tls_alert', 'handshake failure']])
    const lax = { ...how, verify: 'verify_peer', cacerts } as const
    expect(await one_by_one(lax, {}, own, own, {})).toEqual([false, false, true, true])
  })

  test('a session that was made where nobody was looked at does not go on where clients are', async () => {
    const cacerts = [pki().ca.cert_der]
    const strict = { verify: 'verify_peer', fail_if_no_peer_cert: true, cacerts } as const
    const sni_hosts = { 'strict.example': strict }
    const at = (server_name_indication: string) => ({
      server_name_indication,
      verify: 'verify_none' as const,
    })
    expect(await one_by_one({ ...how, sni_hosts }, at('lax.example'), at('strict.example'))).toEqual([
      false,
      ['tls_alert', 'handshake failure'],
    ])
  })
})

function identity({ cert_der, key_pkcs8_der }: TestCertificate) {
  return { cert: cert_der, key: ['PrivateKeyInfo', key_pkcs8_der] } as const
}
