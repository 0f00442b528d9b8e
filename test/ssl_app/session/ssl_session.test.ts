import { describe, expect, test } from '@jest/globals'
import {
  is_alive,
  is_equivalent,
  is_expired,
  is_session,
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
  own_certificates: [],
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
    expect(suits(session, { ...terms, own_certificates: [bytes('other'), bytes('own')] })).toBe(true)
  })

  test('with an anonymous peer, if it talks to those', () => {
    const session = make_session({ peer_certificate: undefined })
    expect(suits(session, { ...terms, peer_certificate_needed: false })).toBe(true)
  })
})

/** Both ends of a connection that would make the same session. */
describe.each(['client', 'server'] as const)('as whom and for which name a %s goes on', role => {
  const [alice, bob] = [bytes('alice'), bytes('bob')]

  test.each<[string, Partial<Session>, Partial<SessionTerms>, boolean, boolean]>([
    ['the same name', { server_name: 'one.example' }, { server_name: 'one.example' }, true, true],
    ['another name', { server_name: 'one.example' }, { server_name: 'two.example' }, false, false],
    ['no name any more', { server_name: 'one.example' }, {}, false, false],
    ['a name for the first time', {}, { server_name: 'one.example' }, false, false],
    ['the same SRP user', { srp_user: alice }, { srp_user: bytes('alice') }, true, true],
    ['another SRP user', { srp_user: alice }, { srp_user: bob }, false, false],
    // A server need not be told: what the client knows shows who it is.
    ['no SRP user that one would be told of', { srp_user: alice }, {}, false, true],
    ['an SRP user who had not to log in', {}, { srp_user: alice }, true, true],
    ['the same PSK identity', { psk_identity: alice }, { psk_identity: bytes('alice') }, true, true],
    ['another PSK identity', { psk_identity: alice }, { psk_identity: bob }, false, false],
    ['no PSK identity that one would be told of', { psk_identity: alice }, {}, false, true],
    ['fragments of the same length', { max_fragment_length: 512 }, { max_fragment_length: 512 }, true, true],
    [
      'fragments of another length',
      { max_fragment_length: 512 },
      { max_fragment_length: 1024 },
      false,
      false,
    ],
    ['fragments of any length', { max_fragment_length: 512 }, {}, false, false],
    ['shorter fragments than were agreed on', {}, { max_fragment_length: 512 }, true, false],
    ['either way of authenticating records', { encrypt_then_mac: true }, {}, true, true],
  ])('%s', (_name, of_session, of_terms, of_client, of_server) => {
    const suited = suits(make_session(of_session), { ...terms, role, ...of_terms })
    expect(suited).toBe(role === 'client' ? of_client : of_server)
  })
})

describe('a session does not suit a connection', () => {
  test.each<[string, Partial<Session>, Partial<SessionTerms>]>([
    ['with another policy', {}, { policy: 'lax' }],
    ['of which the session was made under another policy', { policy: 'lax' }, {}],
    ['that does not know its version', { version: 'tlsv1' }, {}],
    ['that is not configured for its suite', { cipher_suite: 0x009c }, {}],
    ['that is configured for no suite', {}, { ciphers: [] }],
    ['that shows a certificate where it showed none', {}, { own_certificates: [bytes('own')] }],
    ['that shows no certificate where it showed one', { own_certificate: bytes('own') }, {}],
    [
      'that shows another certificate',
      { own_certificate: bytes('own') },
      { own_certificates: [bytes('other')] },
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

  test.each([
    [5, 5_499, 5_500],
    [20, 10_499, 10_500],
    // RFC 5077: the server did not say.
    [0, 10_499, 10_500],
  ])('as long as the server of its ticket says, %i seconds, if that is less', (hint, good, over) => {
    const with_ticket = { ...session, ticket_lifetime_hint: hint }
    expect([good, over].map(now => is_alive(with_ticket, 10, now))).toEqual([true, false])
  })

  test('not at all with a lifetime of nothing', () => {
    expect(is_alive(session, 0, 500)).toBe(false)
  })
})

describe('what comes back from outside', () => {
  test.each<[string, Record<string, unknown>]>([
    ['is a session', {}],
    [
      'is a session, with all that it may have',
      { ticket: bytes('t'), ticket_lifetime_hint: 1, server_name: 'x' },
    ],
    ['is a session, with room for more', { future: 'field' }],
  ])('%s', (_name, change) => {
    expect(is_session({ ...make_session(), ...change })).toBe(true)
  })

  const wrong: Record<string, unknown> = {
    session_id: 'text',
    version: 'toString',
    cipher_suite: '47',
    master_secret: [1, 2, 3],
    extended_master_secret: undefined,
    encrypt_then_mac: 1,
    peer_certificate: null,
    own_certificate: 'DER',
    server_name: 7,
    srp_user: 'alice',
    psk_identity: 'alice',
    max_fragment_length: '512',
    ticket: {},
    ticket_lifetime_hint: Number.POSITIVE_INFINITY,
    policy: undefined,
    is_resumable: 'true',
    time_stamp: undefined,
  }

  test.each(Object.keys(wrong))('is none with a bad %s', name => {
    expect(is_session({ ...make_session(), [name]: wrong[name] })).toBe(false)
  })

  test.each([undefined, null, 7, 'session', []])('is none: %p', value => {
    expect(is_session(value)).toBe(false)
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
    ['name', { server_name: 'one.example' }],
    ['SRP user', { srp_user: bytes('alice') }],
    ['PSK identity', { psk_identity: bytes('alice') }],
    ['length of fragments', { max_fragment_length: 512 }],
    ['way of authenticating records', { encrypt_then_mac: true }],
  ])('unless they differ in %s', (_name, change) => {
    expect(is_equivalent(session, { ...session, ...change })).toBe(false)
  })
})
