// Every function of the module ssl that takes a socket, on every kind of socket, called by its owner and by a stranger.
// The rows are those of the specification's section 1.

import { describe, expect, test } from '@jest/globals'
import { gen_tcp } from '../../apps/kernel/index.ts'
import { _, exit, ok, receive, run, self, send, spawn, sys } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { eventually } from '../support/eventually.ts'
import { close_all, connect_pair, with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

/** What is called with: any kind of socket, whatever the function's type says. */
type AnySocket = ssl.SslSocket & ssl.SslListenSocket
type Kind =
  | 'accepted'
  | 'shaking'
  | 'paused'
  | 'connected'
  | 'renegotiating'
  | 'listening'
  | 'closed'
  | 'shut'

/** What a call gives; a call that waits gives it once the peer has gone. */
type Outcome = unknown | Waits
class Waits {
  readonly outcome: unknown
  constructor(outcome: unknown) {
    this.outcome = outcome
  }
}

const anything = expect.anything()
const some = ['ok', anything]
const closed = ['error', 'closed']
const einval = ['error', 'einval']
const enotconn = ['error', 'enotconn']
const not_yet = ['error', 'notsup_on_transport_accept_socket']
const until_closed = new Waits(closed)
/** What most calls give where there is no connection. */
const unconnected = {
  accepted: not_yet,
  shaking: until_closed,
  paused: not_yet,
  listening: enotconn,
  closed,
  shut: enotconn,
}
const about_transport = { accepted: some, shaking: some, paused: some, connected: some, renegotiating: some }
const same = <Answer>(connected: Answer) => ({ ...unconnected, connected, renegotiating: connected })
const is_socket = Symbol('the socket itself')

interface Row {
  readonly call: (socket: AnySocket) => unknown
  readonly gives: Readonly<Record<Kind, Outcome>>
  /** Where it makes a difference. */
  readonly stranger?: Partial<Readonly<Record<Kind, Outcome>>>
}

const label = 'EXPORTER-of-mine'
const someone = () => spawn(async () => receive('never'))

const rows: Readonly<Record<string, Row>> = {
  'peername (1.1.4, 1.13)': {
    call: ssl.peername,
    gives: { ...about_transport, listening: enotconn, closed: einval, shut: enotconn },
  },
  'sockname (1.1.4, 1.13)': {
    call: ssl.sockname,
    gives: { ...about_transport, listening: some, closed: einval, shut: einval },
  },
  'getstat (7.1)': {
    call: socket => ssl.getstat(socket),
    gives: { ...about_transport, listening: some, closed: einval, shut: einval },
  },
  'peercert (1.13)': { call: ssl.peercert, gives: { ...same(some), connected: ['error', 'no_peercert'] } },
  'connection_information/1 (1.13)': { call: s => ssl.connection_information(s), gives: same(some) },
  'connection_information/2 (1.13)': {
    call: s => ssl.connection_information(s, ['protocol', 'nothing']),
    gives: same(['ok', { protocol: 'tlsv1.2' }]),
  },
  'connection_info (1.2)': { call: ssl.connection_info, gives: same(some) },
  'session_info (1.2)': {
    call: ssl.session_info,
    gives: same({ session_id: anything, cipher_suite: anything }),
  },
  'negotiated_protocol (1.13)': {
    call: ssl.negotiated_protocol,
    gives: same(['error', 'protocol_not_negotiated']),
  },
  'negotiated_next_protocol (1.2)': {
    call: ssl.negotiated_next_protocol,
    gives: same(['error', 'next_protocol_not_negotiated']),
  },
  'prf (1.13)': { call: s => ssl.prf(s, 'master_secret', label, ['client_random'], 8), gives: same(some) },
  'export_key_materials (7.1)': {
    call: s => ssl.export_key_materials(s, [label], ['no_context'], [8]),
    gives: same(some),
  },
  'renegotiate (1.13, 4.6)': {
    call: ssl.renegotiate,
    gives: { ...unconnected, connected: 'ok', renegotiating: ['error', 'already_renegotiating'] },
  },
  'send (1.9)': {
    call: s => ssl.send(s, 'data'),
    gives: { ...unconnected, connected: 'ok', renegotiating: until_closed },
  },
  'recv (1.10)': { call: s => ssl.recv(s, 1), gives: same(until_closed) },
  'recv with a timeout (1.10)': {
    call: s => ssl.recv(s, 1, 0),
    gives: { ...same(['error', 'timeout']), shaking: ['error', 'timeout'] },
  },
  'setopts (1.12)': {
    call: s => ssl.setopts(s, { packet: 4 }),
    gives: { ...same('ok'), listening: 'ok', shut: closed },
  },
  'getopts (1.12)': {
    call: s => ssl.getopts(s, ['packet']),
    gives: { ...same(['ok', { packet: 0 }]), listening: ['ok', { packet: 0 }], shut: closed },
  },
  'shutdown (1.8)': { call: s => ssl.shutdown(s, 'write'), gives: { ...same('ok'), shut: closed } },
  'close (1.7)': {
    call: s => ssl.close(s, 0),
    gives: {
      ...same('ok'),
      accepted: 'ok',
      shaking: 'ok',
      paused: 'ok',
      listening: 'ok',
      closed: 'ok',
      shut: 'ok',
    },
  },
  'controlling_process (1.15)': {
    call: s => ssl.controlling_process(s, someone()),
    gives: { ...same('ok'), accepted: 'ok', shaking: 'ok', paused: 'ok', listening: 'ok', shut: closed },
    stranger: { listening: ['error', 'not_owner'] },
  },
  'handshake (1.6)': {
    call: s => ssl.handshake(s, 5_000),
    gives: { ...same(is_socket), accepted: until_closed },
  },
  'handshake with options (1.6)': {
    call: s => ssl.handshake(s, { depth: 2 }, 5_000),
    gives: { ...same(is_socket), accepted: until_closed },
  },
  'handshake with an option that it cannot have (1.6)': {
    call: s => ssl.handshake(s, { packet: 4 }, 5_000),
    gives: {
      ...same(['error', ['options', ['packet', 4]]]),
      accepted: ['error', ['options', ['packet', 4]]],
    },
  },
  'ssl_accept (1.6)': {
    call: s => ssl.ssl_accept(s, 5_000),
    gives: { ...same('ok'), accepted: until_closed },
  },
  'handshake_continue (7.1)': {
    call: s => ssl.handshake_continue(s, {}, 5_000),
    gives: { ...same(einval), paused: is_socket },
  },
  'handshake_cancel (7.1)': { call: ssl.handshake_cancel, gives: { ...same(einval), paused: 'ok' } },
}

/** A socket of some kind, and what makes its peer go. */
interface Made {
  readonly socket: ssl.SslSocket | ssl.SslListenSocket
  go(): unknown
}

const kinds: Readonly<Record<Kind, () => Promise<Made>>> = {
  accepted: of_silent_peer,

  async shaking() {
    const made = await of_silent_peer()
    spawn(() => ssl.handshake(made.socket, 5_000))
    await shaking_hands(made.socket)
    return made
  },

  async paused() {
    const listener = ok(await ssl.listen(0, { active: false, handshake: 'hello', ...pki().server }))
    const [, port] = ok(ssl.sockname(listener))
    const client = spawn(async () => {
      await ssl.connect('localhost', port, pki().client)
      await receive('never')
    })
    const socket = ok(await ssl.transport_accept(listener))
    expect((await ssl.handshake(socket, 5_000))[0]).toBe('ok')
    await ssl.close(listener)
    return { socket, go: () => exit(client, 'kill') }
  },

  async connected() {
    const { client, server, listener } = await connect_pair(pki(), { active: true })
    await ssl.close(listener)
    return { socket: server, go: () => ssl.close(client, 0) }
  },

  /** The peer does not read, and so does not answer. */
  async renegotiating() {
    const { client, server, listener } = await connect_pair(pki())
    await ssl.close(listener)
    const sent = () => ok(ssl.getstat(client, ['send_oct'])).send_oct
    const before = sent()
    spawn(() => ssl.renegotiate(client))
    await eventually(() => expect(sent()).toBeGreaterThan(before))
    return { socket: client, go: () => ssl.close(server, 0) }
  },

  async listening() {
    return { socket: ok(await ssl.listen(0, { active: false, ...pki().server })), go: nothing }
  },

  async closed() {
    const { client, server, listener } = await connect_pair(pki())
    await close_all(client, server, listener)
    return { socket: client, go: nothing }
  },

  async shut() {
    const { socket, go } = await kinds.listening()
    await ssl.close(socket)
    return { socket, go }
  },
}

const nothing = () => {}

/** Until then it would say that it cannot be asked yet. */
async function shaking_hands(socket: ssl.SslSocket): Promise<void> {
  for (let state: unknown; state !== 'handshake'; ) [state] = await sys.get_state<[unknown]>(socket.pid)
}

/** A server's side whose client says nothing. */
async function of_silent_peer(): Promise<Made & { readonly socket: ssl.SslSocket }> {
  const listener = ok(await ssl.listen(0, { active: false, ...pki().server }))
  const [, port] = ok(ssl.sockname(listener))
  const peer = ok(await gen_tcp.connect('localhost', Number(port), { active: false }))
  const socket = ok(await ssl.transport_accept(listener))
  await ssl.close(listener)
  return { socket, go: () => gen_tcp.close(peer) }
}

/** Calls as the owner, or from a process that has nothing to do with the socket. */
async function answer(made: Made, row: Row, who: 'owner' | 'stranger', waits: boolean): Promise<unknown> {
  const me = self()
  const call = async () => row.call(made.socket as AnySocket)
  if (who === 'stranger') spawn(async () => send(me, ['answer', await call()]))
  else void call().then(given => send(me, ['answer', given]))
  if (waits) await made.go()
  const [, given] = await receive(['answer', _], 5_000)
  return given
}

describe.each(Object.entries(rows))('%s', (_name, row) => {
  test.each(Object.keys(kinds) as Kind[])('on a socket that is %s', kind =>
    run(async () => {
      for (const who of ['owner', 'stranger'] as const) {
        const made = await kinds[kind]()
        const outcome = (who === 'stranger' && row.stranger?.[kind]) || row.gives[kind]
        const waits = outcome instanceof Waits
        const wanted = waits ? outcome.outcome : outcome === is_socket ? ['ok', made.socket] : outcome
        expect([who, await answer(made, row, who, waits)]).toEqual([who, wanted])
        await made.go()
        await ssl.close(made.socket, 0)
      }
    }),
  )
})
