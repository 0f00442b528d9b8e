// Connections of ours in memory whose peers are in the test's hand from the first message on.

import { ok, type Port } from '../../runtime/index.ts'
import { TrustStore } from '../../ssl_app/certificate/ssl_pkix_db.ts'
import type { HandshakeConfig } from '../../ssl_app/handshake/handshake_data.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { config, environment, identity } from './engine_pair.ts'
import type { MemoryTransport } from './memory_transport.ts'
import { RoguePeer } from './rogue_peer.ts'
import type { TestPki } from './tls_pair.ts'

/** How a peer is, and what it does otherwise. */
export interface Manner {
  readonly config?: Partial<HandshakeConfig>
  /** Is called before each of its flights. */
  readonly meddle?: (peer: RoguePeer) => void
}

/** Where it meets us, and with what options of ours. */
export interface Place<Options> {
  readonly network: MemoryTransport
  readonly pki: TestPki
  readonly options?: Options
}

/** A peer at its end of the transport, and our socket at the other. */
export class Rogue {
  readonly peer: RoguePeer
  readonly far: Port
  readonly #network: MemoryTransport
  readonly #meddle: (peer: RoguePeer) => void
  #socket: ssl.SslSocket | undefined

  constructor(network: MemoryTransport, far: Port, peer: RoguePeer, { meddle = () => {} }: Manner) {
    this.#network = network
    this.far = far
    this.peer = peer
    this.#meddle = meddle
  }

  /** Ours. */
  get socket(): ssl.SslSocket {
    return this.#socket!
  }

  say(...bytes: readonly Uint8Array[]): void {
    void this.#network.send(this.far, bytes)
  }

  /** Shakes hands, the first time or once more, until that is done; a peer that has planned nothing waits for us. */
  async shake_hands(): Promise<void> {
    for (let begun = !this.peer.connected; ; begun = true) {
      if (this.peer.plan.length > 0) this.#meddle(this.peer)
      if (this.peer.plan.length > 0) this.say(this.peer.all())
      if (begun && this.peer.connected) return
      this.peer.hear([ok(await this.#network.recv(this.far, 0))])
    }
  }

  /** As {@link shake_hands}, at first: gives what our side is told. */
  async meet(ours: ReturnType<typeof ssl.handshake>): Promise<Rogue> {
    await this.shake_hands()
    this.#socket = ok(await ours)
    return this
  }

  /** Takes whatever has come. @returns the alerts among it, and `'closed'` at the end */
  async alerts(): Promise<string[]> {
    for (;;) {
      const [tag, bytes] = await this.#network.recv(this.far, 0, 1)
      if (tag === 'ok') this.peer.hear([bytes])
      else {
        const alerts = this.peer.alerts.splice(0).map(({ level, description }) => `${level} ${description}`)
        return bytes === 'closed' ? [...alerts, 'closed'] : alerts
      }
    }
  }
}

/** A client of the test's, connected to a server of ours. */
export function rogue_client(place: Place<ssl.ListenOptions>, manner: Manner = {}): Promise<Rogue> {
  const { network, pki } = place
  const [near, far] = network.pair()
  const { cb_info } = network
  const ours = ssl.handshake(near, {
    mode: 'binary',
    active: false,
    cb_info,
    ...pki.server,
    ...place.options,
  })
  const trusted = new TrustStore([pki.ca.cert_der])
  const peer = new RoguePeer('client', config('client', { trusted, ...manner.config }), environment())
  peer.start()
  return new Rogue(network, far, peer, manner).meet(ours)
}

/** A server of the test's, to which a client of ours is connected. */
export function rogue_server(place: Place<ssl.ConnectOptions>, manner: Manner = {}): Promise<Rogue> {
  const { network, pki } = place
  const [near, far] = network.pair()
  const { cb_info } = network
  const ours = ssl.connect(near, { mode: 'binary', active: false, cb_info, ...pki.client, ...place.options })
  const own = { identities: [identity(pki.leaf, 'ec')], ...manner.config }
  const peer = new RoguePeer('server', config('server', own), environment())
  return new Rogue(network, far, peer, manner).meet(ours)
}
