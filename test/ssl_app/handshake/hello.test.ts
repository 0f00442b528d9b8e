import { describe, expect, test } from '@jest/globals'
import { decode, encode, sized, uint24 } from '../../../runtime/binary/codec.ts'
import { DecodeError } from '../../../runtime/binary/reader.ts'
import { client_hello, server_hello } from '../../../ssl_app/handshake/hello.ts'
import { Alert } from '../../../ssl_app/record/ssl_alert.ts'
import { test_codec_laws } from '../../support/codec_laws.ts'
import * as values from '../../support/handshake_values.ts'
import { hex } from '../../support/hex.ts'

const random = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'

describe('client_hello', () => {
  // The extensions may be absent, so a prefix is only refused where the length of the whole is known.
  test_codec_laws(sized(uint24, client_hello), values.client_hello, { also_throws: [Alert] })

  const without_extensions = `0303 ${random} 02 aabb 0004 c02b 00ff 01 00`

  test('reads like RFC 5246', () => {
    const hello = {
      client_version: 0x0303,
      random: hex(random),
      session_id: hex('aabb'),
      cipher_suites: [0xc02b, 0x00ff],
      compression_methods: ['null' as const],
    }
    expect(decode(client_hello, hex(without_extensions))).toEqual(hello)
    expect(encode(client_hello, hello)).toEqual(hex(without_extensions))
  })

  test('no extensions and an empty list of them are not the same bytes', () => {
    expect(decode(client_hello, hex(without_extensions)).extensions).toBeUndefined()
    const empty_list = hex(`${without_extensions} 0000`)
    expect(decode(client_hello, empty_list).extensions).toEqual([])
    expect(encode(client_hello, decode(client_hello, empty_list))).toEqual(empty_list)
  })

  test('a list of extensions that says it is shorter or longer than it is is refused', () => {
    expect(() => decode(client_hello, hex(`${without_extensions} 0003 00170000`))).toThrow(DecodeError)
    expect(() => decode(client_hello, hex(`${without_extensions} 0005 00170000`))).toThrow(DecodeError)
  })

  test.each([
    ['a session id of 33 bytes', `0303 ${random} 21 ${random}00 0002 c02b 01 00`],
    ['no suites', `0303 ${random} 00 0000 01 00`],
    ['half a suite', `0303 ${random} 00 0003 c02bc0 01 00`],
    ['no compression methods', `0303 ${random} 00 0002 c02b 00`],
  ])('%s is refused', (_what, digits) => {
    expect(() => decode(client_hello, hex(digits))).toThrow(DecodeError)
  })
})

describe('server_hello', () => {
  test_codec_laws(sized(uint24, server_hello), values.server_hello, { also_throws: [Alert] })

  test('reads like RFC 5246', () => {
    const digits = `0303 ${random} 00 c030 00 0005 ff010001 00`
    const hello = {
      server_version: 0x0303,
      random: hex(random),
      session_id: hex(''),
      cipher_suite: 0xc030,
      compression_method: 'null' as const,
      extensions: [['renegotiation_info', hex('')] as const],
    }
    expect(decode(server_hello, hex(digits))).toEqual(hello)
    expect(encode(server_hello, hello)).toEqual(hex(digits))
  })
})
