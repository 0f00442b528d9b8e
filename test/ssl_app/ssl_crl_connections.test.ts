// Connections that look certificates up in revocation lists, with either role checking the other.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { OTPCertificate } from '../../apps/public_key/otp_certificate.ts'
import type { VerifyEvent } from '../../apps/public_key/verify_fun.ts'
import { exit } from '../../runtime/erlang/links.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { process_info } from '../../runtime/erlang/process_flags.ts'
import { whereis } from '../../runtime/erlang/registry.ts'
import { run, spawn } from '../../runtime/erlang/spawn.ts'
import { ok, type Term } from '../../runtime/erlang/term.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import * as ssl_crl_cache from '../../ssl_app/certificate/ssl_crl_cache.ts'
import type { CrlCacheApi } from '../../ssl_app/certificate/ssl_crl_cache_api.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_intermediate, make_leaf, type TestCertificate } from '../support/certificates.ts'
import { crl_of } from '../support/crls.ts'
import { eventually } from '../support/eventually.ts'
import { type Answer, type HttpServer, http_server, whole } from '../support/http_server.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'

with_ssl()

let root: TestCertificate
let ca: TestCertificate
let good: TestCertificate
let bad: TestCertificate
let of_root: Uint8Array
let of_ca: Uint8Array
let server: HttpServer | undefined

beforeAll(async () => {
  root = await make_ca()
  ca = await make_intermediate(root)
  good = await make_leaf(ca)
  bad = await make_leaf(ca)
  of_root = crl_of(root)
  of_ca = crl_of(ca, [bad])
})

beforeEach(() => run(() => ssl_crl_cache.insert(['der', [of_root, of_ca]])))

afterEach(async () => {
  await run(() => ssl_crl_cache.delete(['der', [of_root, of_ca]]))
  await server?.[Symbol.asyncDispose]()
  server = undefined
})

const without_lists = () => run(() => ssl_crl_cache.delete(['der', [of_root, of_ca]]))

const shows = ({ cert, key_pkcs8_der }: TestCertificate) =>
  ({ cert: [cert, ca.cert], key: ['PrivateKeyInfo', key_pkcs8_der] }) as const

/** Which of them checks the other, and what comes of it on that side: `'ok'`, or the reason. */
type Checker = 'client' | 'server'
type Checks = Pick<ssl.ConnectOptions, 'crl_check' | 'crl_cache' | 'verify_fun' | 'partial_chain' | 'cacerts'>

async function outcome(checker: Checker, peer: TestCertificate, checks: Checks): Promise<Term> {
  const rules = { verify: 'verify_peer', cacerts: [root.cert], ...checks } as const
  const trust = { cacerts: [root.cert] }
  const [for_client, for_server] =
    checker === 'client' ? [rules, {}] : [trust, { ...rules, fail_if_no_peer_cert: true }]
  const [own_client, own_server] = checker === 'client' ? [{}, shows(peer)] : [shows(peer), shows(good)]
  return run(async () => {
    const common = { mode: 'binary', active: false, reuse_sessions: false } as const
    const listener = ok(await ssl.listen(0, { ...common, ...own_server, ...for_server }))
    const [, port] = ok(ssl.sockname(listener))
    const accepted = ssl.transport_accept(listener, 5_000).then(result => ssl.handshake(ok(result), 20_000))
    const connected = ssl.connect('localhost', port, { ...common, ...own_client, ...for_client }, 20_000)
    const results = { client: await connected, server: await accepted }
    const open = Object.values(results).flatMap(([tag, socket]) => (tag === 'ok' ? [socket] : []))
    await close_all(...open, listener)
    const [tag, reason] = results[checker]
    return tag === 'ok' ? tag : reason
  })
}

const is_revoked = ['tls_alert', 'certificate revoked']
const is_bad = ['tls_alert', 'bad certificate']

describe.each(['client', 'server'] as const)('a %s that checks the other', checker => {
  test('accepts a certificate that is in no list, and none that is in one', async () => {
    for (const crl_check of [true, 'peer', 'best_effort'] as const) {
      expect(await outcome(checker, good, { crl_check })).toBe('ok')
      expect(await outcome(checker, bad, { crl_check })).toEqual(is_revoked)
    }
    expect(await outcome(checker, bad, { crl_check: false })).toBe('ok')
  })

  test('refuses one of which nothing can be found out, unless it is content with that', async () => {
    await without_lists()
    for (const crl_check of [true, 'peer'] as const)
      expect(await outcome(checker, good, { crl_check })).toEqual(is_bad)
    expect(await outcome(checker, good, { crl_check: 'best_effort' })).toBe('ok')
  })

  test("looks at the authorities' certificates too, but for 'peer'", async () => {
    await without_lists()
    const list = crl_of(root, [ca])
    await run(() => ssl_crl_cache.insert(['der', [list, of_ca]]))
    expect(await outcome(checker, good, { crl_check: true })).toEqual(is_revoked)
    expect(await outcome(checker, good, { crl_check: 'best_effort' })).toEqual(is_revoked)
    expect(await outcome(checker, good, { crl_check: 'peer' })).toBe('ok')
    await run(() => ssl_crl_cache.delete(['der', [list]]))
  })

  test('lets a verify_fun have its say after everything else', async () => {
    const events: string[] = []
    const verify_fun = [
      (_certificate: OTPCertificate, event: VerifyEvent, state: Term) => {
        if (event[0] !== 'extension') events.push(String(event))
        return event[0] === 'extension' ? (['unknown', state] as const) : (['valid', state] as const)
      },
      [],
    ] as const
    expect(await outcome(checker, bad, { crl_check: true, verify_fun })).toBe('ok')
    expect(events).toEqual(['valid', 'valid_peer', 'bad_cert,revoked,keyCompromise'])
    events.length = 0
    await without_lists()
    expect(await outcome(checker, good, { crl_check: true, verify_fun })).toBe('ok')
    const undetermined = 'bad_cert,revocation_status_undetermined'
    expect(events).toEqual(['valid', undetermined, 'valid_peer', undetermined])
  })

  test('believes the lists of an authority that the user has declared trusted', async () => {
    const partial_chain = () => ['trusted_ca', ca.cert] as const
    const checks = { crl_check: 'peer', partial_chain, cacerts: [bad.cert] } as const
    expect(await outcome(checker, good, checks)).toBe('ok')
    expect(await outcome(checker, bad, checks)).toEqual(is_revoked)
  })

  test('sees at the next connection what was put in after the last', async () => {
    expect(await outcome(checker, good, { crl_check: 'peer' })).toBe('ok')
    const list = crl_of(ca, [good])
    await run(() => ssl_crl_cache.insert(['der', [list]]))
    await run(() => ssl_crl_cache.delete(['der', [of_ca]]))
    expect(await outcome(checker, good, { crl_check: 'peer' })).toEqual(is_revoked)
    await run(() => ssl_crl_cache.delete(['der', [list]]))
  })
})

describe('a cache of one’s own', () => {
  test('may be a process that is called', async () => {
    const lists: gen_server.Callbacks<null, string> = {
      init: () => ['ok', null],
      handle_call: () => ['reply', [of_root, of_ca], null],
    }
    const cache: CrlCacheApi = {
      lookup: () => 'not_available',
      select: (_issuer, [handle]) => gen_server.call(handle, 'select', 5_000),
      fresh_crl: (_point, crl) => crl,
    }
    await without_lists()
    const pid = (await run(async () => ok((await gen_server.start(lists)) as never))) as never
    const crl_cache = [cache, [pid, []]] as const
    for (const checker of ['client', 'server'] as const) {
      expect(await outcome(checker, good, { crl_check: true, crl_cache })).toBe('ok')
      expect(await outcome(checker, bad, { crl_check: true, crl_cache })).toEqual(is_revoked)
    }
    exit(pid, 'kill')
    expect(await outcome('client', good, { crl_check: true, crl_cache })).toEqual(is_bad)
  })
})

describe('lists over HTTP', () => {
  const fetching = (timeout: number): Checks => ({
    crl_check: 'peer',
    crl_cache: [ssl_crl_cache, ['internal', [['http', timeout]]]],
  })

  async function pointing(answer: Answer): Promise<TestCertificate> {
    server = await http_server(answer)
    await without_lists()
    return make_leaf(ca, { crl_distribution_points: [`${server.origin}/ca.crl`] })
  }

  test('are fetched by either role when they are asked for', async () => {
    const leaf = await pointing((socket, path) => whole(of_ca)(socket, path))
    for (const checker of ['client', 'server'] as const) {
      expect(await outcome(checker, leaf, fetching(5_000))).toBe('ok')
      expect(await outcome(checker, leaf, { crl_check: 'peer' })).toEqual(is_bad)
    }
    expect(server!.requests.length).toBe(2)
  })

  test('revoke', async () => {
    let list = of_ca
    const leaf = await pointing((socket, path) => whole(list)(socket, path))
    list = crl_of(ca, [leaf])
    expect(await outcome('client', leaf, fetching(5_000))).toEqual(is_revoked)
    expect(await outcome('server', leaf, { ...fetching(5_000), crl_check: 'best_effort' })).toEqual(
      is_revoked,
    )
  })

  test('that do not come leave the status open, in time', async () => {
    const leaf = await pointing(() => {})
    const before = performance.now()
    expect(await outcome('client', leaf, fetching(100))).toEqual(is_bad)
    expect(await outcome('server', leaf, { ...fetching(100), crl_check: 'best_effort' })).toBe('ok')
    expect(performance.now() - before).toBeLessThan(20_000)
    await eventually(() => expect(server!.open()).toBe(0))
  })

  test('are given up with the connection that wants them', async () => {
    const leaf = await pointing(() => {})
    await run(async () => {
      const listener = ok(await ssl.listen(0, { ...shows(leaf), mode: 'binary', active: false }))
      const [, port] = ok(ssl.sockname(listener))
      spawn(async () => ssl.handshake(ok(await ssl.transport_accept(listener)), 'infinity'))
      const options = { cacerts: [root.cert], ...fetching(60_000), active: false } as const
      const connector = spawn(() => ssl.connect('localhost', port, options, 'infinity'))
      await eventually(() => expect(server!.open()).toBe(1))
      exit(connector, 'kill')
      await eventually(() => expect(server!.open()).toBe(0))
      await ssl.close(listener)
    })
  })

  test('are fetched once for all connections that want them at the same time', async () => {
    let answer: (() => void) | undefined
    const leaf = await pointing((socket, path) => {
      answer = () => whole(of_ca)(socket, path)
    })
    const all = Array.from({ length: 40 }, () => outcome('client', leaf, fetching(15_000)))
    const cache = whereis('ssl_crl_cache') as Pid
    const askers = () => process_info(cache, 'monitors')?.[1].length
    await eventually(() => expect(askers()).toBe(40))
    answer?.()
    expect(await Promise.all(all)).toEqual(all.map(() => 'ok'))
    expect(server!.requests.length).toBe(1)
    expect(askers()).toBe(0)
  })
})
