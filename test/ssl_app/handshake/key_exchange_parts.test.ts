import { describe, expect, test } from '@jest/globals'
import { key_exchange_parts } from '../../../ssl_app/handshake/key_exchange_parts.ts'
import { type KeyExchange, known_suites } from '../../../ssl_app/record/cipher_suites.ts'

const key_exchanges = Object.keys(key_exchange_parts) as KeyExchange[]

const those = (holds: (parts: (typeof key_exchange_parts)[KeyExchange]) => boolean) =>
  key_exchanges.filter(name => holds(key_exchange_parts[name])).sort()

describe('key_exchange_parts', () => {
  test('are there for the key exchange of every suite', () => {
    expect(new Set(known_suites().map(suite => suite.key_exchange))).toEqual(new Set(key_exchanges))
  })

  test('tell where the premaster secret is from', () => {
    expect(those(({ share }) => share === 'none')).toEqual(['psk'])
    expect(those(({ share }) => share === 'rsa')).toEqual(['rsa', 'rsa_psk'])
    expect(those(({ share }) => share === 'dh')).toEqual(['dh_anon', 'dhe_dss', 'dhe_psk', 'dhe_rsa'])
    expect(those(({ share }) => share === 'srp')).toEqual(['srp_anon', 'srp_dss', 'srp_rsa'])
    expect(those(({ share }) => share === 'ecdh')).toHaveLength(5)
    expect(those(({ psk }) => psk)).toEqual(['dhe_psk', 'psk', 'rsa_psk'])
  })

  test('tell whether the server shows a certificate', () => {
    expect(those(({ certificate }) => !certificate)).toEqual([
      'dh_anon',
      'dhe_psk',
      'ecdh_anon',
      'psk',
      'srp_anon',
    ])
  })

  test('tell whether it signs: those that have a certificate and a share of their own do', () => {
    expect(those(({ signed }) => signed)).toEqual([
      'dhe_dss',
      'dhe_rsa',
      'ecdhe_ecdsa',
      'ecdhe_rsa',
      'srp_dss',
      'srp_rsa',
    ])
    expect(those(({ signed }) => signed)).toEqual(
      those(({ certificate, ephemeral }) => certificate && ephemeral),
    )
  })

  test('tell whether it sends a ServerKeyExchange', () => {
    expect(those(({ server_key_exchange }) => server_key_exchange === 'never')).toEqual([
      'ecdh_ecdsa',
      'ecdh_rsa',
      'rsa',
    ])
    expect(those(({ server_key_exchange }) => server_key_exchange === 'optional')).toEqual(['psk', 'rsa_psk'])
    expect(those(({ ephemeral }) => ephemeral)).toEqual(
      those(({ server_key_exchange }) => server_key_exchange === 'always'),
    )
  })
})
