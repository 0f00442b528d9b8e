// The application protocol, by ALPN or by its predecessor NPN.

import { describe, expect, test } from '@jest/globals'
import { _, ok, receive, type Term } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { in_memory, settle } from '../support/memory_pair.ts'
import type { MemoryTransport } from '../support/memory_transport.ts'
import { close_all, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

const nothing = ['error', 'protocol_not_negotiated']
const alert = (text: string) => ['error', ['tls_alert', text]]

interface Wishes {
  readonly client?: ssl.ConnectOptions
  readonly server?: ssl.ListenOptions
}

interface Met {
  readonly client: ssl.SslSocket
  readonly server: ssl.SslSocket
}

async function shake(network: MemoryTransport, { client, server }: Wishes, port = 0) {
  const common = { mode: 'binary', active: false, cb_info: network.cb_info, log_alert: false } as const
  const listener = ok(await ssl.listen(port, { ...common, ...pki().server, ...server }))
  const [, number] = ok(ssl.sockname(listener))
  const connecting = ssl.connect('localhost', number, { ...common, ...pki().client, ...client })
  const accepted = await ssl.handshake(ok(await ssl.transport_accept(listener)))
  const connected = await connecting
  await ssl.close(listener)
  await settle()
  return { connected, accepted, number }
}

/** What both sides tell of the protocol; or why there is no connection. */
async function told(met: { readonly connected: Term; readonly accepted: Term }): Promise<[Term, Term]> {
  const of = ([tag, socket]: Term) => (tag === 'ok' ? ssl.negotiated_protocol(socket) : ['error', socket])
  return [await of(met.connected), await of(met.accepted)]
}

const both = (value: Term): [Term, Term] => [value, value]

const alpn = (...names: string[]) => ({ alpn_advertised_protocols: names })
const speaks = (...names: string[]) => ({ alpn_preferred_protocols: names })
const advertises = (...names: string[]) => ({ next_protocols_advertised: names })
const prefers = (
  precedence: 'client' | 'server',
  protocols: readonly string[],
  ...otherwise: readonly string[]
): ssl.ConnectOptions => ({ client_preferred_next_protocols: [precedence, protocols, ...otherwise] as never })

const outcomes: readonly (readonly [string, ssl.ConnectOptions, ssl.ListenOptions, Term])[] = [
  ['no wish', {}, {}, nothing],
  ['ALPN: what the server likes best', alpn('a', 'b', 'c'), speaks('x', 'c', 'b'), ['ok', 'c']],
  ['ALPN: nothing in common', alpn('a'), speaks('b'), alert('no application protocol')],
  ['ALPN: a server that speaks nothing', alpn('a'), speaks(), alert('no application protocol')],
  ['ALPN: a server that does not know it', alpn('a'), {}, nothing],
  ['ALPN: a client that does not know it', {}, speaks('a'), nothing],
  ['NPN: what the client likes best', prefers('client', ['c', 'b']), advertises('a', 'b', 'c'), ['ok', 'c']],
  ['NPN: what the server likes best', prefers('server', ['c', 'b']), advertises('a', 'b', 'c'), ['ok', 'b']],
  ['NPN: something else', prefers('client', ['x'], 'y'), advertises('a'), ['ok', 'y']],
  [
    'NPN: something else, by the order of the server',
    prefers('server', ['x'], 'y'),
    advertises('a'),
    ['ok', 'y'],
  ],
  ['NPN: nothing in common', prefers('client', ['x']), advertises('a'), alert('handshake failure')],
  ['NPN: nothing advertised', prefers('server', ['x'], 'y'), advertises(), ['ok', 'y']],
  [
    'NPN: nothing advertised, and nothing else',
    prefers('server', ['x']),
    advertises(),
    alert('handshake failure'),
  ],
  ['NPN: a server that does not know it', prefers('client', ['x']), {}, nothing],
  ['NPN: and nothing else counts then', prefers('client', ['x'], 'y'), {}, nothing],
  ['NPN: a client that does not know it', {}, advertises('a'), nothing],
  [
    'both: ALPN',
    { ...alpn('a'), ...prefers('client', ['n']) },
    { ...speaks('a'), ...advertises('n') },
    ['ok', 'a'],
  ],
  ['both, and a server with ALPN', { ...alpn('a'), ...prefers('client', ['n']) }, speaks('a'), ['ok', 'a']],
  [
    'both, and a server with NPN',
    { ...alpn('a'), ...prefers('client', ['n']) },
    advertises('n'),
    ['ok', 'n'],
  ],
  [
    'both on the server, and a client with NPN',
    prefers('client', ['n']),
    { ...speaks('a'), ...advertises('n') },
    ['ok', 'n'],
  ],
  ['a client with ALPN, a server with NPN', alpn('a'), advertises('a'), nothing],
  ['a client with NPN, a server with ALPN', prefers('client', ['a']), speaks('a'), nothing],
]

test.each(outcomes)('what comes of %s', (_name, client, server, expected) =>
  in_memory(async network => {
    const met = await shake(network, { client, server })
    expect(await told(met)).toEqual(both(expected))
  }),
)

test('names are bytes', () =>
  in_memory(async network => {
    const name = '\xff\x00ä'
    const bytes = Buffer.from(name, 'latin1')
    const met = await shake(network, {
      client: { alpn_advertised_protocols: [bytes] },
      server: speaks('x', name),
    })
    expect(await told(met)).toEqual(both(['ok', name]))
  }))

describe.each<[string, ssl.ConnectOptions, ssl.ListenOptions]>([
  ['ALPN', alpn('a', 'b'), speaks('b', 'a')],
  ['NPN', prefers('client', ['b', 'a']), advertises('a', 'b')],
])('a protocol agreed on by %s', (_how, client, server) => {
  const expected = both(['ok', 'b'])

  async function renegotiate(by: keyof Met, { client: here, server: there }: Met) {
    const [one, other] = by === 'client' ? [here, there] : [there, here]
    ok(await ssl.setopts(other, { active: true }))
    expect(await ssl.renegotiate(one)).toBe('ok')
    ok(await ssl.send(one, 'x'))
    expect(await receive(['ssl', other, _], 1_000)).toHaveLength(3)
    ok(await ssl.setopts(other, { active: false }))
  }

  test.each([
    ['client', true],
    ['client', false],
    ['server', true],
    ['server', false],
  ] as const)('stays in a new handshake of the %s (with a session: %p)', (by, reuse_sessions) =>
    in_memory(async network => {
      const { connected, accepted } = await shake(network, { client: { ...client, reuse_sessions }, server })
      const met = { client: ok(connected), server: ok(accepted) }
      expect(await told({ connected, accepted })).toEqual(expected)
      const midway = ssl.renegotiate(met[by])
      await settle()
      expect(await ssl.negotiated_protocol(met[by])).toEqual(['ok', 'b'])
      ok(await ssl.setopts(by === 'client' ? met.server : met.client, { active: true }))
      expect(await midway).toBe('ok')
      expect(await told({ connected, accepted })).toEqual(expected)
      await renegotiate('server', met)
      expect(await told({ connected, accepted })).toEqual(expected)
    }),
  )

  test('is agreed on anew when a session goes on', () =>
    in_memory(async network => {
      const first = await shake(network, { client, server })
      expect(await told(first)).toEqual(expected)
      await close_all(ok(first.connected), ok(first.accepted))
      const again = async (other: ssl.ConnectOptions, theirs: ssl.ListenOptions) => {
        const met = await shake(network, { client: other, server: theirs }, first.number)
        const facts = ok(await ssl.connection_information(ok(met.connected), ['session_resumption']))
        expect(facts).toEqual({ session_resumption: true })
        return told(met)
      }
      expect(await again(client, server)).toEqual(expected)
      expect(await again(alpn('z'), speaks('z'))).toEqual(both(['ok', 'z']))
      expect(await again(prefers('client', ['y']), advertises('y'))).toEqual(both(['ok', 'y']))
      expect(await again({}, {})).toEqual(both(nothing))
    }))
})
