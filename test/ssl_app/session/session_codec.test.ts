import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decode_session, encode_session, session_codec } from '../../../ssl_app/session/session_codec.ts'
import type { Session } from '../../../ssl_app/session/ssl_session.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import { make_session } from '../../support/sessions.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 })
const text = fc.string({ unit: 'binary', maxLength: 40 })

const sessions: fc.Arbitrary<Session> = fc.record({
  session_id: bytes(32),
  version: fc.constantFrom('sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2'),
  cipher_suite: uint(16),
  master_secret: fc.uint8Array({ minLength: 48, maxLength: 48 }),
  extended_master_secret: fc.boolean(),
  encrypt_then_mac: fc.boolean(),
  peer_certificate: maybe(bytes(40)),
  own_certificate: maybe(bytes(40)),
  server_name: maybe(text),
  srp_user: maybe(bytes(40)),
  psk_identity: maybe(bytes(60)),
  max_fragment_length: maybe(uint(16)),
  ticket: maybe(bytes(60)),
  ticket_lifetime_hint: maybe(uint(32)),
  policy: text,
  is_resumable: fc.boolean(),
  time_stamp: fc.maxSafeNat(),
})

describe('the bytes of a session', () => {
  test_codec_laws(session_codec, sessions)

  test('hold whole milliseconds', () => {
    expect(decode_session(encode_session(make_session({ time_stamp: 12.9 })))).toEqual(
      expect.objectContaining({ time_stamp: 12 }),
    )
  })

  test.each<[string, (encoded: Buffer) => Uint8Array]>([
    ['with an unknown version', encoded => encoded.with(0, 9)],
    ['with what is neither true nor false', encoded => encoded.with(52, 2)],
    ['with a name that is no text', encoded => encoded.with(encoded.indexOf('some.name'), 0xff)],
    ['that does not begin', encoded => encoded.subarray(1)],
    ['that is not there', () => new Uint8Array(0)],
  ])('are refused: of one %s', (_name, change) => {
    const encoded = encode_session(make_session({ server_name: 'some.name' }))
    expect(decode_session(encoded)).toBeDefined()
    expect(decode_session(change(Buffer.from(encoded)))).toBeUndefined()
  })

  test('are refused: of one made when no number can tell', () => {
    const encoded = encode_session(
      make_session({ policy: '', own_certificate: undefined, peer_certificate: undefined }),
    )
    // In front of the policy's length and two flags.
    const at = encoded.length - 3 - 2 - 8
    expect(decode_session(encoded.with(at, 0x7f))).toBeUndefined()
    expect(decode_session(encoded.with(at + 3, 0x7f))).toBeDefined()
  })

  test('can be overwritten when the session was read', () => {
    const session = make_session()
    const encoded = encode_session(session)
    const read = decode_session(encoded)
    encoded.fill(0)
    expect(read).toEqual(session)
  })
})
