import { describe, expect, test } from '@jest/globals'
import { type Codec, decode, encode } from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import {
  type ClientHelloExtension,
  client_hello_extensions,
  extension_code,
  get_extension,
  type ServerHelloExtension,
  server_hello_extensions,
} from '../../../ssl_app/handshake/hello_extensions.ts'
import { Alert } from '../../../ssl_app/record/ssl_alert.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

/** One row of the table: its bytes in a list of one, and what it means in each message. */
const in_client_hello: readonly [digits: string, extension: ClientHelloExtension][] = [
  ['0000 000e 000c 00 0009 6c6f63616c686f7374', ['server_name', 'localhost']],
  ['0001 0001 01', ['max_fragment_length', 512]],
  ['0001 0001 04', ['max_fragment_length', 4096]],
  ['000a 0006 0004 001d 0017', ['supported_groups', ['x25519', 'secp256r1']]],
  ['000b 0002 01 00', ['ec_point_formats', ['uncompressed']]],
  ['000c 0006 05 616c696365', ['srp', hex('616c696365')]],
  ['000d 0006 0004 0403 0804', ['signature_algorithms', ['ecdsa_secp256r1_sha256', 'rsa_pss_rsae_sha256']]],
  ['0010 000e 000c 02 6832 08 687474702f312e31', ['alpn', ['h2', 'http/1.1']]],
  ['0016 0000', ['encrypt_then_mac', true]],
  ['0017 0000', ['extended_master_secret', true]],
  ['001c 0002 0040', ['record_size_limit', 64]],
  ['001c 0002 4001', ['record_size_limit', 16385]],
  [
    '0005 0009 01 0000 0004 30023000',
    ['status_request', ['ocsp', { responder_ids: hex(''), request_extensions: hex('30023000') }]],
  ],
  ['0005 0003 02 aabb', ['status_request', [2, hex('aabb')]]],
  ['0023 0000', ['session_ticket', hex('')]],
  ['0023 0003 aabbcc', ['session_ticket', hex('aabbcc')]],
  ['3374 0000', ['next_protocol_negotiation', true]],
  ['ff01 000d 0c 000102030405060708090a0b', ['renegotiation_info', hex('000102030405060708090a0b')]],
  ['1a1a 0001 00', [0x1a1a, hex('00')]],
]

const in_server_hello: readonly [digits: string, extension: ServerHelloExtension][] = [
  ['0000 0000', ['server_name', true]],
  ['0001 0001 02', ['max_fragment_length', 1024]],
  ['000b 0004 03 000102', ['ec_point_formats', point_formats()]],
  ['0010 0005 0003 02 6832', ['alpn', 'h2']],
  ['0016 0000', ['encrypt_then_mac', true]],
  ['0017 0000', ['extended_master_secret', true]],
  ['001c 0002 4000', ['record_size_limit', 16384]],
  ['0023 0000', ['session_ticket', true]],
  ['3374 000c 02 6832 08 687474702f312e31', ['next_protocol_negotiation', ['h2', 'http/1.1']]],
  ['3374 0000', ['next_protocol_negotiation', []]],
  ['ff01 0001 00', ['renegotiation_info', hex('')]],
  ['000a 0004 0002 001d', [10, hex('0002 001d')]],
  ['000c 0002 01 61', [12, hex('0161')]],
]

describe('the extensions of a client_hello', () => {
  test_codec_laws(client_hello_extensions, values.client_hello_extensions, { also_throws: [Alert] })

  test.each(in_client_hello)('%s', (digits, extension) => {
    expect_row(client_hello_extensions, digits, extension)
  })

  test.each([
    ['server_name without a list', '0000 0000'],
    ['an empty list of names', '0000 0002 0000'],
    ['an empty name', '0000 0005 0003 00 0000'],
    ['a name of an unknown type', '0000 0006 0004 01 0001 61'],
    ['a name that is longer than any in DNS', `0000 0105 0103 00 0100 ${'61'.repeat(256)}`],
    ['two names', '0000 000a 0008 00 0001 61 00 0001 62'],
    ['no groups', '000a 0002 0000'],
    ['half a group', '000a 0003 0001 00'],
    ['no point formats', '000b 0001 00'],
    ['no signature algorithms', '000d 0002 0000'],
    ['no max_fragment_length', '0001 0000'],
    ['max_fragment_length of two bytes', '0001 0002 0101'],
    ['an empty user name', '000c 0001 00'],
    ['srp without a user name', '000c 0000'],
    ['something behind the user name', '000c 0003 01 61 62'],
    ['something in encrypt_then_mac', '0016 0001 00'],
    ['half a record_size_limit', '001c 0001 40'],
    ['half a signature algorithm', '000d 0005 0003 040304'],
    ['something in extended_master_secret', '0017 0001 00'],
    ['something behind renegotiation_info', 'ff01 0002 0000'],
    ['an extension that is longer than the list', '1a1a 0002 00'],
  ])('%s is refused', (_what, digits) => {
    expect(() => decode(client_hello_extensions, list_of(digits))).toThrow(DecodeError)
  })

  test.each([
    ['no protocols', '0010 0002 0000'],
    ['an empty name', '0010 0003 0001 00'],
    ['a name that is cut', '0010 0004 0002 02 68'],
    ['something behind the list', '0010 0006 0003 02 6832 00'],
  ])('alpn with %s is a handshake_failure', (_what, digits) => {
    expect(alert_of(client_hello_extensions, digits)).toBe('handshake_failure')
  })
})

describe.each([
  ['client_hello', client_hello_extensions],
  ['server_hello', server_hello_extensions],
] as const)('in a %s', (_message, codec: Codec<unknown>) => {
  test.each([
    ['max_fragment_length 0', '0001 0001 00'],
    ['max_fragment_length 5', '0001 0001 05'],
    ['max_fragment_length 255', '0001 0001 ff'],
    ['record_size_limit 0', '001c 0002 0000'],
    ['record_size_limit 63', '001c 0002 003f'],
  ])('%s is an illegal_parameter', (_what, digits) => {
    expect(alert_of(codec, digits)).toBe('illegal_parameter')
  })
})

describe('the extensions of a server_hello', () => {
  test_codec_laws(server_hello_extensions, values.server_hello_extensions, { also_throws: [Alert] })

  test.each(in_server_hello)('%s', (digits, extension) => {
    expect_row(server_hello_extensions, digits, extension)
  })

  test('alpn with two protocols is a handshake_failure', () => {
    expect(alert_of(server_hello_extensions, '0010 0006 0004 01 61 01 62')).toBe('handshake_failure')
  })
})

describe('next_protocol_negotiation', () => {
  test('with something in it from a client is a handshake_failure', () => {
    expect(alert_of(client_hello_extensions, '3374 0003 02 6832')).toBe('handshake_failure')
  })

  test.each([
    ['an empty name', '3374 0001 00'],
    ['an empty name behind another', '3374 0004 02 6832 00'],
    ['a name that is cut', '3374 0003 03 6832'],
  ])('with %s from a server is a handshake_failure', (_what, digits) => {
    expect(alert_of(server_hello_extensions, digits)).toBe('handshake_failure')
  })
})

describe('a list of extensions', () => {
  test('keeps their order, known or not', () => {
    const bytes = list_of('1a1a 0000 0017 0000 2a2a 0000')
    const extensions = decode(client_hello_extensions, bytes)
    expect(extensions.map(([name]) => name)).toEqual([0x1a1a, 'extended_master_secret', 0x2a2a])
    expect(encode(client_hello_extensions, extensions)).toEqual(bytes)
  })

  test('refuses the same extension twice, known or not', () => {
    expect(alert_of(client_hello_extensions, '0017 0000 1a1a 0000 0017 0000')).toBe('illegal_parameter')
    expect(alert_of(client_hello_extensions, '1a1a 0000 0017 0000 1a1a 0001 00')).toBe('illegal_parameter')
    expect(alert_of(server_hello_extensions, '0017 0000 0017 0000')).toBe('illegal_parameter')
  })

  test('has nothing in it where a server answers a ticket', () => {
    expect(() => decode(server_hello_extensions, list_of('0023 0001 aa'))).toThrow(DecodeError)
  })

  test('does not write a protocol name that cannot be written', () => {
    expect(() => encode(client_hello_extensions, [['alpn', ['']]])).toThrow(RangeError)
  })
})

describe('get_extension', () => {
  const extensions: readonly ClientHelloExtension[] = [
    [0x1a1a, hex('')],
    ['server_name', 'localhost'],
    ['extended_master_secret', true],
  ]

  test('is the value of the extension of that name', () => {
    const name: string | undefined = get_extension(extensions, 'server_name')
    expect(name).toBe('localhost')
    expect(get_extension(extensions, 'extended_master_secret')).toBe(true)
  })

  test('is undefined when it is not there, or when there are none', () => {
    expect(get_extension(extensions, 'alpn')).toBeUndefined()
    expect(get_extension<ClientHelloExtension, 'alpn'>(undefined, 'alpn')).toBeUndefined()
  })
})

test('extension_code is the number on the wire, in either message', () => {
  for (const [digits, extension] of [...in_client_hello, ...in_server_hello]) {
    expect(extension_code(extension)).toBe(Number.parseInt(digits.slice(0, 4), 16))
  }
})

function expect_row<T>(codec: Codec<readonly T[]>, digits: string, extension: T): void {
  expect(decode(codec, list_of(digits))).toEqual([extension])
  expect(encode(codec, [extension])).toEqual(list_of(digits))
}

function list_of(digits: string): Uint8Array {
  const list = hex(digits)
  return Uint8Array.of(list.length >> 8, list.length & 0xff, ...list)
}

function alert_of<T>(codec: Codec<T>, digits: string): string {
  try {
    decode(codec, list_of(digits))
  } catch (error) {
    if (error instanceof Alert) return error.description
    throw error
  }
  return 'none'
}

function point_formats() {
  return ['uncompressed', 'ansiX962_compressed_prime', 'ansiX962_compressed_char2'] as const
}
