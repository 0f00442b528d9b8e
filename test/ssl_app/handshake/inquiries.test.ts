import { describe, expect, test } from '@jest/globals'
import { encode } from '../../../runtime/binary/codec.ts'
import { is_pending } from '../../../ssl_app/certificate/awaitable.ts'
import type { Effect } from '../../../ssl_app/handshake/effects.ts'
import {
  type Environment,
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type Question,
  type ResumptionWish,
} from '../../../ssl_app/handshake/handshake_data.ts'
import type { ClientHello } from '../../../ssl_app/handshake/hello.ts'
import type { ClientHelloExtension } from '../../../ssl_app/handshake/hello_extensions.ts'
import { inquire } from '../../../ssl_app/handshake/inquiries.ts'
import { client_key_exchange } from '../../../ssl_app/handshake/key_exchange.ts'
import type { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import { config, environment, serve, those, user_secret } from '../../support/engine_pair.ts'
import { make_everybody, scene_settings, suite_for } from '../../support/everybody.ts'
import { hex } from '../../support/hex.ts'
import { carried } from '../../support/plays.ts'
import { scene } from '../../support/scenes.ts'
import { make_session } from '../../support/sessions.ts'
import { engine, type Settings, sessions_of } from '../../support/walks.ts'

const everybody = await make_everybody()
const srp_suite = suite_for('srp_anon', 'tlsv1.2')!
const psk_suite = suite_for('psk', 'tlsv1.2')!

const hello = (changes: Partial<ClientHello> = {}, ...extensions: ClientHelloExtension[]): ClientHello => ({
  client_version: 0x0303,
  random: new Uint8Array(32),
  session_id: hex(''),
  cipher_suites: [srp_suite.code],
  compression_methods: ['null'],
  extensions,
  ...changes,
})

/** What is asked, and of whom; nobody takes time to answer. */
function asked_by(run: (data: HandshakeData) => unknown, changes: Partial<HandshakeConfig> = {}) {
  const wishes: ResumptionWish[] = []
  const questions: Question[] = []
  const world: Partial<Environment> = {
    resume: wish => {
      wishes.push(wish)
      return undefined
    },
    user_secret: question => {
      questions.push(question)
      return 'error'
    },
  }
  const able = { ciphers: [srp_suite, psk_suite], has_user_lookup: true, session_tickets: true }
  const known = run(
    nothing_known('server', config('server', { ...able, ...changes }), environment([], world)),
  )
  return { wishes, questions, known: known as HandshakeData }
}

const inquire_hello = (asked: ClientHello, changes?: Partial<HandshakeConfig>) =>
  asked_by(data => inquire(['client_hello', asked], data), changes)

describe('a session', () => {
  test('is asked for by all that may decide about it', () => {
    const asked = hello(
      { session_id: hex('0102') },
      ['session_ticket', hex('0304')],
      ['srp', hex('05')],
      ['server_name', 'example.com'],
      ['max_fragment_length', 512],
    )
    expect(inquire_hello(asked).wishes).toEqual([
      {
        session_id: hex('0102'),
        ticket: hex('0304'),
        srp_user: hex('05'),
        server_name: 'example.com',
        max_fragment_length: 512,
      },
    ])
  })

  test.each([
    ['neither an id nor a ticket', hello()],
    ['an empty ticket', hello({}, ['session_ticket', hex('')])],
  ])('is not asked for with %s', (_what, asked) => {
    expect(inquire_hello(asked).wishes).toEqual([])
  })

  test('is not asked for by a ticket where there are none', () => {
    const asked = hello({}, ['session_ticket', hex('0304')])
    expect(inquire_hello(asked, { session_tickets: false }).wishes).toEqual([])
    const by_id = { ...asked, session_id: hex('01') }
    expect(inquire_hello(by_id, { session_tickets: false }).wishes).toMatchObject([{ ticket: undefined }])
  })

  test('is what was found', () => {
    const session = make_session()
    const data = nothing_known('server', config('server'), environment([session]))
    const known = inquire(['client_hello', hello({ session_id: session.session_id })], data)
    expect(known).toMatchObject({ offered: session })
  })
})

describe('a user of SRP', () => {
  const named = hello({}, ['srp', Buffer.from('alice')])

  test('is asked for by name, of which a copy is kept', () => {
    const { questions, known } = inquire_hello(named)
    expect(questions).toEqual([['srp', new Uint8Array(Buffer.from('alice'))]])
    expect(known.identity).toEqual(new Uint8Array(Buffer.from('alice')))
    expect(known.user_secret).toBe('error')
  })

  test.each<[string, ClientHello, Partial<HandshakeConfig>]>([
    ['the client gives no name', hello(), {}],
    ['there is nobody to ask', named, { has_user_lookup: false }],
    ['the client has no suite for it', { ...named, cipher_suites: [psk_suite.code] }, {}],
    ['the server has none', named, { ciphers: [psk_suite] }],
  ])('is not asked for where %s', (_what, asked, changes) => {
    const { questions, known } = inquire_hello(asked, changes)
    expect(questions).toEqual([])
    expect(known.identity).toBeUndefined()
  })
})

describe('a shared key', () => {
  const with_psk = (data: HandshakeData): HandshakeData => ({ ...data, version: 'tlsv1.2', suite: psk_suite })
  const body = encode(client_key_exchange('tlsv1.2', 'psk'), { identity: hex('aabb') })

  test('is asked for by a server as that of whom the client says it is', () => {
    const { questions, known } = asked_by(data => inquire(['client_key_exchange', body], with_psk(data)))
    expect(questions).toEqual([['psk', hex('aabb')]])
    expect(known.identity).toEqual(hex('aabb'))
  })

  test.each([hex('0102'), undefined])('is asked for by a client with the hint that it got: %j', hint => {
    const { questions } = asked_by(data =>
      inquire(['server_hello_done', true], { ...with_psk(data), psk_hint: hint }),
    )
    expect(questions).toEqual([['psk', hint]])
  })

  test('is not asked for where none is needed', () => {
    const other = (data: HandshakeData): HandshakeData => ({ ...with_psk(data), suite: srp_suite })
    for (const message of [
      ['client_key_exchange', body],
      ['server_hello_done', true],
      ['finished', body],
    ] as const) {
      const { questions, known } = asked_by(data => inquire(message, other(data)))
      expect(questions).toEqual([])
      expect(known.user_secret).toBeUndefined()
    }
  })
})

describe('an engine that has to wait for an answer', () => {
  const after_a_while = <Value>(value: Value): Promise<Value> => Promise.resolve(value)
  const slow: Partial<Environment> = { user_secret: question => after_a_while(user_secret(question)) }

  const flight = (effects: readonly Effect[]): Uint8Array =>
    Buffer.concat(those(effects, 'transmit').flatMap(([, pieces]) => pieces))

  /** Lets two engines talk, and each wait as long as it has to. @returns how often they had to wait */
  async function talk(client: TlsEngine, server: TlsEngine, settings: Settings): Promise<number> {
    let waits = 0
    const settled = async (side: TlsEngine, effects: readonly Effect[]): Promise<readonly Effect[]> => {
      const [inquiry] = those(effects, 'inquiry')
      if (!inquiry) return effects
      waits++
      expect(side.receive(new Uint8Array(0))).toEqual([])
      const known = await inquiry[1]
      return [
        ...effects,
        ...(await settled(
          side,
          side.answered(() => known),
        )),
      ]
    }
    let bytes = flight(client.start(settings.offered))
    for (let [from, to] = [client, server]; bytes.length > 0; [from, to] = [to, from]) {
      expect(from).not.toBe(to)
      bytes = flight(await settled(to, serve(to, bytes)))
    }
    expect([client.connected, server.connected]).toEqual([true, true])
    expect([carried(client, server, 'ping'), carried(server, client, 'pong')]).toEqual(['ping', 'pong'])
    return waits
  }

  test.each([
    ['psk', 2],
    ['dhe_psk', 2],
    ['rsa_psk', 2],
    ['srp_anon', 1],
    ['srp_rsa', 1],
    ['rsa', 0],
  ] as const)('goes on when it has it: %s', async (key_exchange, waits) => {
    const settings = {
      ...scene_settings(everybody, scene(key_exchange)),
      worlds: { client: slow, server: slow },
    }
    const [client, server] = [engine('client', everybody, settings), engine('server', everybody, settings)]
    expect(await talk(client, server, settings)).toBe(waits)
  })

  test('goes on with a session that took time to find', async () => {
    const settings = sessions_of(everybody, scene_settings(everybody, scene('ecdhe_rsa')))
    const resume = () => after_a_while(settings.kept![0])
    const worlds = { server: { resume } }
    const [client, server] = [
      engine('client', everybody, settings),
      engine('server', everybody, { ...settings, worlds }),
    ]
    expect(await talk(client, server, settings)).toBe(1)
    expect(client.data.resumed).toBe(true)
  })

  test('asks for session and user one after the other, and waits once', async () => {
    const settings = sessions_of(everybody, scene_settings(everybody, scene('srp_rsa')))
    const resume = () => after_a_while(undefined)
    const worlds = { server: { ...slow, resume } }
    const [client, server] = [
      engine('client', everybody, settings),
      engine('server', everybody, { ...settings, worlds }),
    ]
    expect(await talk(client, server, settings)).toBe(1)
    expect(client.data.resumed).toBe(false)
  })

  test('looks at what came in the meantime only then', async () => {
    const settings = { ...scene_settings(everybody, scene('psk')), worlds: { server: slow } }
    const [client, server] = [engine('client', everybody, settings), engine('server', everybody, settings)]
    const answer = flight(serve(server, flight(client.start())))
    // ClientKeyExchange, change_cipher_spec and Finished in one piece: the first is what has to wait.
    const effects = server.receive(flight(client.receive(answer)))
    expect(effects.map(([tag]) => tag)).toEqual(['inquiry'])
    expect(server.state_name).toBe('certify')
    const [inquiry] = those(effects, 'inquiry')
    expect(is_pending(inquiry![1])).toBe(true)
    const known = await inquiry![1]
    const end = server.answered(() => known)
    expect(end.map(([tag]) => tag)).toEqual(['transmit', 'transmit', 'connected'])
    expect(client.receive(flight(end)).map(([tag]) => tag)).toEqual(['connected'])
  })

  test('hears no more when it was wiped in the meantime', async () => {
    const settings = { ...scene_settings(everybody, scene('psk')), worlds: { server: slow } }
    const [client, server] = [engine('client', everybody, settings), engine('server', everybody, settings)]
    const answer = flight(serve(server, flight(client.start())))
    const [inquiry] = those(server.receive(flight(client.receive(answer))), 'inquiry')
    server.wipe()
    const known = await inquiry![1]
    expect(server.answered(() => known)).toEqual([])
  })
})
