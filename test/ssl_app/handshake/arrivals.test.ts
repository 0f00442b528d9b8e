import { describe, expect, test } from '@jest/globals'
import { Arrivals, type Heard } from '../../../ssl_app/handshake/arrivals.ts'
import type { HandshakeData } from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import { renegotiation_info_scsv } from '../../../ssl_app/record/cipher_suites.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { make_everybody, scene_settings, suite_for } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { Walk } from '../../support/walks.ts'

const everybody = await make_everybody()

const record = (type: number, ...content: number[]): Uint8Array =>
  Uint8Array.of(type, 3, 3, 0, content.length, ...content)

/** A hello of SSL 2.0 that says the same. */
function old_hello({ client_version, random, cipher_suites }: ClientHello): Uint8Array {
  const specs = cipher_suites.flatMap(code => [0, code >> 8, code & 0xff])
  const body = Uint8Array.of(
    ...[1, client_version >> 8, client_version & 0xff, 0, specs.length, 0, 0, 0, random.length],
    ...specs,
    ...random,
  )
  return Uint8Array.of(0x80, body.length, ...body)
}

const some_hello: ClientHello = {
  client_version: 0x0303,
  random: new Uint8Array(32).fill(9),
  session_id: hex(''),
  cipher_suites: [0x002f, renegotiation_info_scsv],
  compression_methods: ['null'],
}

describe('a hello of SSL 2.0', () => {
  const bytes = old_hello(some_hello)
  const heard: Heard = { message: ['client_hello', some_hello], bytes: bytes.subarray(2) }

  test('is read however it is cut', () => {
    for (let at = 0; at <= bytes.length; at++) {
      const arrivals = new Arrivals(true)
      const [first, second] = [bytes.subarray(0, at), bytes.subarray(at)].map(piece => arrivals.push(piece))
      expect(at === bytes.length ? first : second).toMatchObject(heard)
      if (at < bytes.length) expect(first).toBeUndefined()
    }
    const arrivals = new Arrivals(true)
    const found = [...bytes].map(byte => arrivals.push(Uint8Array.of(byte)))
    expect(found.filter(one => one !== undefined)).toMatchObject([heard])
  })

  test('may have records behind it', () => {
    const arrivals = new Arrivals(true)
    expect(arrivals.push(Uint8Array.of(...bytes, ...record(21, 1, 0)))).toMatchObject(heard)
    expect(arrivals.next_record()).toMatchObject({ type: 'alert' })
  })

  test('may come once, and first', () => {
    const arrivals = new Arrivals(true)
    arrivals.push(bytes)
    expect(thrown_alert(() => arrivals.push(bytes))).toBe('unexpected_message')
    const late = new Arrivals(true)
    late.push(record(21, 1, 90))
    late.next_record()
    expect(thrown_alert(() => late.push(bytes))).toBe('unexpected_message')
  })

  test('may not come to a client', () => {
    expect(thrown_alert(() => new Arrivals(false).push(bytes))).toBe('unexpected_message')
  })
})

describe('a server that gets a hello of SSL 2.0', () => {
  /** A client that has said its hello in the old way; it is what counts in its history. */
  function walk_with_old_hello(version: ProtocolVersion, cut: (bytes: Uint8Array) => Uint8Array[]): Walk {
    const suite = suite_for('rsa', version)!
    const walk = new Walk('server', everybody, scene_settings(everybody, { suite, version }))
    const { rogue } = walk
    const client_hello = { ...rogue.data.client_hello!, extensions: undefined }
    const bytes = old_hello(client_hello)
    const data: HandshakeData = { ...rogue.data, client_hello, history: [bytes.subarray(2)] }
    rogue.data = data
    rogue.plan = []
    for (const piece of cut(bytes)) walk.give(piece)
    return walk
  }

  const byte_by_byte = (bytes: Uint8Array) => [...bytes].map(byte => Uint8Array.of(byte))

  test.each(['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2'] as const)(
    'goes on with what it asks for: %s',
    version => {
      for (const cut of [byte_by_byte, (bytes: Uint8Array) => [bytes]]) {
        const walk = walk_with_old_hello(version, cut).finish()
        expect(walk.refusal).toBeUndefined()
        expect(walk.victim.connected).toBe(true)
        expect(walk.victim.data.version).toBe(version)
        expect(walk.victim.data.secure_renegotiation).toBe(true)
      }
    },
  )

  test('refuses it in a renegotiation', () => {
    const walk = new Walk('server', everybody).finish()
    expect(walk.give(old_hello(some_hello)).refusal).toBe('unexpected_message')
  })

  test.each([
    ['that knows nothing newer', { ...some_hello, client_version: 2 }, 'protocol_version'],
    ['with no suite in common', { ...some_hello, cipher_suites: [0x0a0a] }, 'insufficient_security'],
  ])('refuses one %s', (_what, hello, alert) => {
    const walk = new Walk('server', everybody).give(old_hello(hello as ClientHello))
    expect(walk.refusal).toBe(alert)
  })

  test('refuses one that is malformed', () => {
    const wrong = old_hello(some_hello)
    wrong[8] = 1
    expect(new Walk('server', everybody).give(wrong).refusal).toBe('decode_error')
  })
})

describe('arrivals', () => {
  test('are records, in order, of which the last may be on its way', () => {
    const arrivals = new Arrivals(false)
    const bytes = Uint8Array.of(...record(21, 1, 90), ...record(22, 0, 0, 0, 0), 23, 3)
    arrivals.push(bytes)
    expect(arrivals.waiting).toBe(2)
    expect([arrivals.next_record()!.type, arrivals.next_record()!.type]).toEqual(['alert', 'handshake'])
    expect([arrivals.next_record(), arrivals.waiting]).toEqual([undefined, 0])
    arrivals.compact()
    arrivals.push(Uint8Array.of(3, 0, 1, 7))
    expect(arrivals.next_record()).toMatchObject({ type: 'application_data', fragment: hex('07') })
  })

  test('are messages, put together of fragments', () => {
    const arrivals = new Arrivals(false)
    arrivals.push_fragment(hex('00000000 0e0000'))
    expect([arrivals.is_inside_message, arrivals.next_message()]).toEqual([true, hex('00000000')])
    expect([arrivals.is_inside_message, arrivals.next_message()]).toEqual([true, undefined])
    arrivals.push_fragment(hex('00'))
    expect(arrivals.next_message()).toEqual(hex('0e000000'))
    expect(arrivals.is_inside_message).toBe(false)
  })

  test('are looked at behind whole records when those have been taken', () => {
    const arrivals = new Arrivals(false)
    arrivals.push(Uint8Array.of(...record(21, 1, 90), ...Buffer.from('GET /')))
    expect(thrown_alert(() => arrivals.look())).toBe('none')
    arrivals.next_record()
    expect(thrown_alert(() => arrivals.look())).toBe('unexpected_message')
  })

  test('are left over byte for byte, records and what is none, when nobody takes them', () => {
    const arrivals = new Arrivals(false)
    const stream = Buffer.of(...record(21, 1, 0), ...record(22, 5, 6, 7), ...record(23), ...hex('17 03'))
    arrivals.push(stream)
    arrivals.next_record()
    expect(arrivals.left_over).toEqual(stream.subarray(record(21, 1, 0).length))
    arrivals.clear()
    expect(arrivals.left_over).toEqual(Buffer.alloc(0))
  })

  test('can all be dropped', () => {
    const arrivals = new Arrivals(false)
    arrivals.push(Uint8Array.of(...record(21, 1, 90), 22))
    arrivals.push_fragment(hex('00000000 0e'))
    arrivals.clear()
    expect([arrivals.next_record(), arrivals.next_message(), arrivals.is_inside_message]).toEqual([
      undefined,
      undefined,
      false,
    ])
    arrivals.push(record(23, 1))
    expect(arrivals.waiting).toBe(1)
  })
})
