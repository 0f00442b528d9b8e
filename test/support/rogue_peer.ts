// A peer that knows the protocol and need not keep to it. It plans what an honest one would send; whoever has it in
// hand sends that, or something else, under whatever keys there are.

import { is_pending } from '../../ssl_app/certificate/awaitable.ts'
import { start } from '../../ssl_app/handshake/client_hello.ts'
import {
  type Action,
  type Environment,
  forget_handshake,
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type PendingKeys,
  type Step,
} from '../../ssl_app/handshake/handshake_data.ts'
import type { Message } from '../../ssl_app/handshake/handshake_state.ts'
import { inquire } from '../../ssl_app/handshake/inquiries.ts'
import { Progress } from '../../ssl_app/handshake/progress.ts'
import {
  decode_handshake,
  empty_handshake_buffer,
  encode_handshake,
  get_tls_handshake,
  type Handshake,
  handshake_type,
} from '../../ssl_app/handshake/tls_handshake.ts'
import { write_keys } from '../../ssl_app/record/key_schedule.ts'
import { decode_alerts, encode_alert, type TlsAlert } from '../../ssl_app/record/ssl_alert.ts'
import {
  activate_pending_read,
  activate_pending_write,
  decode,
  encode,
  init_connection_states,
  set_limits,
  set_negotiated_version,
  set_pending_states,
} from '../../ssl_app/record/ssl_record.ts'
import { type ContentType, get_tls_records, type TlsRecord } from '../../ssl_app/record/tls_record.ts'
import type { Role } from '../../ssl_app/record/tls_v1.ts'
import { lowest_version, type ProtocolVersion } from '../../ssl_app/record/tls_version.ts'
import type { Session } from '../../ssl_app/session/ssl_session.ts'

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
  readonly #progress: Progress
  readonly #records
  #received: Uint8Array = new Uint8Array(0)
  #handshake = empty_handshake_buffer

  constructor(role: Role, config: HandshakeConfig, environment: Environment) {
    this.role = role
    this.data = nothing_known(role, config, environment)
    this.#progress = new Progress(role)
    this.#records = init_connection_states(lowest_version(config.versions))
  }

  get connected(): boolean {
    return this.#progress.state === 'connection' && this.plan.length === 0
  }

  /** The message that is planned next, or `change_cipher_spec`, or what a warning says. */
  get upcoming(): string | undefined {
    const action = this.plan[0]
    if (action?.[0] === 'send') return String(handshake_type(action[1]))
    return action?.[0] === 'warning' ? action[1] : action?.[0]
  }

  /** Client: plans its ClientHello. */
  start(offered?: Session): void {
    this.#intend(start(this.data, offered))
  }

  /** Begins a new handshake over the connection there is; a client plans its ClientHello. */
  begin_again(offered?: Session): void {
    this.#progress.move('renegotiate', this.data)
    const { config, environment } = this.data
    this.data = nothing_known(this.role, config, environment, forget_handshake(this.data))
    if (this.role === 'client') this.#intend(start(this.data, offered))
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
    return this.raw('handshake', Buffer.concat(messages.map(message => this.#bytes_of(message))))
  }

  /** Any content, under the keys of the moment. */
  raw(type: ContentType, content: Uint8Array): Uint8Array {
    return Buffer.concat(encode(this.#records, type, content))
  }

  /** As {@link raw}, in one record, whatever limit was agreed on. */
  unlimited(type: ContentType, content: Uint8Array): Uint8Array {
    set_limits(this.#records, { send: content.length })
    return this.raw(type, content)
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
    const bytes = this.#bytes_of([type, change(decode_handshake(old, this.#version)[1] as never)] as never)
    this.plan = this.plan.map(action => (action[1] === old ? ['send', bytes] : action))
    const history = this.data.history.map(message => (message === old ? bytes : message))
    this.data = { ...this.data, history }
  }

  /** Puts another message behind a planned one. It is part of the peer's own history. */
  insert_behind(type: Handshake[0], message: Handshake): void {
    const before = this.#planned(type)
    const bytes = this.#bytes_of(message)
    this.plan = this.plan.flatMap(action =>
      action[1] === before ? [action, ['send', bytes] as const] : [action],
    )
    const history = this.data.history.flatMap(old => (old === before ? [old, bytes] : [old]))
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
        for (const alert of decode_alerts(content)) this.#hear_alert(alert)
        return
      case 'application_data':
        this.heard += Buffer.from(content).toString()
    }
  }

  /** In SSL 3.0 an alert may stand for a certificate. */
  #hear_alert(alert: TlsAlert): void {
    this.alerts.push(alert)
    const { description } = alert
    if (description === 'no_certificate' && this.#progress.accepts(description, this.data)) {
      this.#step([description], this.data)
    }
  }

  #hear_messages(content: Uint8Array): void {
    const [messages, rest] = get_tls_handshake(content, this.#handshake)
    this.#handshake = rest
    for (const bytes of messages) {
      const message = decode_handshake(bytes, this.#version)
      this.heard_messages.push(message)
      if (message[0] === 'client_hello' && this.#progress.state === 'connection') this.begin_again()
      if (message[0] === 'hello_request') continue
      this.#step(message, { ...this.data, history: [...this.data.history, bytes] })
    }
  }

  #step(message: Message, data: HandshakeData): void {
    const known = inquire(message, data)
    if (is_pending(known)) throw new Error('somebody takes time to answer')
    this.#intend(this.#progress.step(message, known))
    this.#progress.move(message[0], this.data)
  }

  #intend([data, ...actions]: Step): void {
    if (this.data.version === undefined && data.version !== undefined) {
      set_negotiated_version(this.#records, data.version)
    }
    this.data = data
    // Keys and limits are needed for what the other side answers, whether or not the plan is carried out.
    for (const action of actions) {
      if (action[0] === 'pending_keys') this.set_keys(action[1])
      if (action[0] === 'limits') set_limits(this.#records, action[1])
    }
    this.plan.push(...actions.filter(is_seen))
  }

  /** Goes on with another version than it has agreed on. */
  set_version(version: ProtocolVersion): void {
    this.data = { ...this.data, version }
    set_negotiated_version(this.#records, version)
  }

  /** What the next `change_cipher_spec`, of either side, puts to use. */
  set_keys(pending: PendingKeys): void {
    const { version, suite, encrypt_then_mac, master_secret } = pending
    const random = (size: number) => this.data.environment.random_bytes(size)
    const { padding_check } = this.data.config
    const protection = { version, suite, random, encrypt_then_mac, padding_check }
    set_pending_states(this.#records, protection, this.role, write_keys(pending, master_secret, pending))
  }

  get #version(): ProtocolVersion {
    return this.data.version ?? 'tlsv1.2'
  }

  #bytes_of(message: Handshake): Uint8Array {
    return encode_handshake(message, this.#version)
  }
}

/** Whether the other side sees it. */
const is_seen = ([kind]: Action) => !['connected', 'pending_keys', 'limits'].includes(kind)
