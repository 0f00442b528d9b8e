// Servers that staple what their OCSP responder says of them, and Kista's client, which believes it or not.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { integer, octet_string, sequence } from '../../apps/public_key/pubkey_der_writer.ts'
import * as oids from '../../apps/public_key/pubkey_oids.ts'
import type { ConnectOptions } from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf, type TestCertificate, type TestOptions } from '../support/certificates.ts'
import { hex } from '../support/hex.ts'
import { type AnswerToMake, make_extension, make_ocsp_response, refusal } from '../support/ocsp_responses.ts'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { gnutls } from './support/gnutls.ts'
import { kista } from './support/kista.ts'
import { call } from './support/kista_call.ts'
import { openssl } from './support/openssl.ts'
import { type OpensslAuthority, start_authority } from './support/openssl_authority.ts'
import { found } from './support/peer.ts'
import { type PeerProcess, start_process } from './support/peer_process.ts'
import { start_confined } from './support/private_network.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'
import { suites } from './support/suites.ts'

with_kista()

const hour = 60 * 60_000
const responder_options: TestOptions = {
  subject: 'CN=Responder',
  key_usage: ['digitalSignature'],
  ext_key_usage: [oids.id_kp_OCSPSigning],
  subject_alt_names: undefined,
}

let issuer: TestCertificate
let good: TestCertificate
let revoked: TestCertificate
/** Its certificate says that its server staples. */
let stapler: TestCertificate
let authority: OpensslAuthority
let cacertfile: string
beforeAll(async () => {
  issuer = await make_ca()
  const must_staple = { extnID: oids.id_pe_tlsfeature, critical: false, extnValue: sequence(integer(5)) }
  good = await make_leaf(issuer)
  revoked = await make_leaf(issuer)
  stapler = await make_leaf(issuer, { extensions: [must_staple] })
  authority = await start_authority(issuer, [
    { certificate: good },
    { certificate: stapler },
    { certificate: revoked, revoked: 'keyCompromise' },
  ])
  cacertfile = await authority.write('root.pem', issuer.cert_pem)
})
afterAll(() => authority.remove())

interface Stapling {
  readonly server: TestCertificate
  /** DER. Default: none */
  readonly response?: Uint8Array | undefined
  readonly args?: readonly string[]
}

const identity_of = async ({ cert_pem, key_pem }: TestCertificate) => ({
  cert: await authority.write('server.pem', cert_pem),
  key: await authority.write('server.key', key_pem),
})

/** OpenSSL's server, that sends each line back reversed and tells when it is asked for a staple. */
async function start_server({ server, response, args = [] }: Stapling): Promise<[PeerProcess, port: number]> {
  const { cert, key } = await identity_of(server)
  const staple = response && ['-status_file', await authority.write('staple.der', response)]
  const running = start_process('openssl', [
    ...['s_server', '-accept', '127.0.0.1:0', '-rev', '-no_tls1_3', '-no_ticket'],
    ...['-cert', cert, '-key', key, '-CAfile', cacertfile, '-status_verbose', ...(staple ?? []), ...args],
  ])
  const port = await running.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout))
  return [running, Number(port)]
}

/** What the client gets, and what the server says. */
async function meet(stapling: Stapling, options: ConnectOptions = {}) {
  const [server, port] = await start_server(stapling)
  const report = await call(port, { cacertfile, stapling: 'staple', ...options })
  await server.stop()
  return { report, asked: server.said.output.includes('cert_status: callback called') }
}

const hello = 'hello'
const hello_back = 'olleh'
const answer_about = async (certificate: TestCertificate) =>
  authority.answer(await authority.request(certificate))

/** As a responder of the issuer would say it, but for what the test says. */
function made(
  answer: Partial<AnswerToMake>,
  this_update = Date.now(),
  extensions: Uint8Array[] = [],
): Uint8Array {
  const single = { certificate: good.cert_der, issuer: issuer.cert_der, this_update }
  return make_ocsp_response({
    ...{ responder: issuer, singles: [single], produced_at: this_update, extensions },
    ...answer,
  })
}

describe_with([openssl], "Of OpenSSL's server", () => {
  test('a staple is asked for only where the client wants one', async () => {
    const stapling = { server: good, response: await answer_about(good) }

    expect(await meet(stapling)).toEqual({ report: hello_back, asked: true })
    expect(await meet(stapling, { stapling: 'no_staple' })).toEqual({ report: hello_back, asked: false })
  })

  test.each(['tlsv1', 'tlsv1.1', 'tlsv1.2'] as const)(
    'a staple says good or revoked: in %s',
    async version => {
      const any = { args: ['-cipher', 'ALL:@SECLEVEL=0'] }
      for (const [server, expected] of [
        [good, hello_back],
        [revoked, 'certificate revoked'],
      ] as const) {
        const stapling = { server, response: await answer_about(server), ...any }
        const { report } = await meet(stapling, { versions: [version] })
        expect(report).toBe(expected)
      }
    },
  )

  test('a certificate that is revoked is accepted by who does not ask', async () => {
    const stapling = { server: revoked, response: await answer_about(revoked) }
    expect((await meet(stapling, { stapling: 'no_staple' })).report).toBe(hello_back)
  })

  test('a certificate that is revoked is overlooked with verify_none', async () => {
    const stapling = { server: revoked, response: await answer_about(revoked) }
    expect((await meet(stapling, { verify: 'verify_none' })).report).toBe(hello_back)
  })

  test('no staple is as good as one, unless the certificate says that there is one', async () => {
    expect(await meet({ server: good })).toMatchObject({ report: hello_back })
    expect(await meet({ server: stapler })).toMatchObject({ report: 'bad certificate' })
    expect(await meet({ server: stapler }, { stapling: 'no_staple' })).toMatchObject({ report: hello_back })
    const response = await answer_about(stapler)
    expect(await meet({ server: stapler, response })).toMatchObject({ report: hello_back })
  })

  describe('a staple is refused', () => {
    test.each<readonly [string, () => Promise<Uint8Array> | Uint8Array]>([
      ['that is over', () => made({}, Date.now() - 30 * hour)],
      ['of tomorrow', () => made({}, Date.now() + hour)],
      ['about another certificate', () => answer_about(stapler)],
      [
        'of a responder that does not know the certificate',
        async () => answer_about(await make_leaf(issuer)),
      ],
      ['of a responder that has no answer', () => refusal(3)],
      ['of somebody else', async () => made({ responder: await make_ca({ subject: 'CN=Else' }) })],
      ['of a responder that is not for answers', async () => made({ responder: await make_leaf(issuer) })],
      ['signed by somebody else', () => made({ signer: good })],
    ])('%s', async (_flaw, response) => {
      expect((await meet({ server: good, response: await response() })).report).toBe('bad certificate')
    })
  })

  test('a staple can be of a responder that the issuer has appointed', async () => {
    const responder = await make_leaf(issuer, responder_options)
    for (const [server, expected] of [
      [good, hello_back],
      [revoked, 'certificate revoked'],
    ] as const) {
      const response = await authority.answer(await authority.request(server), { responder })
      expect((await meet({ server, response })).report).toBe(expected)
    }
  })

  test('a staple can be of RSA, and of the keys of another curve', async () => {
    for (const algorithm of ['rsa', 'secp384r1'] as const) {
      const responder = await make_leaf(issuer, { ...responder_options, algorithm })
      const response = await authority.answer(await authority.request(good), { responder })
      expect((await meet({ server: good, response })).report).toBe(hello_back)
    }
  })

  test('a staple is for the first handshake: a session goes on without one', async () => {
    const [server, port] = await start_server({ server: good, response: await answer_about(good) })
    for (let connection = 1; connection <= 2; connection++)
      expect(await call(port, { cacertfile, stapling: 'staple' })).toBe(hello_back)
    await server.stop()

    expect(server.said.output.match(/cert_status: callback called/g)).toHaveLength(1)
  })

  test('a staple with the nonce of another question is refused, and one with none is not', async () => {
    const nonce = make_extension(oids.id_pkix_ocsp_nonce, octet_string(hex('0102030405060708')))
    const stapling = { server: good, response: made({}, Date.now(), [nonce]) }

    expect((await meet(stapling, { stapling: { ocsp_nonce: true } })).report).toBe('bad certificate')
    expect((await meet(stapling, { stapling: { ocsp_nonce: false } })).report).toBe(hello_back)
    const without = { server: good, response: made({}) }
    expect((await meet(without, { stapling: { ocsp_nonce: true } })).report).toBe(hello_back)
  })
})

describe_with([openssl, gnutls], "GnuTLS's server", () => {
  test.each([
    ['good', () => good, hello],
    ['revoked', () => revoked, 'certificate revoked'],
  ] as const)('staples that it is %s', async (_what, of, expected) => {
    const { cert, key } = await identity_of(of())
    const staple = await authority.write('staple.der', await answer_about(of()))
    const server = await start_confined('gnutls-serv', port => [
      ...['--echo', '--port', `${port}`, '--disable-client-cert', '--priority', 'NORMAL:-VERS-TLS1.3'],
      ...['--x509certfile', cert, '--x509keyfile', key, '--ocsp-response', staple],
      '--ignore-ocsp-response-errors',
    ])

    expect(await call(server.port, { cacertfile, stapling: 'staple' }, hello)).toBe(expected)
    await server.stop()
  })
})

describe_with([openssl, erlang_ssl], 'A server that never staples', () => {
  test.each([erlang_ssl, kista])('is not held to it: $name', async peer => {
    const identity = await identity_of(good)
    const server = await peer.start_server({ ...identity, issuer: cacertfile, suites })
    expect(await call(server.port, { cacertfile, stapling: 'staple' }, hello)).toBe(hello)
    await server.stop()
  })
})

describe_with([openssl], "Node's server", () => {
  test('staples what it is given once it is asked, or nothing', async () => {
    let response: Buffer | null = null
    let asked = 0
    const server = tls.createServer(
      { cert: good.cert_pem, key: good.key_pem, maxVersion: 'TLSv1.2' },
      socket => socket.pipe(socket),
    )
    server.on('OCSPRequest', (_certificate, _issuer, staple) => {
      asked++
      staple(null, response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const meet_node = (options: ConnectOptions) =>
      call(port, { cacertfile, reuse_sessions: false, ...options }, hello)

    expect(await meet_node({ stapling: 'staple' })).toBe(hello)
    response = Buffer.from(await answer_about(good))
    expect(await meet_node({ stapling: 'staple' })).toBe(hello)
    response = Buffer.from(made({ signer: good }))
    expect(await meet_node({ stapling: 'staple' })).toBe('bad certificate')
    expect(await meet_node({ stapling: 'no_staple' })).toBe(hello)
    expect(asked).toBe(3)
    await new Promise(resolve => server.close(resolve))
  })
})

describe_with([openssl], "OpenSSL's server asks its responder", () => {
  let responder: Server
  let asked: Uint8Array[]
  /** Which of the questions is answered. */
  let answered: (asked: readonly Uint8Array[]) => Uint8Array
  let url: string
  beforeAll(async () => {
    responder = createServer(async (request, response) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of request) chunks.push(chunk)
      asked.push(Buffer.concat(chunks))
      response.setHeader('Content-Type', 'application/ocsp-response')
      response.end(await authority.answer(answered(asked)))
    })
    await new Promise<void>(resolve => responder.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(responder.address() as AddressInfo).port}/`
  })
  afterAll(() => new Promise(resolve => responder.close(resolve)))

  const nonce_oid = Buffer.from('2b0601050507300102', 'hex')
  const the_last = (questions: readonly Uint8Array[]) => questions.at(-1)!
  beforeEach(() => {
    asked = []
    answered = the_last
  })
  const asks = (options: ConnectOptions, server = good) =>
    meet({ server, args: ['-status_url', url, '-status_timeout', '10'] }, options)

  test('what the client asks for, its nonce among it, and its answer comes back', async () => {
    expect((await asks({ stapling: { ocsp_nonce: true } })).report).toBe(hello_back)
    expect((await asks({ stapling: { ocsp_nonce: true } })).report).toBe(hello_back)

    expect(asked.map(request => Buffer.from(request).includes(nonce_oid))).toEqual([true, true])
    expect(asked[0]).not.toEqual(asked[1])
  })

  test('and an answer to what was asked before is refused', async () => {
    answered = ([first]) => first!
    expect((await asks({ stapling: 'staple' })).report).toBe(hello_back)
    expect((await asks({ stapling: 'staple' })).report).toBe('bad certificate')
    expect((await asks({ stapling: { ocsp_nonce: false } })).report).toBe(hello_back)
  })

  test('without a nonce, if the client wants none', async () => {
    expect((await asks({ stapling: { ocsp_nonce: false } })).report).toBe(hello_back)
    expect(asked.map(request => Buffer.from(request).includes(nonce_oid))).toEqual([false])
  })

  test('and learns that it is revoked', async () => {
    expect((await asks({ stapling: 'staple' }, revoked)).report).toBe('certificate revoked')
    expect(asked).toHaveLength(1)
  })
})
