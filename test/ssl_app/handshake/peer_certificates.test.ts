import { describe, expect, test } from '@jest/globals'
import { ocsp_request_extensions } from '../../../apps/public_key/pubkey_ocsp.ts'
import { is_pending } from '../../../ssl_app/certificate/awaitable.ts'
import type { SslVerifyFun } from '../../../ssl_app/certificate/path_verdict.ts'
import type { Effect } from '../../../ssl_app/handshake/effects.ts'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import { Alert } from '../../../ssl_app/record/ssl_alert.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { path, serve, those } from '../../support/engine_pair.ts'
import { make_everybody, scene_settings } from '../../support/everybody.ts'
import { carried } from '../../support/plays.ts'
import { all_ways, scene } from '../../support/scenes.ts'
import { engine, Walk, walk_on } from '../../support/walks.ts'

const everybody = await make_everybody()

/** What a verify_fun says after a while, of everything. */
const slowly = (answer: 'valid' | 'fail'): SslVerifyFun => [
  async (_certificate, _event, state) => (answer === 'valid' ? ['valid', state] : ['fail', 'not today']),
  [],
]

const flight = (effects: readonly Effect[]): Uint8Array =>
  Buffer.concat(those(effects, 'transmit').flatMap(([, pieces]) => pieces))

/** What a side that has to wait does in the end. */
async function settled(side: TlsEngine, effects: readonly Effect[]): Promise<readonly Effect[]> {
  const [inquiry] = those(effects, 'inquiry')
  if (!inquiry) return effects
  expect(is_pending(inquiry[1])).toBe(true)
  try {
    const known = await inquiry[1]
    return [
      ...effects,
      ...(await settled(
        side,
        side.answered(() => known),
      )),
    ]
  } catch (error) {
    return [
      ...effects,
      ...side.answered(() => {
        throw error
      }),
    ]
  }
}

describe.each(['client', 'server'] as const)('a %s whose verify_fun takes its time', who => {
  async function meet(verify_fun: SslVerifyFun) {
    const { client, server } = scene_settings(
      everybody,
      scene('ecdhe_ecdsa', { client_certificate: 'shown' }),
    )
    const slow = (role: Role): Partial<HandshakeConfig> =>
      role === who ? { path: path(role, { verify: 'verify_peer', verify_fun }) } : {}
    const settings = { client: { ...client, ...slow('client') }, server: { ...server, ...slow('server') } }
    const sides = {
      client: engine('client', everybody, settings),
      server: engine('server', everybody, settings),
    }
    const effects: Effect[] = []
    let bytes = flight(sides.client.start())
    for (let to: Role = 'server'; bytes.length > 0; to = to === 'server' ? 'client' : 'server') {
      const done = await settled(sides[to], serve(sides[to], bytes))
      if (to === who) effects.push(...done)
      bytes = flight(done)
    }
    return { ...sides, effects }
  }

  test('goes on when it has answered', async () => {
    const { client, server, effects } = await meet(slowly('valid'))
    expect(those(effects, 'inquiry')).toHaveLength(1)
    expect([client.connected, server.connected]).toEqual([true, true])
    expect(carried(client, server, 'ping')).toBe('ping')
  })

  test('refuses the other side when it has refused', async () => {
    const { client, server, effects } = await meet(slowly('fail'))
    expect(those(effects, 'own_alert').map(([, { description }]) => description)).toEqual([
      'handshake_failure',
    ])
    expect([client.connected, server.connected]).toEqual([false, false])
  })
})

test('what is no Alert is not for the peer', async () => {
  const bug = new TypeError('a bug')
  const verify_fun: SslVerifyFun = [async (_certificate, _event, state) => ['valid', state], []]
  const { client: trusting, ...others } = scene_settings(everybody, scene('ecdhe_rsa'))
  const settings = { ...others, client: { ...trusting, path: path('client', { verify_fun }) } }
  const [client, server] = [engine('client', everybody, settings), engine('server', everybody, settings)]
  const effects = client.receive(flight(serve(server, flight(client.start()))))
  expect(those(effects, 'inquiry')).toHaveLength(1)
  const answer = () => {
    throw bug
  }
  expect(() => client.answered(answer)).toThrow(bug)
})

describe('a server that has promised an OCSP response', () => {
  const way = (name: string) => all_ways.find(given => given.name === name)!

  test('is checked once that has come', () => {
    const walk = walk_on('client', way('an OCSP response'), everybody)
    walk.steps(2)
    expect(walk.victim.data).toMatchObject({ status_expected: true, peer: undefined })
    walk.steps(1)
    expect(walk.victim.data.shown).toBeUndefined()
    expect(walk.victim.data.peer).toBeDefined()
    expect(walk.finish().victim.connected).toBe(true)
  })

  test('is checked without, when it has gone on', () => {
    const walk = walk_on('client', way('an OCSP response that does not come'), everybody)
    walk.steps(2)
    expect(walk.victim.data.peer).toBeUndefined()
    walk.steps(1)
    expect(walk.victim.data.peer).toBeDefined()
    expect(walk.finish().victim.connected).toBe(true)
  })

  test('though nobody asked for it, is refused', () => {
    const walk = new Walk('client', everybody, scene_settings(everybody, scene('ecdhe_rsa')), {
      meddle: way('an OCSP response').meddle!,
    })
    expect(walk.flight().refusal).toBe('unsupported_extension')
  })

  test('that nobody can read, is refused by who verifies', () => {
    const { client, server } = scene_settings(everybody, scene('ecdhe_rsa'))
    const settings = { client: { ...client, stapling: { nonce: true } }, server: server! }
    const walk = new Walk('client', everybody, settings, { meddle: way('an OCSP response').meddle! })
    expect(walk.flight().refusal).toBe('bad_certificate')
  })
})

test('the question of a client has a nonce, if it is to have one', () => {
  const asked = (nonce: boolean) => {
    const { client, server } = scene_settings(everybody, scene('ecdhe_rsa'))
    const walk = new Walk('client', everybody, {
      client: { ...client, stapling: { nonce } },
      server: server!,
    })
    const [hello] = walk.rogue.heard_messages
    if (hello?.[0] !== 'client_hello') throw new Alert('internal_error', 'no hello')
    return { extensions: hello[1].extensions, nonce: walk.victim.data.status_nonce }
  }
  const with_nonce = asked(true)
  expect(with_nonce.nonce).toHaveLength(32)
  const request = with_nonce.extensions!.find(([name]) => name === 'status_request')!
  const [, [, { request_extensions }]] = request as [string, [string, { request_extensions: Uint8Array }]]
  expect(Buffer.from(request_extensions).includes(Buffer.from(with_nonce.nonce!))).toBe(true)
  const without = asked(false)
  expect(without.nonce).toBeUndefined()
  expect(without.extensions).toContainEqual([
    'status_request',
    [
      'ocsp',
      { responder_ids: Buffer.alloc(0), request_extensions: Buffer.from(ocsp_request_extensions(undefined)) },
    ],
  ])
})
