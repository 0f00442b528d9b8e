import { describe, expect, test } from '@jest/globals'
import { type HandshakeData, nothing_known } from '../../../ssl_app/handshake/handshake_data.ts'
import { go_on_with, session_of, session_to_seal } from '../../../ssl_app/handshake/resumption.ts'
import type { KeyExchange } from '../../../ssl_app/record/cipher_suites.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { config, environment, exchange } from '../../support/engine_pair.ts'
import { make_everybody, scene_settings, suite_for } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { meet, sessions_in } from '../../support/plays.ts'
import { scene } from '../../support/scenes.ts'
import { make_session } from '../../support/sessions.ts'
import { roles } from '../../support/walks.ts'

const done = (
  role: Role,
  key_exchange: KeyExchange = 'rsa',
  changes: Partial<HandshakeData> = {},
): HandshakeData => ({
  ...nothing_known(
    role,
    config(role, {
      server_name: 'asked.example',
      psk_identity: hex('0a'),
      srp_identity: { user: hex('0b'), password: hex('0c') },
      policy: 'strict',
    }),
    environment([], { monotonic_time: () => 77 }),
  ),
  session_id: hex('0102'),
  version: 'tlsv1.2',
  suite: suite_for(key_exchange, 'tlsv1.2')!,
  master_secret: new Uint8Array(48).fill(4),
  extended_master_secret: true,
  encrypt_then_mac: false,
  server_name: 'told.example',
  identity: hex('0d'),
  max_fragment_length: 512,
  ...changes,
})

describe('a session', () => {
  test('has all that it takes to go on, and all that tells when not to', () => {
    expect(session_of(done('client'))).toEqual({
      session_id: hex('0102'),
      version: 'tlsv1.2',
      cipher_suite: suite_for('rsa', 'tlsv1.2')!.code,
      master_secret: new Uint8Array(48).fill(4),
      extended_master_secret: true,
      encrypt_then_mac: false,
      server_name: 'asked.example',
      max_fragment_length: 512,
      peer_certificate: undefined,
      own_certificate: undefined,
      policy: 'strict',
      is_resumable: true,
      time_stamp: 77,
    })
    expect(session_of(done('server'))!.server_name).toBe('told.example')
  })

  test('has a secret of its own', () => {
    const data = done('client')
    const session = session_of(data)!
    data.master_secret!.fill(0)
    expect(session.master_secret[0]).toBe(4)
    const again = go_on_with(done('server'), session)
    again.master_secret!.fill(0)
    expect(session.master_secret[0]).toBe(4)
  })

  test.each([
    ['psk', { psk_identity: hex('0a') }, { psk_identity: hex('0d') }],
    ['rsa_psk', { psk_identity: hex('0a') }, { psk_identity: hex('0d') }],
    ['srp_rsa', { srp_user: hex('0b') }, { srp_user: hex('0d') }],
    ['rsa', {}, {}],
  ] as const)('of %s knows as whom the client has come', (key_exchange, client, server) => {
    const who = ({ psk_identity, srp_user }: { psk_identity?: unknown; srp_user?: unknown }) => ({
      ...(psk_identity ? { psk_identity } : {}),
      ...(srp_user ? { srp_user } : {}),
    })
    expect(who(session_of(done('client', key_exchange))!)).toEqual(client)
    expect(who(session_of(done('server', key_exchange))!)).toEqual(server)
  })

  test.each(roles)('is none where the server gave no id, to a %s', role => {
    expect(session_of(done(role, 'rsa', { session_id: hex('') }))).toBeUndefined()
  })

  test.each(roles)('that goes on is no new one, to a %s', role => {
    expect(session_of(done(role, 'rsa', { resumed: true, offered: make_session() }))).toBeUndefined()
  })

  test('in a ticket is for the client to keep', () => {
    const data = done('server', 'rsa', { ticket_expected: true })
    expect(session_of(data)).toBeUndefined()
    expect(session_to_seal(data).master_secret).toEqual(data.master_secret)
    const ticket = { bytes: hex('0708'), lifetime_hint: 30 }
    const kept = session_of(done('client', 'rsa', { session_id: hex(''), ticket_expected: true, ticket }))!
    expect(kept).toMatchObject({ ticket: hex('0708'), ticket_lifetime_hint: 30 })
    expect(kept.session_id).toHaveLength(32)
  })
})

describe('between two engines', () => {
  const people = make_everybody()

  test('an empty ticket is none, and the session is not kept', async () => {
    const everybody = await people
    const settings = scene_settings(everybody, scene('rsa', { ticket: true }))
    const stingy = { server: { seal_ticket: () => undefined } }
    const outcome = meet(everybody, { ...settings, worlds: stingy })
    expect([outcome.client.connected, outcome.server.connected]).toEqual([true, true])
    expect(sessions_in(outcome)).toEqual([undefined, undefined])
  })

  test('a ticket that the server does not take begins a new session', async () => {
    const everybody = await people
    const settings = scene_settings(everybody, scene('rsa', { ticket: true }))
    const [offered] = sessions_in(meet(everybody, settings))
    const forgetful = { server: { resume: () => undefined } }
    const outcome = meet(everybody, { ...settings, offered, worlds: forgetful })
    expect(outcome.client.data.resumed).toBe(false)
    expect(sessions_in(outcome)[0]!.ticket).not.toEqual(offered!.ticket)
  })

  test('a session goes on by its id where the client wants no tickets any more', async () => {
    const everybody = await people
    const settings = scene_settings(everybody, scene('dhe_rsa'))
    const [offered, kept] = sessions_in(meet(everybody, settings))
    const outcome = meet(everybody, { ...settings, offered, kept: [kept!] })
    expect(outcome.server.data.resumed).toBe(true)
    expect(sessions_in(outcome)).toEqual([undefined, undefined])
    exchange(outcome, { server: outcome.server.renegotiate() })
    expect(outcome.server.data.resumed).toBe(false)
  })

  test('a session whose MAC came last goes on in that way only', async () => {
    const everybody = await people
    const settings = scene_settings(everybody, scene('rsa'))
    const [offered, kept] = sessions_in(meet(everybody, settings))
    expect(offered!.encrypt_then_mac).toBe(true)
    const outcome = meet(everybody, { ...settings, offered, kept: [kept!] })
    expect(outcome.client.data).toMatchObject({ resumed: true, encrypt_then_mac: true })
  })
})
