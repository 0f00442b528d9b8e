// A peer that knows the protocol and need not keep to it. It plans what an honest one would send; whoever has it in
// hand sends that, or something else, under whatever keys there are.

import { type ChartState, chart_table, next_state, outer_state } from '../../ssl_app/handshake/chart_table.ts'
import { client_chart } from '../../ssl_app/handshake/client_chart.ts'
import { start } from '../../ssl_app/handshake/client_hello.ts'
import { client_states } from '../../ssl_app/handshake/client_states.ts'
import {
  type Action,
  type Environment,
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type PendingKeys,
  type Step,
} from '../../ssl_app/handshake/handshake_data.ts'
import type { StateFunctions } from '../../ssl_app/handshake/handshake_state.ts'
import { server_chart } from '../../ssl_app/handshake/server_chart.ts'
import { server_states } from '../../ssl_app/handshake/server_states.ts'
import { facts } from '../../ssl_app/handshake/ssl_handshake.ts'
import {
  decode_handshake,
  empty_handshake_buffer,
  encode_handshake,
  get_tls_handshake,
  type Handshake,
  handshake_type,
} from '../../ssl_app/handshake/tls_handshake.ts'
import { decode_alerts, encode_alert, type TlsAlert } from '../../ssl_app/record/ssl_alert.ts'
import { key_sizes } from '../../ssl_app/record/ssl_cipher.ts'
import {
  activate_pending_read,
  activate_pending_write,
  decode,
  encode,
  init_connection_states,
  set_negotiated_version,
  set_pending_states,
} from '../../ssl_app/record/ssl_record.ts'
import { type ContentType, get_tls_records, type TlsRecord } from '../../ssl_app/record/tls_record.ts'
import { prf_hash, type Role, write_keys } from '../../ssl_app/record/tls_v1.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'

const sides = {
  client: { table: chart_table(client_chart), states: client_states as StateFunctions },
  server: { table: chart_table(server_chart), states: server_states as StateFunctions },
}

/** Mutable. What it is not told to meddle with it does as it should. */
export class RoguePeer {
  readonly role: Role
  /** What it knows; to be meddled with. */
  data: HandshakeData
  /** What an honest peer would do next; to be meddled with. */
  plan: Action[] = []
  /** The handshake messages that it was sent. */
  readonly heard_messages: Handshake[] = []
  /** The alerts that it was sent. */
  readonly alerts: TlsAlert[] = []
  /** The application data that it was sent. */
  heard = ''
  #state: ChartState
  #records = init_connection_states('tlsv1.2')
  #received: Uint8Array = new Uint8Array(0)
  #handshake = empty_handshake_buffer

  constructor(role: Role, config: HandshakeConfig, environment: Environment) {
    this.role = role
    this.data = nothing_known(role, config, environment)
    this.#state = sides[role].table.initial
  }

  get connected(): boolean {
    return this.#state === 'connection' && this.plan.length === 0
  }

  /** The message that is planned next, or `change_cipher_spec`, or `warning`. */
  get upcoming(): string | undefined {
    const action = this.plan[0]
    return action?.[0] === 'send' ? String(handshake_type(action[1])) : action?.[0]
  }

  /** Client: plans its ClientHello. */
  start(offered?: Session): void {
    this.#intend(start(this.data, offered))
  }

  /** Takes what the other side has sent, and plans the answer. */
  hear(pieces: readonly Uint8Array[]): void {
    const [records, rest] = get_tls_records(Buffer.concat(pieces), this.#received)
    this.#received = rest
    for (const record of records) this.#hear_record(record)
  }

  /** Carries out the next step of the plan. */
  next(): Uint8Array {
    const action = this.plan.shift()
    if (action?.[0] === 'send') return this.raw('handshake', action[1])
    if (action?.[0] === 'change_cipher_spec') return this.change_cipher_spec()
    if (action?.[0] === 'warning') return this.alert({ level: 'warning', description: action[1] })
    throw new Error('nothing is planned')
  }

  /** All of the plan, in one piece. */
  all(): Uint8Array {
    const pieces: Uint8Array[] = []
    while (this.plan.length > 0) pieces.push(this.next())
    return Buffer.concat(pieces)
  }

  /** Any message, under the keys of the moment. */
  say(...messages: readonly Handshake[]): Uint8Array {
    return this.raw('handshake', Buffer.concat(messages.map(bytes_of)))
  }

  /** Any content, under the keys of the moment. */
  raw(type: ContentType, content: Uint8Array): Uint8Array {
    return Buffer.concat(encode(this.#records, type, content))
  }

  /** What follows goes out under the keys that were agreed on. */
  change_cipher_spec(): Uint8Array {
    const bytes = this.raw('change_cipher_spec', Uint8Array.of(1))
    activate_pending_write(this.#records)
    return bytes
  }

  alert(alert: TlsAlert): Uint8Array {
    return this.raw('alert', encode_alert(alert))
  }

  /** Puts something else in the place of a planned message. It is part of the peer's own history. */
  replace<Type extends Handshake[0]>(
    type: Type,
    change: (message: Extract<Handshake, readonly [Type, unknown]>[1]) => unknown,
  ): void {
    const old = this.#planned(type)
    const bytes = bytes_of([type, change(decode_handshake(old, 'tlsv1.2')[1] as never)] as never)
    this.plan = this.plan.map(action => (action[1] === old ? ['send', bytes] : action))
    const history = this.data.history.map(message => (message === old ? bytes : message))
    this.data = { ...this.data, history }
  }

  /** Leaves out a planned message. */
  drop(type: Handshake[0]): void {
    const old = this.#planned(type)
    this.plan = this.plan.filter(action => action[1] !== old)
  }

  #planned(type: Handshake[0]): Uint8Array {
    for (const action of this.plan) {
      if (action[0] === 'send' && handshake_type(action[1]) === type) return action[1]
    }
    throw new Error(`no ${type} is planned`)
  }

  #hear_record(record: TlsRecord): void {
    const content = decode(this.#records, record)
    switch (record.type) {
      case 'handshake':
        this.#hear_messages(content)
        return
      case 'change_cipher_spec':
        activate_pending_read(this.#records)
        this.#step(['change_cipher_spec'], this.data)
        return
      case 'alert':
        this.alerts.push(...decode_alerts(content))
        return
      case 'application_data':
        this.heard += Buffer.from(content).toString()
    }
  }

  #hear_messages(content: Uint8Array): void {
    const [messages, rest] = get_tls_handshake(content, this.#handshake)
    this.#handshake = rest
    for (const bytes of messages) {
      const message = decode_handshake(bytes, 'tlsv1.2')
      this.heard_messages.push(message)
      this.#step(message, { ...this.data, history: [...this.data.history, bytes] })
    }
  }

  #step(message: Handshake | readonly ['change_cipher_spec'], data: HandshakeData): void {
    const { states, table } = sides[this.role]
    this.#intend(states[outer_state(table, this.#state)](message, data))
    this.#state = next_state(table, this.#state, String(message[0]), facts(this.data))
  }

  #intend([data, ...actions]: Step): void {
    if (data.version !== undefined) set_negotiated_version(this.#records, data.version)
    this.data = data
    // The keys are needed for what the other side answers, whether or not the plan is carried out.
    for (const action of actions) if (action[0] === 'pending_keys') this.#set_keys(action[1])
    this.plan.push(...actions.filter(is_seen))
  }

  #set_keys({ version, suite, master_secret, client_random, server_random }: PendingKeys): void {
    const sizes = key_sizes(suite, version)
    const keys = write_keys(prf_hash(version, suite), master_secret, { client_random, server_random }, sizes)
    const random = (size: number) => this.data.environment.random_bytes(size)
    const protection = { version, suite, random, encrypt_then_mac: false, padding_check: true }
    set_pending_states(this.#records, protection, this.role, keys)
  }
}

/** Whether the other side sees it. */
const is_seen = ([kind]: Action) => kind !== 'connected' && kind !== 'pending_keys'

const bytes_of = (message: Handshake) => encode_handshake(message, 'tlsv1.2')
