import {
  constants,
  createHmac,
  createVerify,
  type KeyObject,
  publicDecrypt,
  X509Certificate,
} from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { suite_definition } from '../../../ssl_app/record/cipher_suites.ts'
import {
  extended_master_secret,
  master_secret,
  prf,
  signed_messages,
  verify_data,
} from '../../../ssl_app/record/key_schedule.ts'
import { decode } from '../../../ssl_app/record/ssl_record.ts'
import { get_tls_records, type TlsRecord } from '../../../ssl_app/record/tls_record.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { to_hex } from '../../support/hex.ts'
import { active_states } from '../../support/record_states.ts'
import { type RecordedHandshake, recorded_handshakes } from '../../vectors/handshake_vectors.ts'

const certificate = 11
const certificate_verify = 15

/** A side of a recorded connection: its handshake messages in the clear, and its records under the keys. */
interface Half {
  readonly messages: readonly Uint8Array[]
  readonly records: readonly TlsRecord[]
}

function half(stream: Uint8Array): Half {
  const [records] = get_tls_records(stream)
  const change = records.findIndex(record => record.type === 'change_cipher_spec')
  const clear = Buffer.concat(records.slice(0, change).map(record => record.fragment))
  return { messages: messages_of(clear), records: records.slice(change + 1) }
}

function messages_of(bytes: Buffer): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUIntBE(at + 1, 3)
    messages.push(bytes.subarray(at, end))
    at = end
  }
  return messages
}

/** A recorded connection with the secrets that come of its premaster secret. */
function replay(recorded: RecordedHandshake) {
  const client = half(recorded.client_records)
  const server = half(recorded.server_records)
  const agreed = { version: recorded.version, suite: suite_definition(recorded.suite)! }
  const [client_hello, ...flight] = client.messages
  const to_key_exchange = flight.filter(message => message[0] !== certificate_verify)
  const randoms = {
    client_random: client_hello!.subarray(6, 38),
    server_random: server.messages[0]!.subarray(6, 38),
  }
  const master = recorded.extended_master_secret
    ? extended_master_secret(agreed, recorded.premaster_secret, [
        client_hello!,
        ...server.messages,
        ...to_key_exchange,
      ])
    : master_secret(agreed, recorded.premaster_secret, randoms)
  const history = [client_hello!, ...server.messages, ...flight]
  const states = (role: Role) =>
    active_states(role, agreed.suite, agreed.version, { ...randoms, master_secret: master })
  const opened = (role: Role, { records }: Half) => {
    const reader = states(role)
    return records.map(record => [record.type, Buffer.from(decode(reader, record))] as const)
  }
  return {
    agreed,
    master,
    history,
    flight,
    from_client: opened('server', client),
    from_server: opened('client', server),
  }
}

const data_of = (records: readonly (readonly [string, Buffer])[]) =>
  Buffer.concat(records.filter(([type]) => type === 'application_data').map(([, content]) => content))

with_each_provider(() => {
  describe.each(recorded_handshakes)('a recorded handshake in $version with suite $suite', recorded => {
    test('gives the keys that its records are under', () => {
      const { from_client, from_server } = replay(recorded)
      expect(data_of(from_client).toString()).toBe('ping')
      expect(data_of(from_server).toString()).toBe('pong')
      expect([...from_client.at(-1)![1]]).toEqual([1, 0])
    })

    test('ends with the proofs of both sides', () => {
      const { agreed, master, history, from_client, from_server } = replay(recorded)
      const client = from_client[0]![1]
      const server = from_server[0]![1]
      expect(to_hex(client.subarray(4))).toBe(to_hex(verify_data(agreed, master, 'client', history)))
      expect(to_hex(server.subarray(4))).toBe(
        to_hex(verify_data(agreed, master, 'server', [...history, client])),
      )
      expect(verify_data(agreed, master, 'client', history)).toHaveLength(
        agreed.version === 'sslv3' ? 36 : 12,
      )
    })
  })

  test('what a client signs in SSL 3.0 is what others sign, with RSA and with DSA', () => {
    const with_key = recorded_handshakes.filter(recorded => recorded.client_key !== 'none')
    expect(with_key.map(recorded => recorded.client_key).sort()).toEqual(['dsa', 'rsa'])
    for (const recorded of with_key) {
      const { master, history, flight } = replay(recorded)
      const chain = flight.find(message => message[0] === certificate)!
      const key = new X509Certificate(chain.subarray(10)).publicKey
      const signature = flight.find(message => message[0] === certificate_verify)!.subarray(6)
      const signed = signed_messages(
        'sslv3',
        master,
        history.slice(0, -1),
        recorded.client_key as 'rsa' | 'dsa',
      )
      expect(is_signed(signed, key, signature)).toBe(true)
    }
  })

  /** What others make of it. The digest that is left out is SHA-1, as everywhere before TLS 1.2. */
  function is_signed(signed: ReturnType<typeof signed_messages>, key: KeyObject, signature: Uint8Array) {
    const content = Buffer.concat([signed.content].flat() as Uint8Array[])
    if (signed.digest === 'none') {
      const padding = constants.RSA_PKCS1_PADDING
      return publicDecrypt({ key, padding }, signature).equals(content)
    }
    return createVerify('sha1').update(content).verify(key, signature)
  }
})

describe('the PRF that users ask for', () => {
  const secret = new Uint8Array(20).fill(5)
  const agreed = (code: number, version: ProtocolVersion) => ({ suite: suite_definition(code)!, version })
  const bytes = (code: number, version: ProtocolVersion) =>
    to_hex(prf(agreed(code, version), secret, ['label', Uint8Array.of(1, 2)], 16)!)

  /** The first block of RFC 5246 §5. */
  function independent(hash: string, key = secret): Buffer {
    const seed = Buffer.concat([Buffer.from('label'), Buffer.of(1, 2)])
    const first = createHmac(hash, key).update(seed).digest()
    return createHmac(hash, key).update(first).update(seed).digest().subarray(0, 16)
  }

  test('is made of the suite’s hash in TLS 1.2', () => {
    expect(bytes(0xc028, 'tlsv1.2')).toBe(independent('sha384').toString('hex'))
    expect(bytes(0x000a, 'tlsv1.2')).toBe(independent('sha256').toString('hex'))
  })

  test.each(['tlsv1', 'tlsv1.1'] as const)('is made of MD5 and SHA-1 in %s', version => {
    const sha = independent('sha1', secret.subarray(10))
    const both = independent('md5', secret.subarray(0, 10)).map((byte, at) => byte ^ sha[at]!)
    expect(bytes(0x000a, version)).toBe(to_hex(both))
  })

  test('does not exist in SSL 3.0', () => {
    expect(prf(agreed(0x000a, 'sslv3'), secret, ['label'], 16)).toBeUndefined()
  })
})

test('SSL 3.0 has no extended master secret', () => {
  const agreed = { suite: suite_definition(0x000a)!, version: 'sslv3' } as const
  expect(() => extended_master_secret(agreed, new Uint8Array(48), [])).toThrow('no extended master secret')
})

test('what a client signs in TLS are the messages, hashed as the key has it elsewhere', () => {
  const messages = [Uint8Array.of(1), Uint8Array.of(2)]
  for (const version of ['tlsv1', 'tlsv1.1', 'tlsv1.2'] as const) {
    const signed = signed_messages(version, new Uint8Array(48), messages, 'rsa')
    expect(signed).toEqual({ digest: undefined, content: messages })
  }
})
