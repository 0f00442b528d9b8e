import { afterEach, describe, expect, test } from '@jest/globals'
import { supports } from '../../apps/crypto/crypto.ts'
import { all_curves } from '../../apps/crypto/curves.ts'
import { set_env, unset_env } from '../../apps/kernel/application.ts'
import { run } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'

const environment = (versions: unknown) => set_env('ssl', 'protocol_version', versions)

afterEach(() => void unset_env('ssl', 'protocol_version'))

describe('the application, while it is not started', () => {
  test('tells its versions', () => {
    expect(ssl.versions()).toEqual({
      ssl_app: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      supported: ['tlsv1.2', 'tlsv1.1', 'tlsv1'],
      available: ['tlsv1.2', 'tlsv1.1', 'tlsv1', 'sslv3'],
    })
    environment(['sslv3', 'tlsv1'])
    expect(ssl.versions().supported).toEqual(['tlsv1', 'sslv3'])
    expect(ssl.versions().available).toHaveLength(4)
  })

  test.each([
    ['tlsv1.2', 45, 106],
    [['tlsv1.1', 'tlsv1.2'], 45, 106],
    ['tlsv1.1', 14, 59],
    ['tlsv1', 14, 59],
    ['sslv3', 6, 43],
  ])('tells its suites for %j: %i, and %i with those on request', (versions, unasked, all) => {
    environment(versions)
    expect(ssl.cipher_suites()).toHaveLength(unasked)
    expect(ssl.cipher_suites('all')).toHaveLength(all)
    expect(ssl.cipher_suites('all').slice(0, unasked)).toEqual(ssl.cipher_suites('erlang'))
  })

  test('tells its suites as OpenSSL names them, and as they are where OTP knows no such name', () => {
    const names = ssl.cipher_suites('openssl')
    expect(names).toHaveLength(ssl.cipher_suites().length)
    expect(names.slice(0, 2)).toEqual(['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'])
    expect(ssl.cipher_suites('all')).toContainEqual(['rsa', '3des_ede_cbc', 'sha'])
    expect(ssl.cipher_suites('all')).toContainEqual(['psk', 'aes_256_cbc', 'sha384'])
  })

  test('has no other list of suites', () => {
    expect(() => ssl.cipher_suites('some' as never)).toThrow('badarg')
  })

  test('tells its curves, as OTP orders them', () => {
    expect(ssl.eccs()).toEqual(all_curves.filter(curve => supports().curves.includes(curve)))
    expect(ssl.eccs('tlsv1')).toEqual(ssl.eccs())
  })

  test.each(['sslv3', 'tlsv1.3', 'dtlsv1'])('has no curves for %s', version => {
    expect(() => ssl.eccs(version as never)).toThrow('badarg')
  })

  test('is not stopped', () =>
    run(async () => {
      expect(await ssl.stop()).toEqual(['error', ['not_started', 'ssl']])
    }))
})
