// What the options that concern certificates do, from connection to connection.

import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { import_signing_key } from '../../apps/public_key/x509.ts'
import { ok, run, spawn, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../support/certificates.ts'
import { make_pki, type Pki } from '../support/chain_maker.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

/** An alert, or the peer's certificate in Base64; `no_peercert`: it has shown none. */
type Answer = string

const own = ({ cert_der, key_pkcs8_der }: TestCertificate) =>
  ({ cert: cert_der, key: ['PrivateKeyInfo', key_pkcs8_der] }) as const

/** What both sides say. */
const both = (server: ssl.ListenOptions, client: ssl.ConnectOptions): Promise<readonly [Answer, Answer]> =>
  run(async () => {
    const listener = ok(await ssl.listen(0, { ...own(pki().leaf), ...server, active: false }))
    const [, port] = ok(ssl.sockname(listener))
    const connected = new Promise<Answer>(resolve => {
      const options = { cacerts: [pki().ca.cert_der], reuse_sessions: false, ...client, active: false }
      spawn(async () => resolve(await told(await ssl.connect('localhost', port, options, 5_000))))
    })
    const accepted = ok(await ssl.transport_accept(listener, 5_000))
    const served = told(await ssl.handshake(accepted, 5_000))
    const answers = [await served, await connected] as const
    await ssl.close(listener)
    return answers
  })

async function told([tag, value]: Term): Promise<Answer> {
  if (tag === 'error') return ssl.format_error(value)
  const [, certificate] = await ssl.peercert(value)
  await ssl.close(value)
  return typeof certificate === 'string' ? certificate : base64(certificate)
}

const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64')

/** What the client says. */
const shown = async (server: ssl.ListenOptions, client: ssl.ConnectOptions): Promise<Answer> =>
  (await both(server, client))[1]

const refused = (alert: string) => `TLS Alert: ${alert}`

describe('several certificates', () => {
  let rsa: TestCertificate
  let ec: TestCertificate
  let ed25519: TestCertificate
  beforeAll(async () => {
    const { ca } = pki()
    rsa = await make_leaf(ca, { algorithm: 'rsa' })
    ec = await make_leaf(ca)
    ed25519 = await make_leaf(ca, { algorithm: 'ed25519' })
  })

  test('serve clients that know different things', async () => {
    const server = { certs_keys: [own(rsa), own(ec), own(ed25519)] }
    expect(await shown(server, {})).toBe(base64(ed25519.cert_der))
    expect(await shown(server, { versions: ['tlsv1'] })).toBe(base64(ec.cert_der))
    expect(await shown(server, { ciphers: 'ECDHE-RSA-AES128-SHA' })).toBe(base64(rsa.cert_der))
    const signature_algs = ['ecdsa_secp256r1_sha256'] as const
    expect(await shown(server, { signature_algs })).toBe(base64(ec.cert_der))
  })

  test('serve clients as well', async () => {
    const server = {
      verify: 'verify_peer',
      cacerts: [pki().ca.cert_der],
      fail_if_no_peer_cert: true,
    } as const
    const client = { certs_keys: [own(rsa), own(ed25519)] }
    const [of_server] = await both(
      { ...server, signature_algs: ['rsa_pkcs1_sha256', 'ecdsa_secp256r1_sha256'] },
      client,
    )
    expect(of_server).toBe(base64(rsa.cert_der))
    expect((await both(server, client))[0]).toBe(base64(ed25519.cert_der))
  })
})

describe('a certificate that is signed with SHA-1', () => {
  let ca: TestCertificate
  let leaf: TestCertificate
  beforeAll(async () => {
    ca = await make_ca({ hash: 'SHA-1' })
    leaf = await make_leaf(ca, { hash: 'SHA-1' })
  })
  const trusting = (options: ssl.ConnectOptions = {}) => ({ cacerts: [ca.cert_der], ...options })

  test.each(['tlsv1.2', 'tlsv1.1', 'tlsv1'] as const)('is refused in %s', async version => {
    const alert = refused('unsupported certificate')
    expect(await both(own(leaf), trusting({ versions: [version] }))).toEqual([alert, alert])
  })

  test('is taken by who asks for that, or does not verify', async () => {
    const signature_algs_cert = [['sha', 'ecdsa']] as const
    const cert = base64(leaf.cert_der)
    expect(await shown(own(leaf), trusting({ signature_algs_cert }))).toBe(cert)
    expect(
      await shown(own(leaf), trusting({ signature_algs: ['ecdsa_secp256r1_sha256', 'ecdsa_sha1'] })),
    ).toBe(cert)
    expect(await shown(own(leaf), { verify: 'verify_none' })).toBe(cert)
  })

  test('is not taken by who asks for others', async () => {
    const signature_algs_cert = ['ecdsa_secp521r1_sha512', 'rsa_pkcs1_sha1'] as const
    expect(await shown(own(leaf), trusting({ signature_algs_cert }))).toBe(refused('unsupported certificate'))
    const alert = refused('unsupported certificate')
    const signature_algs = ['ecdsa_secp256r1_sha256', 'ecdsa_sha1'] as const
    expect(await shown(own(leaf), trusting({ signature_algs, signature_algs_cert }))).toBe(alert)
  })

  test('may be the root of others, whose own signature says nothing', async () => {
    const good = await make_leaf(ca)
    expect(await shown(own(good), trusting())).toBe(base64(good.cert_der))
  })

  test('is refused of a client as well', async () => {
    const server = { verify: 'verify_peer', cacerts: [ca.cert_der] } as const
    const alert = refused('unsupported certificate')
    expect((await both(server, own(leaf)))[0]).toBe(alert)
    const lax = { ...server, signature_algs_cert: ['ecdsa_sha1'] } as const
    expect((await both(lax, own(leaf)))[0]).toBe(base64(leaf.cert_der))
  })
})

describe('a short key', () => {
  let weak: TestCertificate
  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 768 })
    const key = await import_signing_key(privateKey.export({ format: 'der', type: 'pkcs8' }))
    weak = await make_leaf(pki().ca, { key })
  })

  test('is refused, unless somebody puts up with it', async () => {
    const alert = refused('bad certificate')
    expect(await both(own(weak), {})).toEqual([alert, alert])
    expect(await shown(own(weak), { least_key_bits: { rsa: 768 } })).toBe(base64(weak.cert_der))
    expect(await shown(own(weak), { least_key_bits: { ec: 0 } })).toBe(alert)
  })

  test('is as long as somebody says', async () => {
    const { leaf } = pki()
    expect(await shown(own(leaf), { least_key_bits: { ec: 256 } })).toBe(base64(leaf.cert_der))
    expect(await shown(own(leaf), { least_key_bits: { ec: 257 } })).toBe(refused('bad certificate'))
  })
})

describe('what certificates say, and options ask', () => {
  const wanted = '1.2.3.4'
  const authority = {
    basic_constraints: { cA: true },
    key_usage: { usages: ['keyCertSign', 'cRLSign'] },
  } as const
  let made: Pki
  beforeAll(() => {
    made = make_pki({
      root: authority,
      mail: { ...authority, signed_by: 'root', ext_key_usage: ['1.3.6.1.5.5.7.3.4'] },
      of_mail: { signed_by: 'mail', alt_names: [['dNSName', 'localhost']] },
      plain: { ...authority, signed_by: 'root', policies: [wanted] },
      of_policy: { signed_by: 'plain', alt_names: [['dNSName', 'localhost']], policies: [wanted] },
      elsewhere: { signed_by: 'root', alt_names: [['dNSName', 'elsewhere.example']] },
    })
  })

  /** A server of that name, with what leads to its root. */
  const served = (name: string): ssl.ListenOptions => {
    const chain = made.path(name).map(({ der }) => der)
    const key = made.certificate(name).key.private_key.export({ format: 'der', type: 'pkcs8' })
    return { cert: chain.slice(1).reverse(), key: ['PrivateKeyInfo', key] }
  }
  const of = (name: string) => base64(made.certificate(name).der)
  const asking = (options: ssl.ConnectOptions): ssl.ConnectOptions => ({
    cacerts: [made.certificate('root').der],
    ...options,
  })

  test('policies', async () => {
    const alert = refused('handshake failure')
    const policies = (cert_policy_opts: NonNullable<ssl.ConnectOptions['cert_policy_opts']>) =>
      asking({ cert_policy_opts })
    const explicit = { explicit_policy: true }
    expect(await shown(served('of_policy'), policies(explicit))).toBe(of('of_policy'))
    expect(await shown(served('of_policy'), policies({ ...explicit, policy_set: ['1.2.3.5'] }))).toBe(alert)
    expect(await shown(served('elsewhere'), policies({ ...explicit }))).toBe(alert)
  })

  test('purposes of authorities', async () => {
    expect(await shown(served('of_mail'), asking({}))).toBe(refused('handshake failure'))
    expect(await shown(served('of_mail'), asking({ allow_any_ca_purpose: true }))).toBe(of('of_mail'))
  })

  test('names', async () => {
    const alert = refused('handshake failure')
    expect(await shown(served('elsewhere'), asking({}))).toBe(alert)
    const match_fun = (_reference: Term, [, name]: Term) => name === 'elsewhere.example'
    const customized = asking({ customize_hostname_check: { match_fun } })
    expect(await shown(served('elsewhere'), customized)).toBe(of('elsewhere'))
    expect(await shown(served('of_policy'), customized)).toBe(alert)
  })

  test('revocation', async () => {
    const { serialNumber } = made.certificate('elsewhere').certificate.tbsCertificate
    const crl = made.crl({
      signed_by: 'root',
      entries: [{ serial: BigInt(serialNumber), reason: 'keyCompromise' }],
    })
    const cache = (lists: readonly Uint8Array[]): ssl.ConnectOptions => ({
      server_name_indication: 'disable',
      crl_cache: [
        { lookup: () => 'not_available', select: async () => lists, fresh_crl: (_point, list) => list },
        ['mine', []],
      ],
    })
    const checked = (lists: readonly Uint8Array[], crl_check: NonNullable<ssl.ConnectOptions['crl_check']>) =>
      shown(served('elsewhere'), asking({ ...cache(lists), crl_check }))
    expect(await checked([crl], true)).toBe(refused('certificate revoked'))
    expect(await checked([crl], 'peer')).toBe(refused('certificate revoked'))
    expect(await checked([crl], false)).toBe(of('elsewhere'))
    expect(await checked([], true)).toBe(refused('bad certificate'))
    expect(await checked([], 'best_effort')).toBe(of('elsewhere'))
  })
})

describe('older forms', () => {
  test('of verify: a server asks for a certificate, or insists on one', async () => {
    const server = { cacerts: [pki().ca.cert_der] }
    expect((await both({ ...server, verify: 1 }, {}))[0]).toBe('no_peercert')
    expect((await both({ ...server, verify: 2 }, {}))[0]).toBe(refused('handshake failure'))
    expect((await both({ ...server, verify: 0 }, { verify: 0, cacerts: [] }))[1]).toBe(
      base64(pki().leaf.cert_der),
    )
  })

  test('of verify_fun: it is asked whether what is wrong may be overlooked', async () => {
    const stranger = await make_ca()
    const asked: Term[] = []
    const answering = (answer: boolean) => ({
      cacerts: [stranger.cert_der],
      verify_fun: (wrong: Term) => {
        asked.push(wrong)
        return answer
      },
    })
    expect(await shown({}, answering(true))).toBe(base64(pki().leaf.cert_der))
    expect(asked).toEqual([[['bad_cert', 'unknown_ca']]])
    expect(await shown({}, answering(false))).toBe(refused('unknown ca'))
  })
})

test('a server is verified by a chain that is in cert', async () => {
  const issuer = await make_intermediate(pki().ca)
  const leaf = await make_leaf(issuer)
  expect(await shown({ ...own(leaf), cert: [leaf.cert_der] }, {})).toBe(refused('unknown ca'))
  expect(await shown({ ...own(leaf), cert: [leaf.cert_der, issuer.cert_der] }, {})).toEqual(
    base64(leaf.cert_der),
  )
})

test('a session that was made under lesser demands does not go on under greater ones', () =>
  run(async () => {
    const ca = await make_ca({ hash: 'SHA-1' })
    const leaf = await make_leaf(ca, { hash: 'SHA-1' })
    const listener = ok(await ssl.listen(0, { ...own(leaf), active: false }))
    const [, port] = ok(ssl.sockname(listener))
    spawn(async () => {
      for (;;) spawn(ssl.handshake, ok(await ssl.transport_accept(listener)), 5_000)
    })
    const cacerts = [ca.cert_der]
    const went_on = async (options: ssl.ConnectOptions): Promise<Term> => {
      const [tag, socket] = await ssl.connect(
        'localhost',
        port,
        { cacerts, active: false, ...options },
        5_000,
      )
      if (tag === 'error') return ssl.format_error(socket)
      const { session_resumption } = ok(await ssl.connection_information(socket, ['session_resumption']))
      await ssl.close(socket)
      return session_resumption
    }
    const lax = { signature_algs_cert: ['ecdsa_sha1'] } as const
    expect(await went_on(lax)).toBe(false)
    expect(await went_on(lax)).toBe(true)
    expect(await went_on({})).toBe(refused('unsupported certificate'))
    expect(await went_on({ ...lax, least_key_bits: { ec: 521 } })).toBe(refused('bad certificate'))
    await ssl.close(listener)
  }))
