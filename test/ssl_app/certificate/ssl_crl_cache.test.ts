import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { encode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { exit, monitor } from '../../../runtime/erlang/links.ts'
import { receive } from '../../../runtime/erlang/receive.ts'
import { whereis } from '../../../runtime/erlang/registry.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { run, spawn } from '../../../runtime/erlang/spawn.ts'
import { _, Exit, ok, type Term } from '../../../runtime/erlang/term.ts'
import * as crl_keeper from '../../../ssl_app/certificate/crl_keeper.ts'
import * as ssl_crl_cache from '../../../ssl_app/certificate/ssl_crl_cache.ts'
import { make_ca, type TestCertificate } from '../../support/certificates.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { at_uris, crl_of, crl_pem, subject_of } from '../../support/crls.ts'
import { eventually } from '../../support/eventually.ts'
import { type Answer, type HttpServer, http_server, whole } from '../../support/http_server.ts'
import { left_over } from '../../support/left_over.ts'

const internal = ['internal', []] as const
const http = (timeout: number | 'infinity') => ['internal', [['http', timeout]]] as const
const uri = 'http://example.com/ca.crl'

let ca: TestCertificate
let other_ca: TestCertificate
let crl: Uint8Array
let newer: Uint8Array
let folder: string
let server: HttpServer | undefined
let reports: Report[]

beforeEach(async () => {
  ca ??= await make_ca({ subject: 'CN=Some  Root' })
  other_ca ??= await make_ca({ subject: 'CN=Other Root' })
  crl ??= crl_of(ca)
  newer ??= crl_of(ca, [ca])
  folder = await mkdtemp(join(tmpdir(), 'kista-'))
  reports = []
  use_report_handler((_level, report) => reports.push(report))
})

afterEach(async () => {
  kill_everybody()
  use_report_handler()
  await server?.[Symbol.asyncDispose]()
  server = undefined
  await rm(folder, { recursive: true })
})

const with_cache = <Value>(body: () => Promise<Value>): Promise<Value> =>
  run(async () => {
    ok((await crl_keeper.start_link()) as never)
    return body()
  })

const selected = (issuer = ca) => ssl_crl_cache.select(subject_of(issuer), internal)

async function serve(answer: Answer): Promise<string> {
  server = await http_server(answer)
  return `${server.origin}/ca.crl`
}

describe('lists that are put in', () => {
  test('are found by their issuer, however its name is written', () =>
    with_cache(async () => {
      expect(await ssl_crl_cache.insert(['der', [crl, crl_of(other_ca)]])).toBe('ok')
      expect(selected()).toEqual([crl])
      const same = await make_ca({ subject: 'CN=SOME root' })
      expect(selected(same)).toEqual([crl])
      const names = [
        ['dNSName', 'example.com'],
        ['directoryName', subject_of(ca)],
        ['directoryName', subject_of(other_ca)],
      ] as const
      expect(ssl_crl_cache.select(names, internal).length).toBe(2)
      expect(selected(await make_ca({ subject: 'CN=Nobody' }))).toEqual([])
    }))

  test('without a URI are at no distribution point', () =>
    with_cache(async () => {
      await ssl_crl_cache.insert(['der', [crl]])
      expect(ssl_crl_cache.lookup(at_uris(uri), internal)).toBe('not_available')
    }))

  test('under a URI are found by all of it, in any form of it', () =>
    with_cache(async () => {
      expect(await ssl_crl_cache.insert('http://EXAMPLE.com:80/ca.crl', ['der', [crl]])).toBe('ok')
      const found = (...uris: readonly string[]) => ssl_crl_cache.lookup(at_uris(...uris), internal)
      expect(found(uri)).toEqual([crl])
      expect(found('ldap://example.com/ca', 'https://example.com/ca.crl', uri)).toEqual([crl])
      for (const other of ['http://example.org/ca.crl', 'http://example.com:8080/ca.crl', `${uri}?x`])
        expect(found(other)).toBe('not_available')
      expect(selected()).toEqual([crl])
    }))

  test('under a URI take the place of those that were there', () =>
    with_cache(async () => {
      await ssl_crl_cache.insert(uri, ['der', [crl, crl_of(other_ca)]])
      await ssl_crl_cache.insert(uri, ['der', [newer]])
      expect(ssl_crl_cache.lookup(at_uris(uri), internal)).toEqual([newer])
      expect(selected()).toEqual([newer])
      expect(selected(other_ca)).toEqual([])
    }))

  test('are taken out as they were put in', () =>
    with_cache(async () => {
      await ssl_crl_cache.insert(uri, ['der', [crl]])
      await ssl_crl_cache.insert(['der', [crl, newer]])
      await ssl_crl_cache.insert(['der', [new Uint8Array(crl)]])
      expect(selected().length).toBe(3)
      expect(await ssl_crl_cache.delete(['der', [crl]])).toBe('ok')
      expect(selected()).toEqual([crl, newer])
      expect(ssl_crl_cache.lookup(at_uris(uri), internal)).toEqual([crl])
      expect(await ssl_crl_cache.delete(uri)).toBe('ok')
      expect(selected()).toEqual([newer])
      expect(ssl_crl_cache.lookup(at_uris(uri), internal)).toBe('not_available')
      expect(await ssl_crl_cache.delete('http://example.com/unknown')).toBe('ok')
      expect(await ssl_crl_cache.delete(['der', [crl]])).toBe('ok')
    }))

  test('come from files, as PEM among other entries or as DER', () =>
    with_cache(async () => {
      const [pem, der] = [join(folder, 'ca.pem'), join(folder, 'ca.crl')]
      const certificate = encode_pem([['Certificate', ca.cert, 'not_encrypted']])
      await writeFile(pem, `A comment\n${certificate}${crl_pem(crl, newer)}`)
      await writeFile(der, crl)
      expect(await ssl_crl_cache.insert(['file', pem])).toBe('ok')
      expect(selected().map(Buffer.from)).toEqual([crl, newer].map(Buffer.from))
      expect(await ssl_crl_cache.delete(['file', der])).toBe('ok')
      expect(selected().map(Buffer.from)).toEqual([newer].map(Buffer.from))
      expect(await ssl_crl_cache.insert(uri, ['file', der])).toBe('ok')
      expect(ssl_crl_cache.lookup(at_uris(uri), internal)).toEqual([Buffer.from(crl)])
      await writeFile(pem, certificate)
      expect(await ssl_crl_cache.insert(['file', pem])).toBe('ok')
    }))
})

describe('what cannot be put in', () => {
  test('is told of, and nothing changes', () =>
    with_cache(async () => {
      const file = join(folder, 'x')
      const insert = ssl_crl_cache.insert
      expect(await insert(['file', file])).toEqual(['error', 'enoent'])
      expect(await ssl_crl_cache.delete(['file', folder])).toEqual(['error', 'eisdir'])
      expect(await insert(['file', 'a\0b'])).toEqual(['error', 'einval'])
      await writeFile(file, '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n')
      expect(await insert(['file', file])).toMatchObject(['error', ['decode_error', expect.any(String)]])
      expect(await insert(['der', [crl, ca.cert]])).toMatchObject([
        'error',
        ['decode_error', expect.any(String)],
      ])
      for (const bad of ['https://example.com/ca.crl', 'file:///ca.crl', 'ca.crl', '']) {
        const refused = ['error', ['only_http_distribution_points_supported', bad]]
        expect(await insert(bad, ['der', [crl]])).toEqual(refused)
        expect(await ssl_crl_cache.delete(bad)).toEqual(refused)
      }
      expect(selected()).toEqual([])
    }))

  test.each([[['der', crl]], [['der', ['x']]], [['file', 7]], [['uri', 'x']], [undefined]])(
    'because it is no source is a mistake of the program',
    source =>
      with_cache(async () => {
        await expect(ssl_crl_cache.insert(source as never)).rejects.toMatchObject({ reason: 'badarg' })
      }),
  )

  test('because ssl is not started is an exit, and nothing is found', () =>
    run(async () => {
      await expect(ssl_crl_cache.insert(['der', [crl]])).rejects.toThrow(Exit)
      expect(selected()).toEqual([])
      expect(ssl_crl_cache.lookup(at_uris(uri), internal)).toBe('not_available')
      expect(await ssl_crl_cache.lookup(at_uris(uri), http(100))).toBe('not_available')
    }))
})

describe('a list that was not put in', () => {
  const lookup = (uris: readonly string[], timeout: number | 'infinity' = 5_000): Term =>
    ssl_crl_cache.lookup(at_uris(...uris), http(timeout))

  test('is fetched, as DER or as PEM, and is not kept', () =>
    with_cache(async () => {
      let body: string | Uint8Array = crl
      const at = await serve((socket, path) => whole(body)(socket, path))
      expect(await lookup([at])).toEqual([Buffer.from(crl)])
      body = crl_pem(crl, newer)
      expect(await lookup([at], 'infinity')).toEqual([crl, newer].map(Buffer.from))
      expect(server!.requests.length).toBe(2)
      expect(ssl_crl_cache.lookup(at_uris(at), internal)).toBe('not_available')
    }))

  test('is not fetched when one was put in', () =>
    with_cache(async () => {
      const at = await serve(whole(newer))
      await ssl_crl_cache.insert(at, ['der', [crl]])
      expect(lookup([at])).toEqual([crl])
      expect(server!.requests).toEqual([])
    }))

  test.each([
    [[]],
    [[['http', -1]]],
    [[['http', 'soon']]],
    [
      [
        ['http', 100],
        ['http', 100],
      ],
    ],
    [['http']],
    [undefined],
  ])('is fetched only by who asks for it in the one way', args =>
    with_cache(async () => {
      const at = await serve(whole(crl))
      expect(ssl_crl_cache.lookup(at_uris(at), ['internal', args as never])).toBe('not_available')
    }),
  )

  test('is looked for at the next URI, and at four of them', () =>
    with_cache(async () => {
      const at = await serve((socket, path) => whole(path === '/ca.crl' ? crl : 'Not Found')(socket, path))
      const bad = (count: number) => Array.from({ length: count }, (_, number) => `${at}${number}`)
      expect(await lookup(['ldap://x', 'http://127.0.0.1:1/', ...bad(2), at])).toEqual([Buffer.from(crl)])
      expect(await lookup([...bad(4), at])).toBe('not_available')
      const reasons = reports.map(({ label, report }) => [...label, report.reason])
      expect(reasons[0]).toEqual(['ssl', 'crl_fetch', 'econnrefused'])
    }))

  test.each(['Not Found', ''])('that is none, as %j, is told', body =>
    with_cache(async () => {
      const at = await serve(whole(body))
      expect(await lookup([at])).toBe('not_available')
      expect(reports.map(({ report }) => report)).toEqual([{ uri: at, reason: 'no_crl' }])
    }),
  )

  test('is not waited for longer than it may take, however many URIs there are', () =>
    with_cache(async () => {
      const at = await serve(() => {})
      const before = performance.now()
      expect(await lookup([at, `${at}1`, `${at}2`, `${at}3`], 100)).toBe('not_available')
      expect(performance.now() - before).toBeLessThan(10_000)
    }))

  test('that is no list, or never comes, is not available', () =>
    with_cache(async () => {
      for (const answer of [whole(''), whole('<html>'), whole(crl.subarray(0, 99)), whole(ca.cert)]) {
        const at = await serve(answer)
        expect(await lookup([at])).toBe('not_available')
        await server?.[Symbol.asyncDispose]()
      }
      expect(await lookup([await serve(() => {})], 50)).toBe('not_available')
    }))

  test('is fetched once for two thousand who want it at the same time', () =>
    with_cache(async () => {
      const at = await serve(whole(crl))
      const before = left_over()
      const all = await Promise.all(Array.from({ length: 2_000 }, () => lookup([at])))
      expect(server!.requests.length).toBe(1)
      expect(new Set(all.map(([found]) => found)).size).toBe(1)
      await eventually(() => expect(left_over()).toEqual(before))
      expect(await lookup([at])).toEqual([Buffer.from(crl)])
      expect(server!.requests.length).toBe(2)
    }))

  test('is given up once nobody waits for it', () =>
    with_cache(async () => {
      const at = await serve(() => {})
      const before = left_over()
      const askers = Array.from({ length: 3 }, () => spawn(() => lookup([at], 'infinity')))
      await eventually(() => expect(server!.requests.length).toBe(1))
      exit(askers[0]!, 'kill')
      exit(askers[1]!, 'kill')
      // Once this call is answered, the cache has heard of it.
      await ssl_crl_cache.insert(['der', []])
      expect(server!.open()).toBe(1)
      exit(askers[2]!, 'kill')
      await eventually(() => expect(server!.open()).toBe(0))
      await eventually(() => expect(left_over()).toEqual(before))
      expect(reports).toEqual([])
    }))

  test('goes with the cache, and who waits for it has found nothing', () =>
    run(async () => {
      spawn(async () => {
        ok((await crl_keeper.start_link()) as never)
        await receive('never')
      })
      await eventually(() => expect(whereis('ssl_crl_cache')).toBeDefined())
      const at = await serve(() => {})
      const cache = whereis('ssl_crl_cache') as never
      const asked = lookup([at], 'infinity')
      await eventually(() => expect(server!.open()).toBe(1))
      const ref = monitor('process', cache)
      exit(cache, 'kill')
      expect(await receive(['DOWN', ref, _, _, _])).toBeDefined()
      expect(await asked).toBe('not_available')
      await eventually(() => expect(server!.open()).toBe(0))
    }))
})
