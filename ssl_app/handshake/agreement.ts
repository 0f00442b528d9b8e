// The form of a way to agree on a secret. Each has a file of its own; which suite takes which is key_exchange's to say.

import type { HandshakeData, OwnShare } from './handshake_data.ts'
import type { ServerParams } from './key_exchange.ts'

/** What a client answers with, and the secret that both sides have by it. */
export interface Answer {
  /** As it stands in ClientKeyExchange. */
  readonly share: Uint8Array
  readonly secret: Uint8Array
}

/** Whoever gets a `secret` wipes it. */
export interface Agreement {
  /** Server: its half, and what the client is told of it. Where there is none, its certificate says it all. */
  readonly offer?: (data: HandshakeData) => readonly [OwnShare, ServerParams]
  /**
   * Client: holds what the server told against what it may be.
   *
   * @throws Alert
   */
  readonly check?: (data: HandshakeData, params: ServerParams) => void
  /**
   * Client: its answer to what is known of the server.
   *
   * @throws Alert `illegal_parameter`: the server's value is none
   */
  readonly answer: (data: HandshakeData) => Answer
  /**
   * Server: the secret, by the client's answer.
   *
   * @throws Alert `illegal_parameter`: the client's value is none
   */
  readonly agree: (data: HandshakeData, share: Uint8Array) => Uint8Array
}
