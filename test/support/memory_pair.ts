// TLS in virtual time, over a transport in memory: two sockets of ours, or one of ours and a peer in the test's hand.

import { expect } from '@jest/globals'
import { timer_count } from '../../runtime/erlang/alarm.ts'
import { _, ok, type Port, ports, processes, receive, spawn, spawn_monitor } from '../../runtime/index.ts'
import type { TlsAlert } from '../../ssl_app/record/ssl_alert.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { config, environment, identity } from './engine_pair.ts'
import { MemoryTransport } from './memory_transport.ts'
import { RoguePeer } from './rogue_peer.ts'
import { connect_pair, type Pair, type TestPki } from './tls_pair.ts'
import { in_virtual_time } from './virtual_time.ts'

/** Milliseconds after which nothing lingers any more: invalid sessions are kept for a minute. */
const long = 100_000

/** Lets time pass. */
export const sleep = (milliseconds: number): Promise<void> =>
  receive('never sent', milliseconds).then(nothing, nothing)

const nothing = () => {}

/** Lets everything run that can, in a millisecond. */
export const settle = (): Promise<void> => sleep(1)

/**
 * Runs `body` in virtual time, in a process of its own; expects that soon after its end no process, port or timer is
 * left of what it did.
 *
 * @param capacity - see {@link MemoryTransport.capacity}
 */
export const in_memory = (
  body: (network: MemoryTransport) => Promise<unknown>,
  capacity?: number,
): Promise<void> =>
  in_virtual_time(async () => {
    const left = () => ({ processes: processes().length, timers: timer_count(), ports: ports() })
    const before = left()
    const result: { failure?: unknown } = {}
    const [, ref] = spawn_monitor(async () => {
      try {
        await body(new MemoryTransport(capacity))
      } catch (failure) {
        result.failure = failure
      }
    })
    await receive(['DOWN', ref, 'process', _, _])
    if ('failure' in result) throw result.failure
    await sleep(long)
    expect(left()).toEqual(before)
  })

/** As {@link connect_pair}, over the network. */
export const pair_in_memory = (
  { cb_info }: MemoryTransport,
  pki: TestPki,
  client: ssl.ConnectOptions = {},
  server: ssl.ListenOptions = {},
): Promise<Pair> => connect_pair(pki, { cb_info, ...client }, { cb_info, ...server })

/** A client that has begun its handshake, and the socket that a server has accepted for it. */
export async function accepted_socket(
  network: MemoryTransport,
  pki: TestPki,
  server: ssl.ListenOptions = {},
) {
  const { cb_info } = network
  const passive = { mode: 'binary', active: false, cb_info } as const
  const listener = ok(await ssl.listen(0, { ...passive, ...pki.server, ...server }))
  const [, port] = ok(ssl.sockname(listener))
  const connecting = ssl.connect('localhost', port, { ...passive, ...pki.client })
  const accepted = ok(await ssl.transport_accept(listener))
  return { listener, connecting, accepted }
}

/** A socket that a server has accepted, and a peer that says nothing. */
export async function silent_peer(network: MemoryTransport, pki: TestPki, server: ssl.ListenOptions = {}) {
  const { cb_info } = network
  const options = { mode: 'binary', active: false, cb_info, ...pki.server, ...server } as const
  const listener = ok(await ssl.listen(0, options))
  const far = ok(await network.connect('localhost', ok(ssl.sockname(listener))[1], { active: false }))
  return { accepted: ok(await ssl.transport_accept(listener)), far }
}

/** A process that does nothing until it is told. */
export const idler = () => spawn(() => receive('end'))

/** The bare other end of a socket's transport, and the peer that speaks there. */
export interface Rogue {
  readonly socket: ssl.SslSocket
  readonly peer: RoguePeer
  readonly far: Port
  /** Sends what the peer makes. */
  say(...bytes: readonly Uint8Array[]): void
  /** Reads until nothing more has come. @returns the alerts that came, and whether the end has */
  hear(): Promise<{ readonly alerts: readonly TlsAlert[]; readonly closed: boolean }>
}

/**
 * Connects a client of ours to a peer that can do what it likes, and shakes hands.
 *
 * @param last - what the peer sends together with the end of the handshake
 */
export async function rogue_server(
  network: MemoryTransport,
  { leaf, client }: TestPki,
  options: ssl.ConnectOptions = {},
  last: (peer: RoguePeer) => Uint8Array = () => Buffer.alloc(0),
): Promise<Rogue> {
  const [near, far] = network.pair()
  const { cb_info } = network
  const connecting = ssl.connect(near, { mode: 'binary', active: false, cb_info, ...client, ...options })
  const peer = new RoguePeer(
    'server',
    config('server', { identities: [identity(leaf, 'ec')] }),
    environment(),
  )
  while (!peer.connected) {
    peer.hear([ok(await network.recv(far, 0))])
    const flight = peer.all()
    network.send(far, [flight, peer.connected ? last(peer) : Buffer.alloc(0)])
  }
  return {
    socket: ok(await connecting),
    peer,
    far,
    say: (...bytes) => void network.send(far, bytes),
    hear: () => hear(network, far, peer),
  }
}

async function hear(network: MemoryTransport, far: Port, peer: RoguePeer) {
  const before = peer.alerts.length
  for (;;) {
    const [tag, bytes] = await network.recv(far, 0, 1)
    if (tag === 'ok') peer.hear([bytes])
    else return { alerts: peer.alerts.slice(before), closed: bytes === 'closed' }
  }
}
