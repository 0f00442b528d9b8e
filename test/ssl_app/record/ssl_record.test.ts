import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { all_suites, suite_definition } from '../../../ssl_app/record/cipher_suites.ts'
import { seal } from '../../../ssl_app/record/ssl_cipher.ts'
import {
  activate_pending_read,
  activate_pending_write,
  type ConnectionStates,
  decode,
  encode,
  init_connection_states,
  set_limits,
  set_negotiated_version,
  wipe_states,
  write_sequence,
} from '../../../ssl_app/record/ssl_record.ts'
import { suite_from_name } from '../../../ssl_app/record/suite_names.ts'
import { type ContentType, get_tls_records, type TlsRecord } from '../../../ssl_app/record/tls_record.ts'
import type { ProtocolVersion } from '../../../ssl_app/record/tls_version.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { active_states, pending_states } from '../../support/record_states.ts'
import { thrown_alert } from '../../support/thrown_alert.ts'
import { recorded_connections } from '../../vectors/record_vectors.ts'

const gcm = suite_from_name('ECDHE-RSA-AES128-GCM-SHA256')!
const cbc = suite_from_name('ECDHE-RSA-AES256-SHA384')!
const versions = ['sslv3', 'tlsv1', 'tlsv1.1', 'tlsv1.2'] as const

/** The records that `states` sends for a content. */
function sent(states: ConnectionStates, type: ContentType, content: Uint8Array): TlsRecord[] {
  return get_tls_records(Buffer.concat(encode(states, type, content)))[0]
}

/** What `to` understands of what `from` sends. */
function passed(from: ConnectionStates, to: ConnectionStates, content: Uint8Array): Uint8Array {
  return Buffer.concat(sent(from, 'application_data', content).map(record => decode(to, record)))
}

const plain = (fragment: Uint8Array, more: Partial<TlsRecord> = {}): TlsRecord => ({
  type: 'application_data',
  version: 0x0303,
  fragment,
  ...more,
})

with_each_provider(() => {
  describe.each(recorded_connections)(
    'a connection with $version $suite, MAC last: $encrypt_then_mac',
    recorded => {
      const { suite, version } = recorded
      const contents = (role: 'client' | 'server', stream: Uint8Array) => {
        const states = active_states(role, suite_from_name(suite)!, version, recorded)
        return get_tls_records(stream)[0]
          .map(record => [record.type, Buffer.from(decode(states, record))] as const)
          .filter(([, content]) => content.length > 0)
      }

      test('is understood by a server', () => {
        const [handshake, ...data] = contents('server', recorded.client_records)
        expect(handshake?.[0]).toBe('handshake')
        expect([...handshake![1].subarray(0, 4)]).toEqual([20, 0, 0, 12])
        expect(Buffer.concat(data.map(([, content]) => content)).toString()).toBe('ping')
      })

      test('is understood by a client', () => {
        const [handshake, ...data] = contents('client', recorded.server_records)
        const [alert, ...words] = data.reverse()
        expect(handshake?.[1]).toHaveLength(16)
        expect(Buffer.concat(words.reverse().map(([, content]) => content)).toString()).toBe('pong')
        expect(alert).toEqual(['alert', Buffer.from([1, 0])])
      })
    },
  )

  test.each(versions)('every suite of %s carries data both ways', version => {
    const suites = all_suites(version)
    expect(suites.length).toBeGreaterThan(40)
    for (const suite of suites) {
      const [client, server] = (['client', 'server'] as const).map(role =>
        active_states(role, suite, version),
      )
      for (const text of ['hello', 'and', 'more']) {
        expect(passed(client!, server!, Buffer.from(text)).toString()).toBe(text)
        expect(passed(server!, client!, Buffer.from(text)).toString()).toBe(text)
      }
    }
  })
})

describe('what is sent', () => {
  test('is cut into records of at most 16384 bytes, and comes out whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(gcm, cbc), fc.nat(70_000), (suite, size) => {
        const [client, server] = [active_states('client', suite), active_states('server', suite)]
        const content = Buffer.alloc(size, 'the quick brown fox ')
        const records = sent(client, 'application_data', content)
        expect(records).toHaveLength(Math.ceil(size / 16384))
        const contents = records.map(record => decode(server, record))
        expect(contents.every(piece => piece.length <= 16384)).toBe(true)
        expect(Buffer.concat(contents).equals(content)).toBe(true)
      }),
      {
        numRuns: 15,
        examples: [
          [gcm, 0],
          [gcm, 16384],
          [gcm, 16385],
        ],
      },
    )
  })

  test('is one piece if it is small, and two for each full record if it is large', () => {
    const states = active_states('client', gcm)
    expect(encode(states, 'application_data', new Uint8Array(100))).toHaveLength(1)
    expect(encode(states, 'application_data', new Uint8Array(4 * 16384))).toHaveLength(9)
  })

  test('carries the version that was asked for until one is negotiated', () => {
    const states = init_connection_states('tlsv1')
    expect(sent(states, 'handshake', Uint8Array.of(1))[0]?.version).toBe(0x0301)
    set_negotiated_version(states, 'tlsv1.2')
    expect(sent(states, 'handshake', Uint8Array.of(1))[0]?.version).toBe(0x0303)
  })
})

describe('the first byte of application data', () => {
  const sizes = (
    code: number,
    version: ProtocolVersion,
    content: Uint8Array,
    type: ContentType = 'application_data',
  ) => {
    const suite = suite_definition(code)!
    const [client, server] = [
      active_states('client', suite, version),
      active_states('server', suite, version),
    ]
    const contents = sent(client, type, content).map(record => decode(server, record))
    expect(Buffer.concat(contents).equals(content)).toBe(true)
    return contents.map(piece => piece.length)
  }

  test.each([0x002f, 0x000a, 0x0009])('travels alone where IVs are chained: suite %i', code => {
    for (const version of ['sslv3', 'tlsv1'] as const) {
      expect(sizes(code, version, Buffer.alloc(10, 1))).toEqual([1, 9])
      expect(sizes(code, version, Buffer.alloc(20_000, 1))).toEqual([1, 16384, 3615])
      expect(sizes(code, version, Buffer.alloc(1))).toEqual([1])
      expect(sizes(code, version, Buffer.alloc(0))).toEqual([])
    }
  })

  test('does not in later versions, under RC4, or in messages of the handshake', () => {
    expect(sizes(0x002f, 'tlsv1.1', Buffer.alloc(10))).toEqual([10])
    expect(sizes(0x002f, 'tlsv1.2', Buffer.alloc(10))).toEqual([10])
    expect(sizes(0xc02f, 'tlsv1.2', Buffer.alloc(10))).toEqual([10])
    expect(sizes(0x0005, 'tlsv1', Buffer.alloc(10))).toEqual([10])
    expect(sizes(0x0004, 'sslv3', Buffer.alloc(10))).toEqual([10])
    expect(sizes(0x002f, 'tlsv1', Buffer.alloc(10), 'handshake')).toEqual([10])
  })
})

describe('the limit of a record', () => {
  const lengths = (states: ConnectionStates, size = 1500) =>
    sent(states, 'handshake', Buffer.alloc(size)).map(record => record.fragment.length)
  const takes = (states: ConnectionStates, size: number) =>
    thrown_alert(() => decode(states, plain(new Uint8Array(size), { type: 'handshake' })))

  test('holds at once for what is sent', () => {
    const states = init_connection_states('tlsv1.2')
    set_limits(states, { send: 512 })
    expect(lengths(states)).toEqual([512, 512, 476])
    expect(takes(states, 16384)).toBe('none')
  })

  test('holds at once for what is received', () => {
    const states = init_connection_states('tlsv1.2')
    set_limits(states, { receive: 1024 })
    expect(takes(states, 1024)).toBe('none')
    expect(takes(states, 1025)).toBe('record_overflow')
    expect(lengths(states)).toEqual([1500])
  })

  test('holds for protected records too', () => {
    const [client, server] = [pending_states('client', gcm), pending_states('server', gcm)]
    set_limits(client, { send: 512 })
    set_limits(server, { receive: 511 })
    activate_pending_write(client)
    activate_pending_read(server)
    const records = sent(client, 'application_data', Buffer.alloc(1500))
    expect(records).toHaveLength(3)
    expect(thrown_alert(() => decode(server, records[0]!))).toBe('record_overflow')
  })

  test('can be one of protected records only', () => {
    const states = pending_states('client', gcm)
    set_limits(states, { send: 64, receive: 64, protected_only: true })
    expect(lengths(states)).toEqual([1500])
    expect(takes(states, 1500)).toBe('none')
    activate_pending_write(states)
    expect(lengths(states, 128)).toEqual([64 + 24, 64 + 24])
    expect(takes(states, 1500)).toBe('none')

    activate_pending_read(states)
    const server = active_states('server', gcm)
    const [small, large] = [64, 65].map(size => sent(server, 'application_data', Buffer.alloc(size))[0]!)
    expect(decode(states, small!)).toHaveLength(64)
    expect(thrown_alert(() => decode(states, large!))).toBe('record_overflow')
  })

  test('stays until another one is set, and that of a new handshake waits for its keys', () => {
    const states = pending_states('client', gcm)
    set_limits(states, { send: 100, protected_only: true })
    activate_pending_write(states)
    set_limits(states, { send: 200, protected_only: true })
    set_limits(states, { receive: 300, protected_only: true })
    expect(lengths(states, 200)).toHaveLength(2)
    states.pending_write = pending_states('client', gcm).pending_write
    activate_pending_write(states)
    expect(lengths(states, 200)).toHaveLength(1)
  })

  test('does not change that the first byte may travel alone', () => {
    const suite = suite_definition(0x002f)!
    const [client, server] = [
      active_states('client', suite, 'tlsv1'),
      active_states('server', suite, 'tlsv1'),
    ]
    set_limits(client, { send: 512 })
    const contents = sent(client, 'application_data', Buffer.alloc(1025)).map(record =>
      decode(server, record),
    )
    expect(contents.map(content => content.length)).toEqual([1, 512, 512])
  })
})

describe('the version of a record', () => {
  const negotiated = () => {
    const states = init_connection_states('tlsv1.2')
    set_negotiated_version(states, 'tlsv1.2')
    return states
  }
  const content = Uint8Array.of(2, 70)

  test('may be any 3.x before the hellos', () => {
    const states = init_connection_states('tlsv1.2')
    for (const version of [0x0300, 0x0301, 0x0304]) {
      expect(decode(states, plain(content, { version, type: 'handshake' }))).toBe(content)
    }
  })

  test('must be the negotiated one after them', () => {
    for (const version of [0x0300, 0x0302, 0x0304]) {
      const record = plain(content, { version, type: 'handshake' })
      expect(thrown_alert(() => decode(negotiated(), record))).toBe('protocol_version')
    }
    expect(decode(negotiated(), plain(content, { type: 'handshake' }))).toBe(content)
  })

  test('may be another one in an alert that is not protected, and in no other', () => {
    const record = plain(content, { version: 0x0301, type: 'alert' })
    expect(decode(negotiated(), record)).toBe(content)
    expect(thrown_alert(() => decode(active_states('client', gcm), record))).toBe('protocol_version')
  })

  test('that a record claims has no say in its MAC', () => {
    const [client, server] = [active_states('client', cbc), active_states('server', cbc)]
    const [record] = sent(client, 'application_data', content)
    set_negotiated_version(server, 'tlsv1.1')
    expect(thrown_alert(() => decode(server, { ...record!, version: 0x0302 }))).toBe('bad_record_mac')
  })
})

describe('records without content', () => {
  const empty = plain(new Uint8Array(0))
  const flood = (states: ConnectionStates, count: number) => {
    for (let index = 0; index < count; index++) decode(states, empty)
  }

  test('are let pass, but not 33 in a row', () => {
    const states = init_connection_states('tlsv1.2')
    flood(states, 32)
    expect(thrown_alert(() => decode(states, empty))).toBe('unexpected_message')
  })

  test('are counted anew after one with content', () => {
    const states = init_connection_states('tlsv1.2')
    flood(states, 32)
    decode(states, plain(Uint8Array.of(1)))
    expect(thrown_alert(() => flood(states, 32))).toBe('none')
  })

  test('are counted also when they are protected', () => {
    const state = active_states('server', suite_definition(0xc02f)!)
    const peer = active_states('client', suite_definition(0xc02f)!)
    const empties = Array.from({ length: 33 }, () => sealed_empty(peer))
    for (const record of empties.slice(0, 32)) expect(decode(state, record)).toHaveLength(0)
    expect(thrown_alert(() => decode(state, empties[32]!))).toBe('unexpected_message')
  })
})

describe('a record with more content than 16384 bytes', () => {
  test('is answered with record_overflow', () => {
    const states = init_connection_states('tlsv1.2')
    expect(decode(states, plain(new Uint8Array(16384)))).toHaveLength(16384)
    expect(thrown_alert(() => decode(states, plain(new Uint8Array(16385))))).toBe('record_overflow')
  })
})

describe('pending keys', () => {
  const ping = Buffer.from('ping')

  test('are not used before they are activated', () => {
    const states = pending_states('client', gcm)
    expect(sent(states, 'handshake', ping)[0]?.fragment).toEqual(ping)
    expect(decode(states, plain(ping))).toBe(ping)
  })

  test('are activated in one direction at a time, each with a sequence of its own', () => {
    const [client, server] = [pending_states('client', gcm), pending_states('server', gcm)]
    for (let index = 0; index < 3; index++) passed(client, server, ping)
    activate_pending_write(client)
    activate_pending_read(server)
    expect(write_sequence(client)).toBe(0)
    expect(passed(client, server, ping).toString()).toBe('ping')
    expect(write_sequence(client)).toBe(1)
    expect(sent(server, 'handshake', ping)[0]?.fragment).toEqual(ping)
  })

  test('cannot be activated when there are none', () => {
    const states = init_connection_states('tlsv1.2')
    expect(thrown_alert(() => activate_pending_read(states))).toBe('unexpected_message')
    expect(thrown_alert(() => activate_pending_write(states))).toBe('unexpected_message')
  })

  test('cannot be activated twice', () => {
    const states = active_states('client', gcm)
    expect(thrown_alert(() => activate_pending_read(states))).toBe('unexpected_message')
    expect(thrown_alert(() => activate_pending_write(states))).toBe('unexpected_message')
  })

  test('replace keys that are wiped by it', () => {
    const states = active_states('client', gcm)
    const old = states.current_write.cipher
    states.pending_write = pending_states('client', gcm).pending_write
    activate_pending_write(states)
    expect(old.kind === 'aead' && old.key.bytes.every(byte => byte === 0)).toBe(true)
    expect(states.current_write.cipher.kind).toBe('aead')
  })
})

describe('sequence numbers', () => {
  const last = Number.MAX_SAFE_INTEGER - 1

  test('reach their limit and do not pass it when writing', () => {
    const [client, server] = [active_states('client', gcm), active_states('server', gcm)]
    client.current_write.sequence = last
    server.current_read.sequence = last
    expect(passed(client, server, Buffer.from('last')).toString()).toBe('last')
    expect(thrown_alert(() => encode(client, 'application_data', Uint8Array.of(1)))).toBe('internal_error')
  })

  test('reach their limit and do not pass it when reading', () => {
    const states = init_connection_states('tlsv1.2')
    states.current_read.sequence = last
    expect(thrown_alert(() => decode(states, plain(Uint8Array.of(1))))).toBe('none')
    expect(thrown_alert(() => decode(states, plain(Uint8Array.of(1))))).toBe('internal_error')
  })

  test('betray a record that is repeated, left out or moved', () => {
    const record = (index: number) => {
      const client = active_states('client', gcm)
      return [1, 2, 3].flatMap(byte => sent(client, 'application_data', Uint8Array.of(byte)))[index]!
    }
    for (const order of [[0, 0], [1], [0, 2]]) {
      const server = active_states('server', gcm)
      expect(thrown_alert(() => order.map(index => decode(server, record(index))))).toBe('bad_record_mac')
    }
  })
})

test('wiped states neither send nor receive, and have no keys', () => {
  const states = active_states('client', gcm)
  states.pending_read = pending_states('client', cbc).pending_read
  const ciphers = [states.current_read.cipher, states.current_write.cipher]
  wipe_states(states)
  for (const cipher of ciphers)
    expect(cipher.kind === 'aead' && cipher.key.bytes.every(byte => byte === 0)).toBe(true)
  expect(states.pending_read).toBeUndefined()
  expect(thrown_alert(() => encode(states, 'alert', Uint8Array.of(1, 0)))).toBe('internal_error')
  expect(thrown_alert(() => decode(states, plain(Uint8Array.of(1))))).toBe('internal_error')
})

/** A record without content, which {@link encode} does not make. */
function sealed_empty(states: ConnectionStates): TlsRecord {
  const { cipher, sequence } = states.current_write
  states.current_write.sequence = sequence + 1
  const place = { sequence, type: 23, version: 0x0303 }
  return plain(Buffer.concat(seal(cipher, place, new Uint8Array(0))))
}
