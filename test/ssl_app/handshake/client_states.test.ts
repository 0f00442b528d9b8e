import { beforeAll, describe, expect, test } from '@jest/globals'
import { decode, encode } from '../../../runtime/binary/codec.ts'
import type { HandshakeConfig, OwnShare } from '../../../ssl_app/handshake/handshake_data.ts'
import type { SignatureScheme } from '../../../ssl_app/handshake/hash_signs.ts'
import {
  encode_server_params,
  type ServerEcdhParams,
  server_key_exchange,
} from '../../../ssl_app/handshake/key_exchange.ts'
import { sign_params } from '../../../ssl_app/handshake/ssl_signatures.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { path } from '../../support/engine_pair.ts'
import { hex } from '../../support/hex.ts'
import type { RoguePeer } from '../../support/rogue_peer.ts'
import { make_world, type Settings, Walk, type World } from '../../support/walks.ts'

type OwnEcdh = Extract<OwnShare, readonly ['ecdh', ...unknown[]]>

const format = server_key_exchange('tlsv1.2', 'ecdhe_ecdsa')
const asked = (settings: Settings = {}): Settings => ({
  ...settings,
  server: { path: path('server', { verify: 'verify_peer' }), ...settings.server },
})

/** A client and a server that plans its first flight, which `meddle` changes; and what becomes of that. */
function refusal_of(world: World, meddle: (server: RoguePeer) => void, settings: Settings = {}) {
  const walk = new Walk('client', world, settings)
  meddle(walk.rogue)
  return walk.finish().refusal
}

/** Any share, signed as it should be, or with another scheme. */
function signed_share(
  { data }: RoguePeer,
  params: ServerEcdhParams,
  scheme: SignatureScheme = 'ecdsa_secp256r1_sha256',
): Uint8Array {
  const signature = sign_params({ ...data, scheme }, encode_server_params(['ecdh', params]))
  return encode(format, { params: ['ecdh', params], signature })
}

with_each_provider(() => {
  let world: World
  beforeAll(async () => {
    world = await make_world()
  })

  describe('a client refuses a server', () => {
    test('that shows no certificate', () => {
      const meddle = (server: RoguePeer) => server.replace('certificate', () => ({ certificate_list: [] }))
      expect(refusal_of(world, meddle)).toBe('bad_certificate')
    })

    test('that shows what is no certificate', () => {
      const list = [hex('3003020101')]
      const meddle = (server: RoguePeer) => server.replace('certificate', () => ({ certificate_list: list }))
      expect(refusal_of(world, meddle)).toBe('certificate_unknown')
    })

    test('that nobody it trusts has certified', async () => {
      const stranger = await make_world()
      expect(refusal_of(world, () => {}, { server: { identities: [stranger.server] } })).toBe('unknown_ca')
    })

    test('whose key is not for the suite', async () => {
      const { chain } = (await make_world('rsa')).server
      const walk = new Walk('client', world, { client: { path: path('client', { verify: 'verify_none' }) } })
      walk.rogue.replace('certificate', () => ({ certificate_list: chain }))
      expect(walk.finish().refusal).toBe('handshake_failure')
    })
  })

  describe('a client refuses a share', () => {
    test('with a signature of which one bit is wrong', () => {
      const meddle = (server: RoguePeer) =>
        server.replace('server_key_exchange', body => {
          const { signature, ...exchange } = decode(format, body as Uint8Array)
          const wrong = Uint8Array.from(signature!.signature)
          wrong[wrong.length - 1]! ^= 1
          return encode(format, { ...exchange, signature: { ...signature, signature: wrong } })
        })
      expect(refusal_of(world, meddle)).toBe('decrypt_error')
    })

    test('signed by another key', () => {
      const identity = { ...world.server, key: world.client.key }
      expect(refusal_of(world, () => {}, { server: { identities: [identity] } })).toBe('decrypt_error')
    })

    test('that was signed in another handshake', () => {
      let signed: Uint8Array | undefined
      new Walk('client', world).rogue.replace('server_key_exchange', body => {
        signed = body as Uint8Array
        return signed
      })
      const meddle = (server: RoguePeer) => server.replace('server_key_exchange', () => signed)
      expect(refusal_of(world, meddle)).toBe('decrypt_error')
    })

    test.each(['ecdsa_sha1', 'ecdsa_secp384r1_sha384'] as const)('signed with %s, unasked', scheme => {
      const client: Partial<HandshakeConfig> = { signature_algs: ['ecdsa_secp256r1_sha256'] }
      const meddle = (server: RoguePeer) => {
        const [, curve, { public_key }] = server.data.own_share as OwnEcdh
        const share = signed_share(server, { curve, public: public_key }, scheme)
        server.replace('server_key_exchange', () => share)
      }
      expect(refusal_of(world, meddle, { client })).toBe('illegal_parameter')
      expect(refusal_of(world, meddle)).toBeUndefined()
    })

    test.each(['rsa_pkcs1_sha256', 'ed25519', 0x0400, 0, 0x0a0a] as const)(
      'that says that it is signed with %s',
      algorithm => {
        const meddle = (server: RoguePeer) =>
          server.replace('server_key_exchange', body => {
            const { signature, ...exchange } = decode(format, body as Uint8Array)
            return encode(format, { ...exchange, signature: { ...signature!, algorithm } })
          })
        expect(refusal_of(world, meddle)).toBe('illegal_parameter')
      },
    )

    test.each(['secp521r1', 0x0a0a, 65_281] as const)('on the curve %s, which it did not offer', curve => {
      const params = { curve, public: new Uint8Array(133).fill(4) }
      const meddle = (server: RoguePeer) =>
        server.replace('server_key_exchange', () => signed_share(server, params))
      expect(refusal_of(world, meddle, { client: { groups: ['x25519', 'secp256r1'] } })).toBe(
        'illegal_parameter',
      )
    })

    test.each([
      ['secp256r1', `04${'00'.repeat(31)}01${'00'.repeat(31)}01`],
      ['secp256r1', `04${'ff'.repeat(64)}`],
      ['secp256r1', `02${'6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'}`],
      ['secp256r1', '00'],
      ['secp256r1', '04'],
      ['x25519', '00'.repeat(32)],
      ['x25519', `01${'00'.repeat(31)}`],
      ['x25519', `e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800`],
      ['x25519', '09'],
      ['x25519', '09'.repeat(33)],
    ] as const)('on %s that is no point: %s', (curve, point) => {
      const params = { curve, public: hex(point) }
      const meddle = (server: RoguePeer) =>
        server.replace('server_key_exchange', () => signed_share(server, params))
      expect(refusal_of(world, meddle)).toBe('illegal_parameter')
    })

    test.each([
      ['bytes behind it', (body: Uint8Array) => Buffer.concat([body, hex('00')])],
      ['its end missing', (body: Uint8Array) => body.subarray(0, -1)],
      ['a curve that has no name', (body: Uint8Array) => Uint8Array.of(1, ...body.subarray(1))],
      ['nothing in it', () => hex('')],
    ] as const)('with %s', (_what, change) => {
      const meddle = (server: RoguePeer) =>
        server.replace('server_key_exchange', body => change(body as Uint8Array))
      expect(refusal_of(world, meddle)).toBe('decode_error')
    })
  })

  describe('a client refuses a Finished', () => {
    const finished_with = (change: (verify_data: Uint8Array) => Uint8Array) => {
      const walk = new Walk('client', world).flight()
      walk.rogue.replace('finished', body => change(body as Uint8Array))
      return walk.finish().refusal
    }

    test('that is not what it should be', () => {
      expect(finished_with(right => right)).toBeUndefined()
      expect(finished_with(right => right.map(byte => byte ^ 1))).toBe('decrypt_error')
      expect(finished_with(right => right.subarray(1))).toBe('decrypt_error')
      expect(finished_with(right => Uint8Array.of(...right, 0))).toBe('decrypt_error')
      expect(finished_with(() => hex(''))).toBe('decrypt_error')
    })

    test('that is its own', () => {
      const walk = new Walk('client', world).flight()
      const own = walk.rogue.data.history.at(-2)!
      walk.rogue.replace('finished', () => own.subarray(4))
      expect(walk.finish().refusal).toBe('decrypt_error')
    })
  })

  describe('a client that is asked for a certificate', () => {
    test('shows none when the server takes none of its signatures', () => {
      const walk = new Walk('client', world, asked({ client: { identities: [world.client] } }))
      walk.rogue.replace('certificate_request', request => ({
        ...(request as object),
        supported_signature_algorithms: ['rsa_pkcs1_sha256', 0x0a0a, 'ed25519'],
      }))
      expect(walk.finish().refusal).toBeUndefined()
      expect(walk.rogue.connected).toBe(true)
      expect(walk.rogue.data.peer).toBeUndefined()
    })

    test('signs with the first scheme of the server that its key can do', () => {
      const signature_algs = ['rsa_pkcs1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp256r1_sha256'] as const
      const settings = asked({
        client: { identities: [world.client] },
        server: { signature_algs, trusted: world.trusted },
      })
      const walk = new Walk('client', world, settings).finish()
      expect(walk.victim.data.scheme).toBe('ecdsa_secp384r1_sha384')
      expect(walk.rogue.data.peer!.certificate).toEqual(world.client.chain[0])
    })
  })

  test('a client overhears a HelloRequest in its handshake', () => {
    const walk = new Walk('client', world)
    while (walk.victim.state_name !== 'cipher') {
      walk.give(walk.rogue.say(['hello_request', true])).steps(1)
    }
    expect(walk.finish().refusal).toBeUndefined()
    expect(walk.victim.connected).toBe(true)
  })
})
