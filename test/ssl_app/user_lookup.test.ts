// Secrets that only users know: pre-shared keys, and passwords by SRP.

import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { _, exit, monotonic_time, ok, receive, self, send, spawn, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../support/certificates.ts'
import { in_memory, settle, sleep } from '../support/memory_pair.ts'
import type { MemoryTransport } from '../support/memory_transport.ts'
import { reports_during } from '../support/reports.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

type Lookup = NonNullable<ssl.ListenOptions['user_lookup_fun']>

const suite = (key_exchange: string) => ({ ciphers: [[key_exchange, 'aes_128_cbc', 'sha']] as never })
const secret = Buffer.from('the secret of both')
const never = new Promise<never>(() => {})

/** Shakes hands on both sides. */
function meet(
  network: MemoryTransport,
  client: ssl.ConnectOptions,
  server: ssl.ListenOptions,
  timeout: number | 'infinity' = 'infinity',
) {
  const [near, far] = network.pair()
  const common = { mode: 'binary', active: false, cb_info: network.cb_info, log_alert: false } as const
  return {
    near,
    connecting: ssl.connect(near, { ...common, cacerts: [pki().ca.cert_der], ...client }, timeout),
    accepting: ssl.handshake(far, { ...common, ...server }, timeout),
  }
}

/** What both sides are told, in words: `ok`, or why not. */
async function outcome(...asked: Parameters<typeof meet>): Promise<[client: string, server: string]> {
  const { connecting, accepting } = meet(...asked)
  const [connected, accepted] = await Promise.all([connecting, accepting])
  const sockets = [connected, accepted].flatMap(([tag, socket]) => (tag === 'ok' ? [socket] : []))
  if (sockets.length === 2) {
    ok(await ssl.send(sockets[0]!, 'data'))
    expect(await ssl.recv(sockets[1]!, 4)).toEqual(['ok', Buffer.from('data')])
  }
  await close_all(...sockets)
  const words = ([tag, reason]: readonly Term[]): string => (tag === 'ok' ? 'ok' : String(reason))
  return [words(connected), words(accepted)]
}

/** Notes what it is asked, and answers. */
function recorder(answer: (kind: string, name: Buffer | undefined, state: Term) => Term) {
  const asked: Term[][] = []
  const fun = (...question: readonly Term[]) => {
    asked.push([...question])
    return answer(question[0], question[1], question[2])
  }
  return { asked, user_lookup_fun: [fun, 'state'] as unknown as Lookup }
}

const psk = (found: Term = ['ok', secret]) => recorder(() => found)

/** A certificate with an RSA key, signed with RSA. */
async function rsa_identity() {
  const ca = await make_ca({ algorithm: 'rsa' })
  const { cert_der, key_pkcs8_der } = await make_leaf(ca, { algorithm: 'rsa' })
  return { ca, own: { cert: cert_der, key: ['PrivateKeyInfo', key_pkcs8_der] } as const }
}

describe.each(['psk', 'dhe_psk', 'rsa_psk'])('by the key exchange %s', key_exchange => {
  const with_options = (
    body: (network: MemoryTransport, client: ssl.ConnectOptions, server: ssl.ListenOptions) => Promise<void>,
  ) =>
    in_memory(async network => {
      const { ca, own } = await rsa_identity()
      const client = { ...suite(key_exchange), cacerts: [ca.cert_der] }
      await body(network, client, { ...suite(key_exchange), ...own })
    })

  test('both sides ask for the secret, the server by the identity of the client', () =>
    with_options(async (network, client, server) => {
      const [here, there] = [psk(), psk()]
      const identity = { psk_identity: 'Åsa' }
      expect(await outcome(network, { ...client, ...here, ...identity }, { ...server, ...there })).toEqual([
        'ok',
        'ok',
      ])
      expect(there.asked).toEqual([['psk', Buffer.from('Åsa'), 'state']])
      // Only the ServerKeyExchange of dhe_psk has to be sent.
      expect(here.asked).toEqual([['psk', key_exchange === 'dhe_psk' ? Buffer.alloc(0) : undefined, 'state']])
      expect(String(secret)).toBe('the secret of both')
    }))

  test('a client without an identity has the usual one, and is told the hint of the server', () =>
    with_options(async (network, client, server) => {
      const [here, there] = [psk(), psk()]
      const hint = { psk_identity: 'which of them' }
      expect(await outcome(network, { ...client, ...here }, { ...server, ...there, ...hint })).toEqual([
        'ok',
        'ok',
      ])
      expect(here.asked).toEqual([['psk', Buffer.from('which of them'), 'state']])
      expect(there.asked).toEqual([['psk', Buffer.from('psk_identity'), 'state']])
    }))

  test('another secret and an identity that nobody knows come to the same', () =>
    with_options(async (network, client, server) => {
      const failure = ['tls_alert,bad record mac', 'tls_alert,bad record mac']
      for (const found of [['ok', Buffer.from('another')], 'error', ['ok', 5], null]) {
        expect(await outcome(network, { ...client, ...psk() }, { ...server, ...psk(found) })).toEqual(failure)
      }
    }))

  test('a client that knows no secret says so', () =>
    with_options(async (network, client, server) => {
      const failure = ['tls_alert,illegal parameter', 'tls_alert,illegal parameter']
      expect(await outcome(network, { ...client, ...psk('error') }, { ...server, ...psk() })).toEqual(failure)
    }))
})

const sha1 = (...parts: readonly Uint8Array[]) => createHash('sha1').update(Buffer.concat(parts)).digest()

/** RFC 5054 §2.4: what a server knows of a user. */
function account(user: string, password: string, group = 'srp_1024') {
  const salt = Buffer.from(`salt of ${user}`)
  return ['ok', [group, salt, sha1(salt, sha1(Buffer.from(`${user}:${password}`)))]] as const
}

/** Knows one user. */
const alice = (password = 'swordfish', group?: string) =>
  recorder((_kind, name) => (String(name) === 'alice' ? account('alice', password, group) : 'error'))

describe.each(['srp_anon', 'srp_rsa'])('by the key exchange %s', key_exchange => {
  const with_options = (
    body: (network: MemoryTransport, client: ssl.ConnectOptions, server: ssl.ListenOptions) => Promise<void>,
  ) =>
    in_memory(async network => {
      const suites = suite(key_exchange)
      const { ca, own } = await rsa_identity()
      await body(network, { ...suites, cacerts: [ca.cert_der] }, { ...suites, ...own })
    })
  const identity = (user: string, password: string) => ({ srp_identity: [user, password] as const })

  test('a user who knows the password gets in', () =>
    with_options(async (network, client, server) => {
      const known = alice()
      const who = identity('alice', 'swordfish')
      expect(await outcome(network, { ...client, ...who }, { ...server, ...known })).toEqual(['ok', 'ok'])
      expect(known.asked).toEqual([['srp', Buffer.from('alice'), 'state']])
    }))

  test('another password, and a user that nobody knows, come to the same', () =>
    with_options(async (network, client, server) => {
      const failure = ['tls_alert,bad record mac', 'tls_alert,bad record mac']
      for (const [user, password] of [
        ['alice', 'password'],
        ['bob', 'swordfish'],
        ['bob', ''],
      ] as const) {
        const known = alice()
        const who = identity(user, password)
        expect(await outcome(network, { ...client, ...who }, { ...server, ...known })).toEqual(failure)
        expect(known.asked).toEqual([['srp', Buffer.from(user), 'state']])
      }
    }))

  test('a user of any group gets in, and what is none counts as unknown', () =>
    with_options(async (network, client, server) => {
      const who = identity('alice', 'swordfish')
      for (const group of ['srp_1536', 'srp_2048'])
        expect(
          await outcome(network, { ...client, ...who }, { ...server, ...alice('swordfish', group) }),
        ).toEqual(['ok', 'ok'])
      for (const found of [
        account('alice', 'swordfish', 'srp_512'),
        account('alice', 'swordfish', 'toString'),
        ['ok', ['srp_1024', 'salt', secret]],
        ['ok', ['srp_1024', Buffer.alloc(0), secret]],
        ['ok', ['srp_1024', Buffer.alloc(256), secret]],
        ['ok', ['srp_1024', secret, 'key']],
        ['ok', secret],
        ['ok'],
        null,
      ]) {
        const server_side = { ...server, ...recorder(() => found) }
        const [told] = await outcome(network, { ...client, ...who }, server_side)
        expect(told).toBe('tls_alert,bad record mac')
      }
    }))

  test('both sides can tell who it is', () =>
    with_options(async (network, client, server) => {
      const who = identity('alice', 'swordfish')
      const { connecting, accepting } = meet(network, { ...client, ...who }, { ...server, ...alice() })
      for (const socket of [ok(await connecting), ok(await accepting)]) {
        const told = ok(await ssl.connection_information(socket))
        expect(told.srp_username).toEqual(Buffer.from('alice'))
        expect(JSON.stringify(told)).not.toContain('swordfish')
      }
    }))
})

describe('a user_lookup_fun', () => {
  const client = { ...suite('psk'), ...psk() }
  const server = (fun: () => Term): ssl.ListenOptions => ({
    ...suite('psk'),
    user_lookup_fun: [fun, undefined] as unknown as Lookup,
  })

  test.each<[string, () => Term]>([
    ['a promise', async () => ['ok', secret]],
    ['whatever has a then', () => ({ then: (resolve: (value: Term) => void) => resolve(['ok', secret]) })],
  ])('may give %s', (_what, fun) =>
    in_memory(async network => {
      expect(await outcome(network, client, server(fun))).toEqual(['ok', 'ok'])
      const far = { ...suite('psk'), ...psk() }
      expect(
        await outcome(network, { ...suite('psk'), user_lookup_fun: server(fun).user_lookup_fun! }, far),
      ).toEqual(['ok', 'ok'])
    }),
  )

  test('may take its time, while others go on', () =>
    in_memory(async network => {
      let answer: (found: Term) => void = () => {}
      const fun = () => new Promise(resolve => (answer = resolve))
      const { connecting, accepting } = meet(network, client, server(fun))
      await sleep(3_600_000)
      expect(await outcome(network, client, { ...suite('psk'), ...psk() })).toEqual(['ok', 'ok'])
      answer(['ok', secret])
      ok(await connecting)
      ok(await accepting)
    }))

  test.each<[string, () => Term]>([
    ['throws', () => fail('the secret is 1234')],
    ['throws what is no error', () => raise('the secret is 1234')],
    ['gives a promise that is broken', () => Promise.reject(new TypeError('the secret is 1234'))],
  ])('that %s knows nobody, which is in the log, and no secret', (_what, fun) =>
    in_memory(async network => {
      const told = await reports_during(async () => {
        const failure = ['tls_alert,bad record mac', 'tls_alert,bad record mac']
        expect(await outcome(network, client, server(fun))).toEqual(failure)
      })
      const message = expect.stringMatching(
        /^SSL: the function of the option user_lookup_fun failed: (Error|TypeError|string)$/,
      )
      expect(told).toEqual([{ level: 'warning', label: 'ssl user_fun', facts: { message } }])
    }),
  )

  test('that never answers keeps nobody longer than the handshake may take', () =>
    in_memory(async network => {
      const { connecting, accepting } = meet(
        network,
        client,
        server(() => never),
        7_000,
      )
      expect(await accepting).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(7_000)
      expect((await connecting)[0]).toBe('error')
    }))

  test('of a client that never answers does so neither', () =>
    in_memory(async network => {
      const { connecting, accepting } = meet(
        network,
        { ...suite('psk'), user_lookup_fun: server(() => never).user_lookup_fun! },
        { ...suite('psk'), ...psk() },
        7_000,
      )
      expect(await connecting).toEqual(['error', 'timeout'])
      expect((await accepting)[0]).toBe('error')
    }))

  test('may find the connection closed when it answers, which is then forgotten', () =>
    in_memory(async network => {
      let answer: (found: Term) => void = () => {}
      const fun = () => new Promise(resolve => (answer = resolve))
      const [near, far] = network.pair()
      const common = { mode: 'binary', active: false, cb_info: network.cb_info } as const
      const parent = self()
      const connecting = ssl.connect(near, { ...common, ...pki().client, ...client })
      const owner = spawn(async () => {
        await receive('yours')
        send(parent, ['shaken', await ssl.handshake(far, { ...common, ...server(fun) })])
      })
      expect(network.controlling_process(far, owner)).toBe('ok')
      send(owner, 'yours')
      await settle()
      exit(owner, 'kill')
      expect(await connecting).toEqual(['error', 'closed'])
      answer(['ok', secret])
      await settle()
      expect(String(secret)).toBe('the secret of both')
    }))

  test('may find that its client has gone', () =>
    in_memory(async network => {
      let answer: (found: Term) => void = () => {}
      const fun = () => new Promise(resolve => (answer = resolve))
      const { accepting, near } = meet(network, client, server(fun))
      await settle()
      network.break(near, 'etimedout')
      answer(['ok', secret])
      const accepted = ok(await accepting)
      expect(await ssl.recv(accepted, 0)).toEqual(['error', 'closed'])
    }))

  test('is asked again in a renegotiation, with the connection as it was meanwhile', () =>
    in_memory(async network => {
      let answer: (found: Term) => void = () => {}
      let times = 0
      const fun = () => (times++ === 0 ? ['ok', secret] : new Promise(resolve => (answer = resolve)))
      const anew = { reuse_sessions: false }
      const { connecting, accepting } = meet(network, { ...client, ...anew }, { ...server(fun), ...anew })
      const [here, there] = [ok(await connecting), ok(await accepting)]
      ok(await ssl.setopts(there, { active: true }))
      const renegotiating = ssl.renegotiate(here)
      const sending = ssl.send(here, 'after it')
      await sleep(60_000)
      expect(times).toBe(2)
      answer(['ok', secret])
      expect([await renegotiating, await sending]).toEqual(['ok', 'ok'])
      expect(await receive(_, 1_000)).toEqual(['ssl', there, Buffer.from('after it')])
    }))

  test('can be another one for each name', () =>
    in_memory(async network => {
      const [one, two] = [psk(), psk(['ok', Buffer.from('another')])]
      const sni_hosts = {
        'one.example': { user_lookup_fun: one.user_lookup_fun },
        'two.example': { user_lookup_fun: two.user_lookup_fun },
      }
      const name = (server_name_indication: string) => ({ ...client, server_name_indication })
      const options = { ...suite('psk'), ...psk('error'), sni_hosts }
      expect(await outcome(network, name('one.example'), options)).toEqual(['ok', 'ok'])
      expect((await outcome(network, name('two.example'), options))[1]).toBe('tls_alert,bad record mac')
      expect([one.asked.length, two.asked.length]).toEqual([1, 1])
    }))
})

function fail(message: string): never {
  throw new Error(message)
}

function raise(what: unknown): never {
  throw what
}
