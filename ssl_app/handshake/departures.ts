// What goes to the peer: messages become records, under the keys of the moment.

import { write_keys } from '../record/key_schedule.ts'
import { encode_alert, type TlsAlert } from '../record/ssl_alert.ts'
import {
  activate_pending_write,
  type ConnectionStates,
  encode,
  set_limits,
  set_pending_states,
} from '../record/ssl_record.ts'
import type { ContentType } from '../record/tls_record.ts'
import type { Action, HandshakeData, PendingKeys } from './handshake_data.ts'

/** Mutable; it shares the states of the records with who reads them. */
export class Departures {
  readonly #states: ConnectionStates
  readonly #transmit: (records: readonly Uint8Array[]) => void
  #flight: Uint8Array[] = []

  constructor(states: ConnectionStates, transmit: (records: readonly Uint8Array[]) => void) {
    this.#states = states
    this.#transmit = transmit
  }

  /** What of a step concerns the peer and the records. */
  act(action: Exclude<Action, readonly ['connected']>, data: HandshakeData): void {
    switch (action[0]) {
      case 'send':
        this.#flight.push(action[1])
        return
      case 'pending_keys':
        this.#set_keys(action[1], data)
        return
      case 'limits':
        set_limits(this.#states, action[1])
        return
      case 'change_cipher_spec':
        this.#put('change_cipher_spec', Uint8Array.of(1))
        activate_pending_write(this.#states)
        return
      case 'warning':
        this.alert({ level: 'warning', description: action[1] })
    }
  }

  /** A handshake message, whole. */
  send(message: Uint8Array): void {
    this.#flight.push(message)
  }

  alert(alert: TlsAlert): void {
    this.#put('alert', encode_alert(alert))
  }

  /** The handshake messages of a flight share records. */
  flush(): void {
    if (this.#flight.length === 0) return
    const content = Buffer.concat(this.#flight)
    this.#flight = []
    this.#transmit(encode(this.#states, 'handshake', content))
  }

  /** Behind whatever waits. */
  #put(type: ContentType, content: Uint8Array): void {
    this.flush()
    this.#transmit(encode(this.#states, type, content))
  }

  #set_keys(pending: PendingKeys, { role, config, environment }: HandshakeData): void {
    const { version, suite, encrypt_then_mac, master_secret } = pending
    const protection = {
      version,
      suite,
      encrypt_then_mac,
      padding_check: config.padding_check,
      random: (size: number) => environment.random_bytes(size),
    }
    set_pending_states(this.#states, protection, role, write_keys({ version, suite }, master_secret, pending))
  }
}
