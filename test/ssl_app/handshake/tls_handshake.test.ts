import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Codec } from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import {
  decode_handshake,
  empty_handshake_buffer,
  encode_handshake,
  get_tls_handshake,
  type Handshake,
  type HandshakeBuffer,
  max_handshake_size,
} from '../../../ssl_app/handshake/tls_handshake.ts'
import { Alert } from '../../../ssl_app/record/ssl_alert.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

const too_large = new Uint8Array([11, 0x04, 0x00, 0x01])

describe('handshake messages', () => {
  const codec: Codec<Handshake> = {
    read: reader => decode_handshake(reader.take(reader.left), 'tlsv1.2'),
    write: (writer, message) => writer.bytes(encode_handshake(message, 'tlsv1.2')),
  }

  test_codec_laws(codec, values.handshake, { also_throws: [Alert] })

  test.each<[digits: string, message: Handshake]>([
    ['00 000000', ['hello_request', true]],
    [
      '04 000008 00001c20 0002 aabb',
      ['new_session_ticket', { ticket_lifetime_hint: 7200, ticket: hex('aabb') }],
    ],
    ['04 000006 00000000 0000', ['new_session_ticket', { ticket_lifetime_hint: 0, ticket: hex('') }]],
    ['0b 000003 000000', ['certificate', { certificate_list: [] }]],
    ['0c 000001 aa', ['server_key_exchange', hex('aa')]],
    ['0e 000000', ['server_hello_done', true]],
    [
      '0f 000005 0401 0001 aa',
      ['certificate_verify', { algorithm: 'rsa_pkcs1_sha256', signature: hex('aa') }],
    ],
    ['10 000001 aa', ['client_key_exchange', hex('aa')]],
    ['14 000001 aa', ['finished', hex('aa')]],
    ['16 000005 01 000001 aa', ['certificate_status', hex('aa')]],
    ['43 000006 02 6832 02 0000', ['next_protocol', { selected_protocol: 'h2', padding: hex('0000') }]],
    ['fe 000001 aa', [0xfe, hex('aa')]],
  ])('%s', (digits, message) => {
    expect(decode_handshake(hex(digits), 'tlsv1.2')).toEqual(message)
    expect(encode_handshake(message, 'tlsv1.2')).toEqual(hex(digits))
  })

  test('are of the version that was negotiated', () => {
    const verify: Handshake = ['certificate_verify', { signature: hex('aa') }]
    expect(decode_handshake(hex('0f 000003 0001 aa'), 'tlsv1.1')).toEqual(verify)
    expect(() => decode_handshake(hex('0f 000003 0001 aa'), 'tlsv1.2')).toThrow(DecodeError)
  })

  test.each([
    '16 000004 01 000000',
    '16 000005 02 000001 aa',
    '16 000005 01 000002 aa',
    '16 000006 01 000001 aa aa',
  ])('with a status that is empty, of another type or of another size are refused: %s', digits => {
    expect(() => decode_handshake(hex(digits), 'tlsv1.2')).toThrow(DecodeError)
  })

  test('whose body is no ticket are refused', () => {
    expect(() => decode_handshake(hex('04 000005 00000000 00'), 'tlsv1.2')).toThrow(DecodeError)
    expect(() => decode_handshake(hex('04 000007 00000000 0000 00'), 'tlsv1.2')).toThrow(DecodeError)
  })

  test('with something in a body that is empty are refused', () => {
    expect(() => decode_handshake(hex('0e 000001 00'), 'tlsv1.2')).toThrow(DecodeError)
  })
})

describe('get_tls_handshake', () => {
  test('finds the same messages however the stream is cut', () => {
    const cut_stream = fc.tuple(
      fc.array(values.handshake, { maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 12 }),
    )
    fc.assert(
      fc.property(cut_stream, ([messages, cuts]) => {
        const raw = messages.map(message => encode_handshake(message, 'tlsv1.2'))
        const [found, rest] = feed(cut(join(raw), cuts))
        expect(found).toEqual(raw)
        expect(found.map(message => decode_handshake(message, 'tlsv1.2'))).toEqual(messages)
        expect(rest.size).toBe(0)
      }),
    )
  })

  test('finds them when each byte comes alone', () => {
    const raw = [hex('00 000000'), hex('14 000003 010203'), hex('0e 000000')]
    expect(feed(Array.from(join(raw), byte => Uint8Array.of(byte)))[0]).toEqual(raw)
  })

  test('gives a message as soon as its last byte is there, and keeps what is behind it', () => {
    const [none, front] = get_tls_handshake(hex('14 000003 0102'))
    expect(none).toEqual([])
    const [messages, rest] = get_tls_handshake(hex('03 0e 00'), front)
    expect(messages).toEqual([hex('14 000003 010203')])
    expect(rest.size).toBe(2)
    expect(get_tls_handshake(hex('0000'), rest)[0]).toEqual([hex('0e 000000')])
  })

  test('gives views where a fragment holds the whole message', () => {
    const fragment = hex('14 000003 010203 0e 000000')
    const [messages] = get_tls_handshake(fragment)
    expect(messages.map(message => message.buffer)).toEqual([fragment.buffer, fragment.buffer])
  })

  test('leaves the buffer that it was given as it was', () => {
    const [, front] = get_tls_handshake(hex('14 0000'))
    expect(get_tls_handshake(hex('01 aa'), front)[0]).toEqual([hex('14 000001 aa')])
    expect(get_tls_handshake(hex('01 bb'), front)[0]).toEqual([hex('14 000001 bb')])
  })

  test('an empty fragment changes nothing', () => {
    expect(get_tls_handshake(hex(''))).toEqual([[], empty_handshake_buffer])
  })

  test('takes a message of the largest size', () => {
    const largest = new Uint8Array(4 + max_handshake_size)
    largest.set([11, 0x04, 0x00, 0x00])
    expect(get_tls_handshake(largest)[0].map(message => message.length)).toEqual([largest.length])
  })

  test('refuses a larger one as soon as its header is there', () => {
    expect(alert_of(() => get_tls_handshake(too_large))).toBe('handshake_failure')
    expect(alert_of(() => feed(Array.from(too_large, byte => Uint8Array.of(byte))))).toBe('handshake_failure')
    const behind_another = join([hex('0e 000000'), too_large])
    expect(alert_of(() => get_tls_handshake(behind_another))).toBe('handshake_failure')
  })

  test('holds the largest message in few pieces, however small those were that came', () => {
    let buffer = empty_handshake_buffer
    let most = 0
    const one = Uint8Array.of(0)
    for (const byte of [11, 0x04, 0x00, 0x00]) [, buffer] = get_tls_handshake(Uint8Array.of(byte), buffer)
    for (let size = 1; size < max_handshake_size; size++) {
      ;[, buffer] = get_tls_handshake(one, buffer)
      if (size % 1023 === 0) most = Math.max(most, pieces(buffer))
    }
    expect(most).toBeLessThan(32)
    const [messages, rest] = get_tls_handshake(one, buffer)
    expect(messages.map(message => message.length)).toEqual([4 + max_handshake_size])
    expect(rest.size).toBe(0)
  })
})

function feed(fragments: readonly Uint8Array[]): [Uint8Array[], HandshakeBuffer] {
  const found: Uint8Array[] = []
  let buffer = empty_handshake_buffer
  for (const fragment of fragments) {
    const [messages, rest] = get_tls_handshake(fragment, buffer)
    found.push(...messages)
    buffer = rest
  }
  return [found, buffer]
}

function cut(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map(place => place % (stream.length + 1)).sort((left, right) => left - right)
  return [...places, stream.length].map((place, index) => stream.subarray(places[index - 1] ?? 0, place))
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]))
}

function pieces(buffer: HandshakeBuffer): number {
  return buffer.older ? 1 + pieces(buffer.older) : 1
}

function alert_of(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof Alert) return error.description
    throw error
  }
  return 'none'
}
