// Each reason that options can give, where the manual's functions give it, and when.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { set_env, unset_env } from '../../apps/kernel/application.ts'
import { encode_pem } from '../../apps/public_key/pubkey_pem.ts'
import { ok, run, spawn, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { not_told } from '../../ssl_app/ssl_option_checks.ts'
import { make_leaf, type TestCertificate } from '../support/certificates.ts'
import { pem_files } from '../support/pem_files.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
const file = pem_files()

const none = '/there/is/no/such/file'
const der = Buffer.from('some DER')
const fun = () => undefined
const text = expect.any(String)

/** Nobody listens there: whoever gets as far as that was not told of a wrong option. */
const closed_port = 1

const connect = (options: Term, port = closed_port) => ssl.connect('localhost', port, options, 5_000)

/** What `handshake` on an accepted socket gives, and what a client of that server gives. */
async function shake_hands(listening: object, anew?: object, connecting: object = {}): Promise<[Term, Term]> {
  const listener = ok(await ssl.listen(0, { ...pki().server, active: false, ...listening }))
  const [, port] = ok(ssl.sockname(listener))
  const connected = new Promise<Term>(resolve => {
    spawn(async () => resolve(await connect({ ...pki().client, active: false, ...connecting }, port)))
  })
  const accepted = ok(await ssl.transport_accept(listener, 5_000))
  const answer = await ssl.handshake(accepted, anew as ssl.ListenOptions, 5_000)
  // A socket that was not told to shake hands after all is still there, with its client.
  await ssl.close(accepted)
  const answers: [Term, Term] = [answer, await connected]
  await ssl.close(listener)
  return answers
}

type Wrong = readonly [options: object, reason: Term]

const of_both: readonly Wrong[] = [
  [{ verify: 'verify_all' }, ['options', ['verify', 'verify_all']]],
  [{ verify: 'verify_peer' }, ['options', ['cacertfile', '']]],
  [{ cacertfile: '' }, ['options', ['cacertfile', '']]],
  [{ cacerts: der }, ['options', ['cacerts', der]]],
  [{ depth: 256 }, ['options', ['depth', 256]]],
  [{ cert: 'own.pem' }, ['options', ['cert', 'own.pem']]],
  [{ certfile: 5 }, ['options', ['certfile', 5]]],
  [{ key: ['RSAPublicKey', der] }, ['options', ['key', not_told]]],
  [{ keyfile: '' }, ['options', ['keyfile', '']]],
  [{ password: 5 }, ['options', ['password', not_told]]],
  [{ certs_keys: [{ keyfile: '' }] }, ['options', ['keyfile', '']]],
  [{ verify_fun: 5 }, ['options', ['verify_fun', 5]]],
  [{ partial_chain: 'unknown_ca' }, ['options', ['partial_chain', 'unknown_ca']]],
  [{ crl_check: 'all' }, ['options', ['crl_check', 'all']]],
  [{ crl_cache: 'internal' }, ['options', ['crl_cache', 'internal']]],
  [{ cert_policy_opts: { explicit: true } }, ['options', ['cert_policy_opts', ['explicit', true]]]],
  [{ allow_any_ca_purpose: 1 }, ['options', ['allow_any_ca_purpose', 1]]],
  [{ signature_algs: [] }, ['options', ['no_supported_algorithms', ['signature_algs', []]]]],
  [
    { signature_algs_cert: ['rsa'] },
    ['options', ['no_supported_signature_schemes', ['signature_algs_cert', ['rsa']]]],
  ],
  [{ least_key_bits: { rsa: -1 } }, ['options', ['least_key_bits', { rsa: -1 }]]],
  [{ versions: ['tlsv1.3'] }, ['options', ['tlsv1.3', ['versions', ['tlsv1.3']]]]],
  [{ ciphers: 5 }, ['options', ['ciphers', 5]]],
  [{ cb_info: [] }, ['options', ['cb_info', []]]],
  [{ packet: 3 }, ['options', ['packet', 3]]],
  [{ deliver: 'port' }, ['options', ['deliver', 'port']]],
]

const of_listeners: readonly Wrong[] = [
  [{ dh: 'dh.pem' }, ['options', ['dh', 'dh.pem']]],
  [{ dhfile: '' }, ['options', ['dhfile', '']]],
  [
    { fail_if_no_peer_cert: true },
    ['options', 'incompatible', ['verify', 'verify_none'], ['fail_if_no_peer_cert', true]],
  ],
  [
    { alpn_preferred_protocols: ['h2', ''] },
    ['options', ['alpn_preferred_protocols', ['invalid_protocol', '']]],
  ],
  [
    { alpn_preferred_protocols: ['h2'], versions: ['sslv3'] },
    ['options', ['not_supported_in_sslv3', ['alpn_preferred_protocols', ['h2']]]],
  ],
  [{ sni_fun: fun, sni_hosts: {} }, ['conflict_options', ['sni_fun', 'sni_hosts']]],
  [{ sni_hosts: { a: { sni_hosts: {} } } }, ['options', ['sni_hosts', { sni_hosts: {} }]]],
  [{ sni_hosts: { a: { crl_check: 1 } } }, ['options', ['crl_check', 1]]],
  [{ sni_hosts: { a: { verify: 2 } } }, ['options', ['cacertfile', '']]],
  [{ stapling: 'staple' }, ['option', 'client_only', 'stapling']],
  [{ server_name_indication: 'a' }, ['option', 'client_only', 'server_name_indication']],
  [{ nodelay: 'no' }, ['options', ['socket_options', { nodelay: 'no' }]]],
  [{}, 'nooptions'],
]

const of_clients: readonly Wrong[] = [
  [{ server_name_indication: 5 }, ['options', ['server_name_indication', 5]]],
  [
    { customize_hostname_check: { match_fun: 5 } },
    ['options', ['customize_hostname_check', { match_fun: 5 }]],
  ],
  [{ stapling: true }, ['options', ['stapling', true]]],
  [
    { client_preferred_next_protocols: ['nobody', ['h2']] },
    ['options', ['client_preferred_next_protocols', ['invalid_precedence', 'nobody']]],
  ],
  [{ dh: der }, ['option', 'server_only', 'dh']],
  [{ fail_if_no_peer_cert: false }, ['option', 'server_only', 'fail_if_no_peer_cert']],
]

describe('what is wrong with options themselves is told before anything else is done', () => {
  test.each([...of_both, ...of_listeners])('by listen: %j', (options, reason) =>
    run(async () => {
      expect(await ssl.listen(0, options)).toEqual(['error', reason])
    }),
  )

  test.each([...of_both, ...of_clients])('by connect: %j', (options, reason) =>
    run(async () => {
      expect(await connect(options)).toEqual(['error', reason])
    }),
  )

  test('by both for what is no options at all', () =>
    run(async () => {
      expect(await ssl.listen(0, ['binary'] as Term)).toEqual(['error', ['options', ['binary']]])
      expect(await connect('binary')).toEqual(['error', ['options', 'binary']])
    }))

  test('by connect also where the environment has nothing newer than SSL 3.0', () =>
    run(async () => {
      set_env('ssl', 'protocol_version', 'sslv3')
      const alpn_advertised_protocols = ['h2']
      expect(await connect({ alpn_advertised_protocols })).toEqual([
        'error',
        ['options', ['not_supported_in_sslv3', ['alpn_advertised_protocols', alpn_advertised_protocols]]],
      ])
      unset_env('ssl', 'protocol_version')
    }))

  const said_anew: readonly Wrong[] = [
    ...of_both.filter(([options]) => !['cb_info', 'packet'].includes(Object.keys(options)[0]!)),
    [{ mode: 'binary' }, ['options', ['mode', 'binary']]],
    [{ sni_hosts: {} }, ['options', ['sni_hosts', {}]]],
    [{ stapling: 'staple' }, ['options', ['stapling', 'staple']]],
  ]

  test.each(said_anew)('by handshake, of what is said anew: %j', (options, reason) =>
    run(async () => {
      const [told, peer] = await shake_hands({}, options)
      expect(told).toEqual(['error', reason])
      expect(peer).toEqual(['error', 'closed'])
    }),
  )
})

describe('what the options of a listener point at is told by handshake, of a client by connect', () => {
  let leaf: TestCertificate
  beforeAll(async () => {
    leaf = await make_leaf(pki().ca)
  })

  const key = () => ['PrivateKeyInfo', leaf.key_pkcs8_der]
  const garbled = '-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n'
  const nonsense = encode_pem([['Certificate', der, 'not_encrypted']])
  const unreadable = ['error', 'enoent']
  const options = (given: Term) => ({ cert: undefined, key: undefined, ...given })

  /** Options that take time to make, and the reason they give. */
  type Late = readonly [what: string, () => Promise<object> | object, reason: Term]

  const of_own: readonly Late[] = [
    ['no certfile', () => ({ certfile: none }), ['options', ['certfile', none, unreadable]]],
    [
      'no keyfile',
      () => ({ cert: leaf.cert_der, keyfile: none }),
      ['options', ['keyfile', none, unreadable]],
    ],
    ['no cacertfile', () => ({ cacertfile: none }), ['options', ['cacertfile', none, unreadable]]],
    ['no key', () => ({ cert: leaf.cert_der }), ['options', ['keyfile', '']]],
    ['no certificate', async () => ({ certfile: await file('') }), ['certfile', ['badmatch', []]]],
    ['no key in it', async () => ({ certfile: await file(leaf.cert_pem) }), ['keyfile', ['badmatch', []]]],
    [
      'two keys in it',
      async () => ({ certfile: await file(leaf.cert_pem + leaf.key_pem + leaf.key_pem) }),
      ['keyfile', ['badmatch', ['PrivateKeyInfo', 'PrivateKeyInfo']]],
    ],
    ['no PEM', async () => ({ certfile: await file(garbled) }), ['certfile', ['decode_error', text]]],
    [
      'no PEM of authorities',
      async () => ({ cacertfile: await file(garbled) }),
      ['cacertfile', ['decode_error', text]],
    ],
    [
      'no certificate in the PEM',
      async () => ({ certfile: await file(nonsense), key: key() }),
      ['options', ['certfile', text, ['error', text]]],
    ],
    ['no certificate in the DER', () => ({ cert: der, key: key() }), ['options', ['cert', ['error', text]]]],
    [
      'no key in the DER',
      () => ({ cert: leaf.cert_der, key: ['rsa', der] }),
      ['options', ['key', ['error', text]]],
    ],
    [
      'the key of another',
      () => ({ cert: pki().leaf.cert_der, key: key() }),
      ['options', ['key', 'is not the key of the certificate']],
    ],
    [
      'one of several',
      () => ({ certs_keys: [{ cert: leaf.cert_der, key: key() }, { certfile: none }] }),
      ['options', ['certfile', none, unreadable]],
    ],
  ]

  const of_server: readonly Late[] = [
    ['no dhfile', () => ({ dhfile: none }), ['options', ['dhfile', none, unreadable]]],
    ['no PEM of a group', async () => ({ dhfile: await file(garbled) }), ['dhfile', ['decode_error', text]]],
    ['no group', () => ({ dh: der }), ['options', ['dh', ['error', text]]]],
  ]

  test.each([...of_own, ...of_server])('handshake: %s', (_what, given, reason) =>
    run(async () => {
      const [told, peer] = await shake_hands(options(await given()))
      expect(told).toEqual(['error', reason])
      expect(peer).toEqual(['error', 'closed'])
    }),
  )

  test.each([...of_own, ...of_server])('handshake, said anew: %s', (_what, given, reason) =>
    run(async () => {
      const anew = await given()
      const [told] = await shake_hands(options({ verify: 'verify_none' }), { log_alert: false, ...anew })
      expect(told).toEqual(['error', reason])
    }),
  )

  test.each(of_own)('connect: %s', (_what, given, reason) =>
    run(async () => {
      const listener = ok(await ssl.listen(0, pki().server))
      const [, port] = ok(ssl.sockname(listener))
      expect(await connect(options(await given()), port)).toEqual(['error', reason])
      await ssl.close(listener)
    }),
  )

  test.each(of_own)('by an alert where it is the options of a name: %s', (_what, given) =>
    run(async () => {
      const hosts = { sni_hosts: { localhost: await given() } }
      const refused = ['error', ['tls_alert', 'handshake failure']]
      expect(await shake_hands(options(hosts))).toEqual([refused, refused])
    }),
  )
})
