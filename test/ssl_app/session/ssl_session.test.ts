import { describe, expect, test } from '@jest/globals'
import {
  is_alive,
  is_equivalent,
  is_expired,
  type Session,
  type SessionTerms,
  suits,
} from '../../../ssl_app/session/ssl_session.ts'
import { make_session } from '../../support/sessions.ts'

const bytes = (text: string) => Buffer.from(text)

const terms: SessionTerms = {
  role: 'client',
  versions: ['tlsv1.1', 'tlsv1.2'],
  ciphers: [{ code: 0xc030 }, { code: 0xc02f }],
  own_certificate: undefined,
  policy: 'strict',
  peer_certificate_needed: true,
  server_name: undefined,
  srp_user: undefined,
  psk_identity: undefined,
  max_fragment_length: undefined,
}

describe('a session suits a connection', () => {
  test('that would have made the same', () => {
    expect(suits(make_session(), terms)).toBe(true)
  })

  test('that shows the same certificate', () => {
    const session = make_session({ own_certificate: bytes('own') })
    expect(suits(session, { ...terms, own_certificate: bytes('own') })).toBe(true)
  })

  test('with an anonymous peer, if it talks to those', () => {
    const session = make_session({ peer_certificate: undefined })
    expect(suits(session, { ...terms, peer_certificate_needed: false })).toBe(true)
  })
})

describe('a session does not suit a connection', () => {
  test.each<[string, Partial<Session>, Partial<SessionTerms>]>([
    ['with another policy', {}, { policy: 'lax' }],
    ['of which the session was made under another policy', { policy: 'lax' }, {}],
    ['that does not know its version', { version: 'tlsv1' }, {}],
    ['that is not configured for its suite', { cipher_suite: 0x009c }, {}],
    ['that is configured for no suite', {}, { ciphers: [] }],
    ['that shows a certificate where it showed none', {}, { own_certificate: bytes('own') }],
    ['that shows no certificate where it showed one', { own_certificate: bytes('own') }, {}],
    [
      'that shows another certificate',
      { own_certificate: bytes('own') },
      { own_certificate: bytes('other') },
    ],
    ['that talks to nobody without a certificate', { peer_certificate: undefined }, {}],
  ])('%s', (_name, of_session, of_terms) => {
    expect(suits(make_session(of_session), { ...terms, ...of_terms })).toBe(false)
  })
})

describe('a session lives', () => {
  const session = make_session({ time_stamp: 500 })

  test('until it has reached its age', () => {
    expect([is_alive(session, 10, 10_499), is_expired(session, 10, 10_499)]).toEqual([true, false])
    expect([is_alive(session, 10, 10_500), is_expired(session, 10, 10_500)]).toEqual([false, true])
  })

  test('until it is invalidated', () => {
    expect(is_alive({ ...session, is_resumable: false }, 10, 500)).toBe(false)
  })

  test('not at all with a lifetime of nothing', () => {
    expect(is_alive(session, 0, 500)).toBe(false)
  })
})

describe('two sessions are equivalent', () => {
  const session = make_session({ own_certificate: bytes('own') })

  test('whatever their ids, secrets and ages', () => {
    expect(is_equivalent(session, make_session({ own_certificate: bytes('own'), time_stamp: 9 }))).toBe(true)
  })

  test.each<[string, Partial<Session>]>([
    ['version', { version: 'tlsv1' }],
    ['suite', { cipher_suite: 0xc030 }],
    ['kind of master secret', { extended_master_secret: false }],
    ['policy', { policy: 'lax' }],
    ['peer', { peer_certificate: bytes('another peer') }],
    ['peer, who is nobody', { peer_certificate: undefined }],
    ['own certificate', { own_certificate: bytes('other') }],
  ])('unless they differ in %s', (_name, change) => {
    expect(is_equivalent(session, { ...session, ...change })).toBe(false)
  })
})
