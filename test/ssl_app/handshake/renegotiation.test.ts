// New handshakes over a connection that there is.

import { describe, expect, test } from '@jest/globals'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ServerHelloExtension } from '../../../ssl_app/handshake/hello_extensions.ts'
import type { TlsAlert } from '../../../ssl_app/record/ssl_alert.ts'
import { exchange, those } from '../../support/engine_pair.ts'
import { make_everybody, type Scene, scene_settings } from '../../support/everybody.ts'
import { carried, expect_connection, meet, sessions_in } from '../../support/plays.ts'
import { scene } from '../../support/scenes.ts'
import { roles, type Settings, Walk } from '../../support/walks.ts'

const everybody = await make_everybody()
const plain: Scene = scene('ecdhe_rsa')

const settings_with = (
  client: Partial<HandshakeConfig> = {},
  server: Partial<HandshakeConfig> = {},
  played: Scene = plain,
): Settings => {
  const settings = scene_settings(everybody, played)
  return { client: { ...settings.client, ...client }, server: { ...settings.server, ...server } }
}

const no_renegotiation: TlsAlert = { level: 'warning', description: 'no_renegotiation' }

describe('both sides', () => {
  test('have new keys after it, and the old data before', () => {
    const pair = meet(everybody, settings_with())
    const before = Buffer.from(pair.client.data.master_secret!)
    exchange(pair, { client: pair.client.renegotiate() })
    expect_connection(pair, plain, false)
    expect(Buffer.from(pair.client.data.master_secret!)).not.toEqual(before)
    expect(Buffer.from(pair.server.data.master_secret!)).toEqual(Buffer.from(pair.client.data.master_secret!))
  })

  test('wipe the secret of the handshake before', () => {
    const pair = meet(everybody, settings_with())
    const secrets = [pair.client, pair.server].map(({ data }) => data.master_secret!)
    exchange(pair, { client: pair.client.renegotiate() })
    expect(secrets.map(secret => secret.some(byte => byte !== 0))).toEqual([false, false])
  })

  test('keep the protocol that was agreed on first', () => {
    const alpn = { alpn: ['h2', 'http/1.1'] }
    const pair = meet(everybody, settings_with(alpn, alpn))
    exchange(pair, { client: pair.client.renegotiate() })
    expect([pair.client, pair.server].map(({ data }) => data.protocol)).toEqual(['h2', 'h2'])
  })

  test('may go on with a session of before, on the same connection', () => {
    const settings = settings_with()
    const [offered, kept] = sessions_in(meet(everybody, settings))
    const pair = meet(everybody, { ...settings, kept: [kept!] })
    exchange(pair, { client: pair.client.renegotiate(offered) })
    expect_connection(pair, plain, true)
  })

  test('may have other certificates asked for then', () => {
    const pair = meet(everybody, settings_with({}, {}, scene('rsa', { client_certificate: 'shown' })))
    expect(pair.server.data.peer).toBeDefined()
    exchange(pair, { server: pair.server.renegotiate() })
    expect(pair.server.data.peer).toBeDefined()
  })

  test.each(['sslv3', 'tlsv1', 'tlsv1.1'] as const)('can in %s, too', version => {
    const played = scene('dhe_rsa', {}, version)
    const pair = meet(everybody, settings_with({}, {}, played))
    exchange(pair, { client: pair.client.renegotiate() })
    exchange(pair, { server: pair.server.renegotiate() })
    expect_connection(pair, played, false)
  })
})

describe('data in flight', () => {
  test.each(roles)('are taken by a %s as long as the old keys hold', role => {
    const walk = new Walk(role, everybody, settings_with(), { again: true })
    const data = (text: string) => walk.rogue.raw('application_data', Buffer.from(text))
    let sent = 0
    while (walk.rogue.upcoming !== 'change_cipher_spec' && walk.rogue.plan.length > 0) {
      walk.give(data(`${++sent}`)).steps(1)
    }
    walk.give(data(`${++sent}`)).steps(1)
    expect(walk.refusal).toBeUndefined()
    expect(those(walk.effects, 'data').map(([, bytes]) => bytes.toString())).toHaveLength(sent)
    expect(walk.give(data('late')).refusal).toBe('unexpected_message')
  })

  test('are taken by both behind it', () => {
    const pair = meet(everybody, settings_with())
    exchange(pair, { server: pair.server.renegotiate() })
    expect(carried(pair.client, pair.server, 'x'.repeat(40_000))).toHaveLength(40_000)
  })

  test('may not be part of a first handshake', () => {
    const walk = new Walk('client', everybody, settings_with())
    expect(walk.give(walk.rogue.raw('application_data', Uint8Array.of(1))).refusal).toBe('unexpected_message')
  })
})

describe('a server', () => {
  const timed = (server: Partial<HandshakeConfig> = {}) => {
    const clock = { now: 1_000_000 }
    const settings = { ...settings_with({}, server), worlds: { server: { monotonic_time: () => clock.now } } }
    return { pair: meet(everybody, settings), clock }
  }

  test('has twelve seconds of peace after a handshake that its client wanted', () => {
    const { pair, clock } = timed()
    const asked = () => exchange(pair, { client: pair.client.renegotiate() }).client_effects
    expect(those(asked(), 'connected')).toHaveLength(1)
    clock.now += 11_999
    expect(asked().map(([tag]) => tag)).toEqual(['transmit', 'renegotiation_rejected'])
    expect_connection(pair, plain, false)
    clock.now += 1
    expect(those(asked(), 'connected')).toHaveLength(1)
  })

  test('may want one itself at any time', () => {
    const { pair } = timed({ client_renegotiation: false })
    for (let count = 0; count < 3; count++) exchange(pair, { server: pair.server.renegotiate() })
    expect_connection(pair, plain, false)
    const unasked = exchange(pair, { client: pair.client.renegotiate() })
    expect(those(unasked.client_effects, 'renegotiation_rejected')).toHaveLength(1)
  })

  test('hears that its client does not want one, and that is that', () => {
    const walk = new Walk('server', everybody, settings_with({}, { client_renegotiation: false })).finish()
    const { victim, rogue } = walk
    rogue.hear(those(victim.renegotiate(), 'transmit').flatMap(([, pieces]) => pieces))
    expect(rogue.heard_messages.at(-1)).toEqual(['hello_request', true])
    walk.give(rogue.alert(no_renegotiation))
    expect(walk.effects.at(-1)).toEqual(['renegotiation_rejected'])
    walk.give(rogue.alert(no_renegotiation))
    expect(walk.effects.at(-1)).toEqual(['warning', no_renegotiation])
    rogue.begin_again()
    walk.finish()
    expect(rogue.alerts).toEqual([no_renegotiation])
    expect(victim.state_name).toBe('connection')
  })

  test.each(['renegotiation_info', 'the SCSV'])('refuses a client that makes a beginning of it: %s', what => {
    const walk = new Walk('server', everybody, settings_with(), { again: true })
    walk.rogue.replace('client_hello', hello => {
      if (what === 'the SCSV') return { ...hello, cipher_suites: [0xff, ...hello.cipher_suites] }
      return { ...hello, extensions: hello.extensions!.filter(([name]) => name !== 'renegotiation_info') }
    })
    expect(walk.finish().refusal).toBe('handshake_failure')
  })

  test('refuses a client that has never heard of RFC 5746, unless it may do without', () => {
    const insecure = (server: Partial<HandshakeConfig>): Walk => {
      const walk = new Walk('server', everybody, settings_with({ secure_renegotiate: false }, server))
      walk.rogue.replace('client_hello', hello => ({
        ...hello,
        cipher_suites: hello.cipher_suites.filter(code => code !== 0xff),
      }))
      walk.finish()
      expect(walk.victim.data.secure_renegotiation).toBe(false)
      walk.rogue.begin_again()
      return walk.finish()
    }
    expect(insecure({}).refusal).toBe('no_renegotiation')
    const lenient = insecure({ secure_renegotiate: false })
    expect(lenient.refusal).toBeUndefined()
    expect(lenient.victim.connected).toBe(true)
  })
})

describe('a client', () => {
  test('overhears a HelloRequest that its owner does not act on', () => {
    const walk = new Walk('client', everybody, settings_with()).finish()
    walk.give(walk.rogue.say(['hello_request', true]))
    expect(walk.effects.at(-1)).toEqual(['hello_request'])
    expect(walk.victim.connected).toBe(true)
  })

  test('that was told no has what it had, and may ask again', () => {
    const walk = new Walk('client', everybody, settings_with(), { again: true })
    const established = walk.victim.established!
    walk.give(walk.rogue.alert(no_renegotiation))
    expect(walk.effects.at(-1)).toEqual(['renegotiation_rejected'])
    expect(walk.victim.data).toBe(established)
    expect(walk.victim.connected).toBe(true)
    const read = walk.victim.receive(walk.rogue.raw('application_data', Buffer.from('go on')))
    expect(those(read, 'data')).toHaveLength(1)
  })

  test.each<[string, (told: Uint8Array) => Uint8Array | undefined]>([
    ['another proof', told => told.map(byte => byte ^ 1)],
    ['half of it', told => told.subarray(0, 12)],
    ['none', () => undefined],
  ])('refuses a server that has %s of the handshake before', (_what, change) => {
    const walk = new Walk('client', everybody, settings_with(), { again: true })
    walk.rogue.replace('server_hello', hello => ({
      ...hello,
      extensions: hello.extensions!.flatMap((extension): ServerHelloExtension[] => {
        if (extension[0] !== 'renegotiation_info') return [extension]
        const changed = change(extension[1])
        return changed ? [['renegotiation_info', changed]] : []
      }),
    }))
    expect(walk.finish().refusal).toBe('handshake_failure')
  })

  test('refuses a server that changes the version', () => {
    const both = { versions: ['tlsv1.1', 'tlsv1.2'] } as const
    const walk = new Walk('client', everybody, settings_with(both, both), { again: true })
    walk.rogue.replace('server_hello', hello => ({ ...hello, server_version: 0x0302 }))
    expect(walk.finish().refusal).toBe('protocol_version')
  })

  test('does not begin one with a server that does not know RFC 5746, unless it may do without', () => {
    const insecure = (client: Partial<HandshakeConfig>): Walk => {
      const server: Partial<HandshakeConfig> = { secure_renegotiate: false }
      const walk = new Walk('client', everybody, settings_with(client, server))
      walk.rogue.replace('server_hello', hello => ({
        ...hello,
        extensions: hello.extensions!.filter(([name]) => name !== 'renegotiation_info'),
      }))
      walk.rogue.data = { ...walk.rogue.data, secure_renegotiation: false }
      walk.finish()
      expect(walk.victim.data.secure_renegotiation).toBe(false)
      return walk
    }
    const [refusal] = those(insecure({}).victim.renegotiate(), 'own_alert')
    expect(refusal![1].description).toBe('no_renegotiation')
    const lenient = insecure({ secure_renegotiate: false })
    expect(lenient.victim.renegotiate().map(([tag]) => tag)).toEqual(['transmit'])
  })
})
