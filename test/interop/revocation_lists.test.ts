// Certificates of other programs, in both roles, that are looked up in the revocation lists of OpenSSL's authority:
// put in, fetched, or in a directory.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { decode_pem } from '../../apps/public_key/pubkey_pem.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import type { Reason } from '../../runtime/erlang/term.ts'
import * as ssl_crl_cache from '../../ssl_app/certificate/ssl_crl_cache.ts'
import * as ssl_crl_hash_dir from '../../ssl_app/certificate/ssl_crl_hash_dir.ts'
import type { CertificateOptions, CrlCacheOption } from '../../ssl_app/connection/certificate_options.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../support/certificates.ts'
import { type Answer, type HttpServer, http_server, whole } from '../support/http_server.ts'
import { erlang_ssl } from './support/erlang_ssl.ts'
import { serve } from './support/kista.ts'
import { call, text_of } from './support/kista_call.ts'
import { openssl } from './support/openssl.ts'
import { type OpensslAuthority, start_authority } from './support/openssl_authority.ts'
import type { ClientPeer, Identity, RunningServer, ServerPeer } from './support/peer.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'
import { suites_for } from './support/suites.ts'

const { pki } = with_kista()

const suites = suites_for('ecdsa')
const line = 'hello'

/** Which certificate the peer shows. */
type Shown = 'good' | 'revoked'

type Lists = Pick<CertificateOptions, 'crl_check' | 'crl_cache'>

let web: HttpServer
let root: TestCertificate
let root_lists: OpensslAuthority
let lists: OpensslAuthority
let peers: Readonly<Record<Shown, Identity>>
let cacertfile: string
/** PEM of the lists of the root and of the authority below. */
let of_root: string
let of_authority: string
/** What the web server says at the place that the certificates tell. */
let at_place: Answer
beforeAll(async () => {
  web = await http_server((socket, path) => at_place(socket, path))
  root = await make_ca()
  const authority = await make_intermediate(root, { crl_distribution_points: [`${web.origin}/root.crl`] })
  const leaf = () => make_leaf(authority, { crl_distribution_points: [place()] })
  const [good, revoked] = [await leaf(), await leaf()]
  root_lists = await start_authority(root, [{ certificate: authority }])
  lists = await start_authority(authority, [
    { certificate: good },
    { certificate: revoked, revoked: 'keyCompromise' },
  ])
  ;[of_root, of_authority] = [await root_lists.crl(), await lists.crl()]
  cacertfile = await lists.write('root.pem', root.cert_pem)
  const issuer = await lists.write('issuer.pem', authority.cert_pem)
  const identity = async (name: Shown, { cert_pem, key_pem }: TestCertificate): Promise<Identity> => ({
    cert: await lists.write(`${name}.pem`, cert_pem + authority.cert_pem),
    key: await lists.write(`${name}.key`, key_pem),
    issuer,
  })
  peers = { good: await identity('good', good), revoked: await identity('revoked', revoked) }
})
afterAll(async () => {
  await Promise.all([web[Symbol.asyncDispose](), root_lists.remove(), lists.remove()])
})

/** Where the leaves say that their list is. */
const place = () => `${web.origin}/authority.crl`

const der_of = (pem: string) => decode_pem(Buffer.from(pem)).map(([, der]) => der)

/** What has been put in, to be taken out again. */
const put_in: (ssl_crl_cache.CrlSource | string)[] = []

async function insert(source: ssl_crl_cache.CrlSource, uri?: string): Promise<void> {
  put_in.push(uri ?? source)
  const inserted = await run(() =>
    uri === undefined ? ssl_crl_cache.insert(source) : ssl_crl_cache.insert(uri, source),
  )
  expect(inserted).toBe('ok')
}

const take_out = async () => {
  for (const source of put_in.splice(0)) expect(await run(() => ssl_crl_cache.delete(source))).toBe('ok')
}
afterEach(take_out)

/** Both lists in one file. */
const insert_both = async () => insert(['file', await lists.write('both.pem', of_root + of_authority)])

/** A directory with both lists under the names that OpenSSL gives them. */
async function directory(): Promise<string> {
  const dir = join(lists.folder, 'hashes')
  await mkdir(dir, { recursive: true })
  for (const [authority, pem] of [
    [root_lists, of_root],
    [lists, of_authority],
  ] as const)
    await writeFile(join(dir, await authority.crl_file(pem)), pem)
  return dir
}

const fetching = (milliseconds: number): CrlCacheOption => [
  ssl_crl_cache,
  ['internal', [['http', milliseconds]]],
]

// ---- Who meets whom

/** What Kista thinks of a peer with such a certificate: `'accepted'`, or the text of its alert. */
type Meet = (shown: Shown, options: Lists) => Promise<Reason>

/** Kista's client and one server of the other program for each certificate. */
function at_servers(peer: ServerPeer): Meet {
  let running: Readonly<Record<Shown, RunningServer>>
  beforeAll(async () => {
    const start = (shown: Shown) => peer.start_server({ ...peers[shown], suites })
    running = { good: await start('good'), revoked: await start('revoked') }
  })
  afterAll(async () => {
    await Promise.all([running.good.stop(), running.revoked.stop()])
  })
  return async (shown, options) => {
    const { port, answer_to } = running[shown]
    const answer = await call(port, { cacertfile, reuse_sessions: false, ...options }, line)
    return answer === answer_to(line) ? 'accepted' : answer
  }
}

/** Kista's server and the client of the other program. */
function with_clients(peer: ClientPeer): Meet {
  return async (shown, options) => {
    const { cert, key } = pki().server.ecdsa
    const server = await serve({
      ...{ certfile: cert, keyfile: key, cacertfile, ...options },
      ...{ verify: 'verify_peer', fail_if_no_peer_cert: true },
    })
    const asked = { port: server.port, cacert: pki().cacert, suites, line }
    const report = await peer.run_client({ ...asked, identity: peers[shown] })
    const { handshake } = await server.visit()
    await server.stop()

    expect(report).toMatchObject(handshake[0] === 'ok' ? { ok: true, received: line } : { ok: false })
    return handshake[0] === 'ok' ? 'accepted' : text_of(handshake[1])
  }
}

const scenes: readonly (readonly [
  string,
  ServerPeer & ClientPeer,
  (peer: ServerPeer & ClientPeer) => Meet,
])[] = [
  ["Kista's client looks up servers of openssl", openssl, at_servers],
  ["Kista's server looks up clients of openssl", openssl, with_clients],
  ["Kista's client looks up servers of Erlang", erlang_ssl, at_servers],
  ["Kista's server looks up clients of Erlang", erlang_ssl, with_clients],
]

describe.each(scenes)('%s', (_name, peer, meeting) => {
  describe_with([peer], 'and finds', () => {
    const meet = meeting(peer)
    /** What comes of the good one and of the one that is revoked. */
    const both = async (options: Lists) => [await meet('good', options), await meet('revoked', options)]
    const right = ['accepted', 'certificate revoked']

    test('them in lists that were put in from a file', async () => {
      await insert_both()
      expect(await both({ crl_check: true })).toEqual(right)
      expect(await both({ crl_check: 'peer' })).toEqual(right)
      expect(await both({ crl_check: 'best_effort' })).toEqual(right)
      expect(await both({ crl_check: false })).toEqual(['accepted', 'accepted'])
    })

    test('them in lists that are fetched', async () => {
      at_place = (socket, path) => whole(path === '/root.crl' ? of_root : of_authority)(socket, path)
      expect(await both({ crl_check: true, crl_cache: fetching(5_000) })).toEqual(right)
    })

    test('no lists', async () => {
      expect(await both({ crl_check: true })).toEqual(['bad certificate', 'bad certificate'])
      expect(await both({ crl_check: 'best_effort' })).toEqual(['accepted', 'accepted'])
    })
  })
})

describe.each(scenes.slice(0, 2))('%s', (_name, peer, meeting) => {
  describe_with([peer], 'and finds', () => {
    const meet = meeting(peer)
    const both = async (options: Lists) => [await meet('good', options), await meet('revoked', options)]
    const right = ['accepted', 'certificate revoked']
    const undetermined = ['bad certificate', 'bad certificate']
    const accepted = ['accepted', 'accepted']

    test('them in lists that were put in as DER', async () => {
      await insert(['der', [...der_of(of_root), ...der_of(of_authority)]])
      expect(await both({ crl_check: true })).toEqual(right)
    })

    test('them in a list that was put in for the place in the certificate', async () => {
      await insert(['der', der_of(of_authority)], place())
      expect(await both({ crl_check: 'peer' })).toEqual(right)
      await take_out()
      await insert(['der', der_of(of_root)], place())
      expect(await both({ crl_check: 'peer' })).toEqual(undetermined)
    })

    test('them in a list of a directory', async () => {
      const dir = await directory()
      const crl_cache: CrlCacheOption = [ssl_crl_hash_dir, ['internal', [['dir', dir]]]]
      expect(await both({ crl_check: true, crl_cache })).toEqual(right)
    })

    test('them in a list that is fetched, as DER too, but only if it may be', async () => {
      at_place = whole(der_of(of_authority)[0]!)
      expect(await both({ crl_check: 'peer', crl_cache: fetching(5_000) })).toEqual(right)
      expect(await both({ crl_check: 'peer' })).toEqual(undetermined)
    })

    test('nothing where the web server hangs, or has something else, in time', async () => {
      const asked = web.requests.length
      at_place = () => {}
      expect(await both({ crl_check: 'peer', crl_cache: fetching(300) })).toEqual(undetermined)
      at_place = whole('no list')
      expect(await both({ crl_check: 'peer', crl_cache: fetching(5_000) })).toEqual(undetermined)
      expect(await both({ crl_check: 'best_effort', crl_cache: fetching(5_000) })).toEqual(accepted)
      expect(web.requests.length).toBeGreaterThan(asked)
    })

    test('the authority in no list, which matters only if more than the peer is looked up', async () => {
      await insert(['der', der_of(of_authority)])
      expect(await both({ crl_check: 'peer' })).toEqual(right)
      expect(await both({ crl_check: true })).toEqual(undetermined)
      expect(await both({ crl_check: 'best_effort' })).toEqual(right)
    })

    test('the authority in the list of the root', async () => {
      const [authority] = decode_pem(await readFile(peers.good.issuer))
      const strict = await start_authority(root, [
        { certificate: { ...root, cert_der: authority![1] }, revoked: 'CACompromise' },
      ])
      await insert(['der', [...der_of(await strict.crl()), ...der_of(of_authority)]])
      await strict.remove()

      expect(await both({ crl_check: true })).toEqual(['certificate revoked', 'certificate revoked'])
      expect(await both({ crl_check: 'peer' })).toEqual(right)
    })

    test('lists that are over', async () => {
      const over = ['-crl_lastupdate', '20250101000000Z', '-crl_nextupdate', '20250201000000Z']
      await insert(['der', der_of(await lists.crl(over))])
      expect(await both({ crl_check: 'peer' })).toEqual(undetermined)
    })

    test('a list that somebody else has signed', async () => {
      const impostor = await make_intermediate(root, { key: root.key })
      const forged = await start_authority(impostor, [])
      await insert(['der', der_of(await forged.crl())])
      await forged.remove()
      expect(await both({ crl_check: 'peer' })).toEqual(undetermined)
    })

    test('nothing any more once the lists were taken out', async () => {
      await insert_both()
      expect(await both({ crl_check: true })).toEqual(right)
      await take_out()
      expect(await both({ crl_check: true })).toEqual(undetermined)
    })
  })
})
