import { beforeAll, describe, expect, test } from '@jest/globals'
import { TrustStore } from '../../../ssl_app/certificate/ssl_pkix_db.ts'
import type { CertificateRequest } from '../../../ssl_app/handshake/certificates.ts'
import type { DigitallySigned } from '../../../ssl_app/handshake/hash_signs.ts'
import { sign_handshake } from '../../../ssl_app/handshake/ssl_signatures.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { path } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import type { RoguePeer } from '../../support/rogue_peer.ts'
import { make_world, type Settings, Walk, type World } from '../../support/walks.ts'

with_each_provider(() => {
  let world: World
  beforeAll(async () => {
    world = await make_world()
  })

  const asking = (settings: Settings = {}): Settings => ({
    client: { identities: [world.client], ...settings.client },
    server: {
      path: path('server', { verify: 'verify_peer' }),
      trusted: world.trusted,
      fail_if_no_peer_cert: true,
      ...settings.server,
    },
  })

  /** A client that plans its second flight, which `meddle` changes; and what becomes of that. */
  function refusal_of(meddle: (client: RoguePeer) => void, settings: Settings = asking()) {
    const walk = new Walk('server', world, settings).flight()
    meddle(walk.rogue)
    return walk.finish().refusal
  }

  const with_signature = (change: (signed: DigitallySigned) => DigitallySigned, settings?: Settings) =>
    refusal_of(client => client.replace('certificate_verify', change), settings)

  describe('a server that asks for a certificate', () => {
    test('takes a client that proves its key', () => {
      const walk = new Walk('server', world, asking()).finish()
      expect(walk.victim.connected).toBe(true)
      expect(walk.victim.data.peer!.certificate).toEqual(world.client.chain[0])
    })

    test('refuses a client that does not', () => {
      expect(refusal_of(client => client.drop('certificate_verify'))).toBe('unexpected_message')
    })

    test('refuses a client that shows none, if it needs one', () => {
      const none = { identities: [] }
      expect(refusal_of(() => {}, asking({ client: none }))).toBe('handshake_failure')
      const lenient = asking({ client: none, server: { fail_if_no_peer_cert: false } })
      expect(refusal_of(() => {}, lenient)).toBeUndefined()
    })

    test('refuses a client that skips the message', () => {
      const meddle = (client: RoguePeer) => {
        client.drop('certificate')
        client.drop('certificate_verify')
      }
      expect(refusal_of(meddle, asking({ server: { fail_if_no_peer_cert: false } }))).toBe(
        'unexpected_message',
      )
    })

    test('refuses a client that nobody it trusts has certified', async () => {
      const stranger = await make_world()
      expect(refusal_of(() => {}, asking({ client: { identities: [stranger.client] } }))).toBe('unknown_ca')
    })

    test('refuses what is no certificate', () => {
      const list = [hex('00')]
      const meddle = (client: RoguePeer) => client.replace('certificate', () => ({ certificate_list: list }))
      expect(refusal_of(meddle)).toBe('certificate_unknown')
    })
  })

  describe('a server refuses a proof', () => {
    test('of which one bit is wrong', () => {
      const wrong = (signature: Uint8Array) => signature.map((byte, at) => (at === 20 ? byte ^ 1 : byte))
      expect(with_signature(signed => signed)).toBeUndefined()
      expect(with_signature(signed => ({ ...signed, signature: wrong(signed.signature) }))).toBe(
        'bad_certificate',
      )
      expect(with_signature(signed => ({ ...signed, signature: hex('') }))).toBe('bad_certificate')
    })

    test('by another key', () => {
      const identity = { ...world.client, key: world.server.key }
      expect(refusal_of(() => {}, asking({ client: { identities: [identity] } }))).toBe('bad_certificate')
    })

    test('from another handshake', () => {
      let proof: DigitallySigned | undefined
      with_signature(signed => {
        proof = signed
        return signed
      })
      expect(with_signature(() => proof!)).toBe('bad_certificate')
    })

    test('of less than the whole handshake', () => {
      const walk = new Walk('server', world, asking()).flight()
      const { data } = walk.rogue
      walk.rogue.replace('certificate_verify', () =>
        sign_handshake({ ...data, history: data.history.slice(0, -3) }),
      )
      expect(walk.finish().refusal).toBe('bad_certificate')
    })

    test.each(['rsa_pkcs1_sha256', 'ed25519', 0x0400, 0, 0x0a0a] as const)(
      'that says that it is made with %s',
      algorithm => {
        expect(with_signature(signed => ({ ...signed, algorithm }))).toBe('illegal_parameter')
      },
    )

    test('with a scheme that it did not list', () => {
      const settings = asking({ server: { signature_algs: ['ecdsa_secp256r1_sha256'] } })
      const walk = new Walk('server', world, settings).flight()
      const { data } = walk.rogue
      walk.rogue.replace('certificate_verify', () =>
        sign_handshake({ ...data, scheme: 'ecdsa_sha1', history: data.history.slice(0, -2) }),
      )
      expect(walk.finish().refusal).toBe('illegal_parameter')
    })
  })

  describe('a server refuses a share', () => {
    const with_share = (body: string, groups: readonly ['x25519' | 'secp256r1']) =>
      refusal_of(client => client.replace('client_key_exchange', () => hex(body)), { server: { groups } })

    test.each([
      [`20${'00'.repeat(32)}`, 'x25519'],
      [`2001${'00'.repeat(31)}`, 'x25519'],
      ['0109', 'x25519'],
      [`41${`04${'00'.repeat(32)}${'00'.repeat(31)}01`}`, 'secp256r1'],
      [`41${'04'.repeat(65)}`, 'secp256r1'],
      ['0100', 'secp256r1'],
    ] as const)('that is no point: %s on %s', (body, curve) => {
      expect(with_share(body, [curve])).toBe('illegal_parameter')
    })

    test.each(['', '00', '20', `21${'09'.repeat(32)}`, `20${'09'.repeat(33)}`])(
      'that is malformed: %s',
      body => {
        expect(with_share(body, ['x25519'])).toBe('decode_error')
      },
    )
  })

  test('a server refuses a Finished that is not what it should be', () => {
    const finished_with = (change: (right: Uint8Array) => Uint8Array) =>
      refusal_of(client => client.replace('finished', change), {})
    expect(finished_with(right => right)).toBeUndefined()
    expect(finished_with(right => right.map(byte => byte ^ 0x80))).toBe('decrypt_error')
    expect(finished_with(right => right.subarray(0, 11))).toBe('decrypt_error')
    expect(finished_with(right => Uint8Array.of(...right, 0))).toBe('decrypt_error')
  })

  test('a server refuses the Finished of a resumed session that is not what it should be', () => {
    const first = new Walk('server', world).finish()
    const kept = first.effects.flatMap(effect => (effect[0] === 'connected' ? [effect[1]!] : []))
    const walk = new Walk('server', world, { offered: kept[0], kept }).flight()
    expect(walk.victim.state_name).toBe('abbreviated')
    walk.rogue.replace('finished', right => (right as Uint8Array).map(byte => byte ^ 1))
    expect(walk.finish().refusal).toBe('decrypt_error')
  })
})

/** The CertificateRequest that a client has read. */
function request_in({ heard_messages }: RoguePeer): CertificateRequest {
  const request = heard_messages.find(([type]) => type === 'certificate_request')
  return request![1] as CertificateRequest
}

describe('the names that a server lists when it asks for a certificate', () => {
  const listed = async (subjects?: readonly Uint8Array[]) => {
    const world = await make_world()
    const trusted = new TrustStore([world.ca.cert_der])
    if (subjects) Object.defineProperty(trusted, 'subjects', { value: () => subjects })
    const server = { path: path('server', { verify: 'verify_peer' }), trusted } as const
    const walk = new Walk('server', world, { client: { identities: [world.client] }, server }).finish()
    expect(walk.victim.connected).toBe(true)
    expect(walk.victim.data.peer).toBeDefined()
    return request_in(walk.rogue).certificate_authorities
  }

  test('are those of the authorities that it trusts', async () => {
    expect(await listed()).toHaveLength(1)
  })

  test('are as many as the message can hold, or none', async () => {
    const names = (count: number) => Array.from({ length: count }, () => new Uint8Array(253))
    expect(await listed(names(257))).toHaveLength(257)
    expect(await listed(names(258))).toHaveLength(0)
  })
})
