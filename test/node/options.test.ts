// Options as people of Node write them: each has its effect, or is refused; none is ignored.

import { generateKeyPairSync } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import {
  Agent,
  connect,
  createSecureContext,
  createServer,
  type NodeConnectOptions,
} from '../../ssl_app/node.ts'
import { context_options, protocols } from '../../ssl_app/node_options.ts'
import { refusals } from '../../ssl_app/node_refusals.ts'
import { listening, with_node_pki } from '../support/node_servers.ts'

const pki = with_node_pki()
const client = (options: object) => context_options('client', options)
const server = (options: object) => context_options('server', options)
const invalid = expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })

/** What is refused, and that the message says which option it is. */
function expect_refused(name: string, ask: () => unknown): void {
  expect(ask).toThrow(invalid)
  expect(ask).toThrow(`'${name}'`)
}

describe('Versions', () => {
  test.each([
    [{}, ['tlsv1.2']],
    [{ minVersion: 'TLSv1' }, ['tlsv1', 'tlsv1.1', 'tlsv1.2']],
    [{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, ['tlsv1', 'tlsv1.1']],
    [{ maxVersion: 'TLSv1.2' }, ['tlsv1.2']],
  ])('%j are %j', (options, versions) => {
    expect(client(options).versions).toEqual(versions)
  })

  test.each([
    ['minVersion', { minVersion: 'TLSv1.3' }],
    ['minVersion', { minVersion: 'TLSv2' }],
    ['maxVersion', { maxVersion: 'TLSv2' }],
    ['maxVersion', { maxVersion: 'TLSv1.1' }],
  ])('that leave none, or that there are not, are refused: %s', (name, options) => {
    expect_refused(name, () => client(options))
  })

  test('are those of the connection', async () => {
    const { port } = await listening({ ...pki().server, minVersion: 'TLSv1.1' }, stream =>
      stream.end('hello'),
    )
    const stream = connect({ port, ca: pki().ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    expect(await text(stream)).toBe('hello')
    expect(stream.getProtocol()).toBe('TLSv1.1')
  })
})

describe('Lists', () => {
  test('of suites have the names of OpenSSL and of the RFCs, and those of TLS 1.3 are left out', () => {
    const ciphers = 'TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA'
    expect(client({ ciphers }).ciphers).toEqual(['ECDHE-RSA-AES128-GCM-SHA256', 'AES128-SHA'])
  })

  test.each(['HIGH:!aNULL', 'TLS_AES_256_GCM_SHA384', 'NO-SUCH-SUITE', ''])(
    'of suites are refused: %p',
    ciphers => {
      expect_refused('ciphers', () => client({ ciphers }))
    },
  )

  test('of curves have their names in OpenSSL and elsewhere', () => {
    expect(client({ ecdhCurve: 'auto' })).not.toHaveProperty('eccs')
    expect(client({ ecdhCurve: 'X25519:prime256v1:P-384:secp521r1' }).eccs).toEqual([
      'x25519',
      'secp256r1',
      'secp384r1',
      'secp521r1',
    ])
    expect_refused('ecdhCurve', () => client({ ecdhCurve: 'P-255' }))
  })

  test('of signatures have their names in OpenSSL and in the RFC', () => {
    const sigalgs = 'RSA+SHA256:ECDSA+SHA1:RSA-PSS+SHA384:ed25519:rsa_pss_rsae_sha512'
    expect(client({ sigalgs }).signature_algs).toEqual([
      ['sha256', 'rsa'],
      ['sha', 'ecdsa'],
      'rsa_pss_rsae_sha384',
      'ed25519',
      'rsa_pss_rsae_sha512',
    ])
    expect_refused('sigalgs', () => client({ sigalgs: 'RSA+SHA257' }))
  })

  test('of protocols are names, or the bytes of the extension', () => {
    expect(protocols(['h2', Buffer.from('x')])).toEqual(['h2', Buffer.from('x')])
    expect(protocols(Buffer.from('\x02h2\x01x', 'latin1'))).toEqual([Buffer.from('h2'), Buffer.from('x')])
    for (const wrong of ['\x03h2', '\x00', '\x02h2\x05x']) {
      expect_refused('ALPNProtocols', () => protocols(Buffer.from(wrong, 'latin1')))
    }
  })
})

describe('Keys and certificates', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test.each([
    ['pkcs8', 'aes-256-cbc'],
    ['sec1', 'aes-128-cbc'],
  ] as const)('may be encrypted, as %s', (type, cipher) => {
    const [pem, plain] = [
      privateKey.export({ type, format: 'pem', cipher, passphrase: 'secret' }),
      privateKey.export({ type, format: 'der' }),
    ]
    const { cert } = pki().server
    for (const given of [
      { key: pem, passphrase: 'secret' },
      { key: [{ pem, passphrase: 'secret' }], passphrase: 'of another' },
    ]) {
      const [kind, der] = server({ cert, ...given }).key!
      expect([kind, Buffer.from(der)]).toEqual([type === 'pkcs8' ? 'PrivateKeyInfo' : 'ECPrivateKey', plain])
    }
    expect_refused('passphrase', () => server({ cert, key: pem }))
    expect_refused('passphrase', () => server({ cert, key: pem, passphrase: 'wrong' }))
  })

  test('may be several, each certificate with its key', () => {
    const [one, other] = [pki().server, pki().other]
    const { certs_keys } = server({ cert: [one.cert, other.cert], key: [one.key, Buffer.from(other.key)] })
    expect(certs_keys?.map(({ cert, key }) => [cert?.length, key?.[0]])).toEqual([
      [1, 'PrivateKeyInfo'],
      [1, 'PrivateKeyInfo'],
    ])
  })

  test('that are not whole are refused, and nothing of a key is told', () => {
    const { cert, key } = pki().server
    expect_refused('key', () => server({ cert }))
    expect_refused('key', () => server({ key }))
    expect_refused('key', () => server({ cert, key: cert }))
    expect_refused('key', () => server({ cert, key: key + key }))
    expect_refused('cert', () => server({ cert: key, key }))
    expect_refused('cert', () => server({ cert: 17, key }))
    expect_refused('ca', () => server({ ca: 'no PEM' }))
    expect_refused('dhparam', () => server({ dhparam: cert }))
    expect(() => server({ cert, key: 'secret key' })).not.toThrow('secret key')
  })

  test('of authorities may be many in one text, and many texts', () => {
    expect(client({ ca: [pki().ca, pki().server.cert + pki().other.cert] }).cacerts?.length).toBe(3)
  })
})

describe('An option that there is not', () => {
  test.each(Object.keys(refusals))('is refused with what to do instead: %s', name => {
    const options = { port: 1, [name]: 'anything' } as NodeConnectOptions
    expect_refused(name, () => connect(options))
    expect_refused(name, () => createServer({ [name]: 'anything' }))
    expect(() => connect({ ...options, [name]: undefined, port: 0 })).toThrow("'port'")
  })

  test('is refused by whatever name', () => {
    expect_refused('rejectUnauthorised', () => connect({ port: 1, rejectUnauthorised: false } as object))
    expect_refused('verify', () => new Agent({ verify: 'verify_peer' } as object))
    expect_refused('caa', () => createSecureContext({ caa: pki().ca } as object))
    expect_refused('servername', () => createServer({ servername: 'x' } as object))
    expect_refused('path', () => createServer({}).listen({ path: '/tmp/socket' } as object))
  })

  test('of one side is refused on the other', () => {
    expect_refused('dhparam', () => connect({ port: 1, dhparam: 'auto' }))
    expect_refused('honorCipherOrder', () => connect({ port: 1, honorCipherOrder: true }))
    expect_refused('requestCert', () => createServer({ ...pki().server, requestCert: true }))
  })

  test.each([0, 65_536, 1.5, 'http', undefined])('is a port that is none: %p', port => {
    expect_refused('port', () => connect({ port } as object))
  })
})
