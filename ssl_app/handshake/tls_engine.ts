// One side of a connection without socket, clock or process: bytes go in, and what is to be done about them comes
// out. Two engines can talk to each other in memory.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { Alert, decode_alerts, encode_alert, type TlsAlert } from '../record/ssl_alert.ts'
import { key_sizes } from '../record/ssl_cipher.ts'
import {
  activate_pending_read,
  activate_pending_write,
  type ConnectionStates,
  decode,
  encode,
  init_connection_states,
  set_negotiated_version,
  set_pending_states,
  wipe_states,
} from '../record/ssl_record.ts'
import { type ContentType, get_tls_records, type TlsRecord } from '../record/tls_record.ts'
import { prf_hash, type Role, write_keys } from '../record/tls_v1.ts'
import { lowest_version } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import {
  accepts,
  type ChartState,
  type ChartTable,
  chart_table,
  next_state,
  type OuterState,
  outer_state,
} from './chart_table.ts'
import { client_chart } from './client_chart.ts'
import { start } from './client_hello.ts'
import { client_states } from './client_states.ts'
import {
  type Action,
  type Environment,
  forget_handshake,
  forget_secrets,
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type PendingKeys,
  type Step,
} from './handshake_data.ts'
import type { Message, StateFunctions } from './handshake_state.ts'
import { get_extension } from './hello_extensions.ts'
import { session_of } from './resumption.ts'
import { server_chart } from './server_chart.ts'
import { server_states } from './server_states.ts'
import { facts } from './ssl_handshake.ts'
import {
  decode_handshake,
  empty_handshake_buffer,
  get_tls_handshake,
  type Handshake,
  handshake_type,
} from './tls_handshake.ts'

/** What the owner of an engine is to do, in order. */
export type Effect =
  /** Bytes for the peer. */
  | readonly ['transmit', readonly Uint8Array[]]
  /** The content of one application data record, never empty. */
  | readonly ['data', Uint8Array]
  /** Server: a ClientHello came; nothing goes on before {@link TlsEngine.configure}. */
  | readonly ['client_hello', server_name: string | undefined]
  /** The handshake is done; the session, if it may go on later, is new. */
  | readonly ['connected', Session | undefined]
  /** The peer sent a warning, or the end: `close_notify`. */
  | readonly ['warning', TlsAlert]
  /** The peer sent a fatal alert: the connection is over. */
  | readonly ['fatal', TlsAlert]
  /** What the peer sent cannot be accepted; it is told by the alert that was transmitted: the connection is over. */
  | readonly ['own_alert', Alert]

/** A message as it was read, and as it came. */
interface Heard {
  readonly message: Handshake
  readonly bytes: Uint8Array
}

interface Side {
  readonly table: ChartTable
  readonly states: StateFunctions
}

const sides: Readonly<Record<Role, Side>> = {
  client: { table: chart_table(client_chart), states: client_states },
  server: { table: chart_table(server_chart), states: server_states },
}

const none = new Uint8Array(0)
/** What comes to nothing, warnings and requests to renegotiate, that a peer may send before it sends data again. */
const max_idle_messages = 100
/** Records that a client may send before it has an answer to its ClientHello: an alert, if anything. */
const max_early_records = 8

/** Mutable. Once the connection is over, or closed by the peer, what comes is dropped. */
export class TlsEngine {
  readonly role: Role
  #data: HandshakeData
  #state: ChartState
  readonly #side: Side
  readonly #records: ConnectionStates
  #received: Uint8Array = none
  #waiting: TlsRecord[] = []
  #handshake = empty_handshake_buffer
  #messages: Uint8Array[] = []
  /** Server: the ClientHello that waits for the options of its name. */
  #asked: Heard | undefined
  #over = false
  #idle_messages = 0
  #effects: Effect[] = []
  #flight: Uint8Array[] = []

  constructor(role: Role, config: HandshakeConfig, environment: Environment) {
    this.role = role
    this.#side = sides[role]
    this.#state = this.#side.table.initial
    this.#data = nothing_known(role, config, environment)
    this.#records = init_connection_states(lowest_version(config.versions))
  }

  /** What is known of the connection. */
  get data(): HandshakeData {
    return this.#data
  }

  /** The state as the log names it: `hello`, `certify`, `cipher`, `abbreviated` or `connection`. */
  get state_name(): OuterState {
    return outer_state(this.#side.table, this.#state)
  }

  get connected(): boolean {
    return this.#state === 'connection'
  }

  /** Client: begins, offering to go on with a session if one is given. */
  start(offered?: Session): Effect[] {
    this.#take_step(start(this.#data, offered))
    return this.#done()
  }

  /** Takes what the peer has sent. */
  receive(bytes: Uint8Array): Effect[] {
    return this.#guarded(() => {
      this.#take_bytes(bytes)
      this.#go_on()
    })
  }

  /** Server: the options that count for the name in the ClientHello; goes on with the handshake. */
  configure(config: HandshakeConfig): Effect[] {
    return this.#guarded(() => {
      this.#data = { ...this.#data, config }
      const asked = this.#asked
      this.#asked = undefined
      if (asked) this.#hear(asked)
      this.#go_on()
    })
  }

  /** Ends the connection for a reason of the owner's, which the peer is told. */
  refuse(alert: Alert): Effect[] {
    return this.#guarded(() => {
      throw alert
    })
  }

  /** Application data as records, for the peer. */
  send(content: Uint8Array): Uint8Array[] {
    return encode(this.#records, 'application_data', content)
  }

  /** An alert as a record, for the peer. */
  alert(alert: TlsAlert): Uint8Array[] {
    return encode(this.#records, 'alert', encode_alert(alert))
  }

  /** Lets go of memory that an idle connection does not need. */
  compact(): void {
    this.#received = new Uint8Array(this.#received)
  }

  /** Overwrites what is secret. Nothing can be sent any more, and what comes is dropped. */
  wipe(): void {
    this.#stop()
    wipe_states(this.#records)
    this.#data = forget_secrets(this.#data)
  }

  /** Runs what the peer has given cause for, and collects what comes of it. */
  #guarded(run: () => void): Effect[] {
    if (this.#over) return []
    try {
      run()
    } catch (error) {
      this.#fail(error)
    }
    return this.#done()
  }

  #done(): Effect[] {
    this.#flush()
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  #go_on(): void {
    this.#take_messages()
    while (!this.#asked && this.#waiting.length > 0) this.#take_record(this.#waiting.shift()!)
    if (this.#waiting.length === 0) this.#take_bytes(none)
  }

  #take_bytes(bytes: Uint8Array): void {
    const [records, rest] = get_tls_records(bytes, this.#received)
    // Even an empty view keeps what came in memory.
    this.#received = rest.length === 0 ? none : rest
    for (const record of records) this.#waiting.push(record)
    if (this.#asked && this.#waiting.length > max_early_records) {
      throw new Alert('unexpected_message', 'a client that does not wait for an answer')
    }
  }

  /** The one place where what is wrong with a peer becomes an alert. */
  #fail(error: unknown): void {
    const alert = error instanceof DecodeError ? new Alert('decode_error', error.message) : error
    if (!(alert instanceof Alert)) throw error
    this.#flush()
    this.#transmit('alert', encode_alert(alert))
    this.#effects.push(['own_alert', alert])
    this.#stop()
  }

  /** Whatever is still there, or comes, is not looked at. */
  #stop(): void {
    this.#over = true
    this.#asked = undefined
    this.#waiting = []
    this.#messages = []
    this.#handshake = empty_handshake_buffer
    this.#received = none
  }

  #take_record(record: TlsRecord): void {
    const content = decode(this.#records, record)
    switch (record.type) {
      case 'application_data':
        this.#take_data(content)
        return
      case 'handshake':
        this.#take_handshake(content)
        return
      case 'change_cipher_spec':
        this.#take_change_cipher_spec(content)
        return
      case 'alert':
        this.#take_alerts(content)
    }
  }

  #take_data(content: Uint8Array): void {
    if (!this.connected) throw new Alert('unexpected_message', 'application data in a handshake')
    if (content.length === 0) return
    this.#idle_messages = 0
    this.#effects.push(['data', content])
  }

  #take_handshake(fragment: Uint8Array): void {
    const [messages, rest] = get_tls_handshake(fragment, this.#handshake)
    this.#handshake = rest
    this.#messages = messages
    this.#take_messages()
  }

  #take_messages(): void {
    while (!this.#asked && this.#messages.length > 0) this.#take_message(this.#messages.shift()!)
  }

  #take_message(bytes: Uint8Array): void {
    this.#expect(handshake_type(bytes))
    const message = decode_handshake(bytes, this.#data.version ?? 'tlsv1.2')
    if (message[0] === 'client_hello' && !this.connected) {
      this.#asked = { message, bytes }
      this.#effects.push(['client_hello', get_extension(message[1].extensions, 'server_name')])
      return
    }
    this.#hear({ message, bytes })
  }

  #hear({ message, bytes }: Heard): void {
    const idle = message[0] === 'hello_request' || this.connected
    if (idle) this.#count_idle()
    this.#step(message, idle ? this.#data : { ...this.#data, history: [...this.#data.history, bytes] })
  }

  /** RFC 5246 §7.1: one byte, 1; and never between the fragments of a message. */
  #take_change_cipher_spec(content: Uint8Array): void {
    this.#expect('change_cipher_spec')
    if (content.length !== 1 || content[0] !== 1) throw new Alert('illegal_parameter', 'change_cipher_spec')
    if (this.#handshake.size > 0) throw new Alert('unexpected_message', 'change_cipher_spec inside a message')
    activate_pending_read(this.#records)
    this.#step(['change_cipher_spec'], this.#data)
  }

  #take_alerts(content: Uint8Array): void {
    for (const alert of decode_alerts(content)) {
      this.#effects.push([alert.level, alert])
      if (alert.level === 'fatal' || alert.description === 'close_notify') {
        this.#stop()
        return
      }
      this.#count_idle()
    }
  }

  #count_idle(): void {
    if (++this.#idle_messages > max_idle_messages) throw new Alert('unexpected_message', 'a flood')
  }

  #expect(message: string | number): void {
    if (accepts(this.#side.table, this.#state, String(message))) return
    throw new Alert('unexpected_message', [this.#state, message])
  }

  #step(message: Message, data: HandshakeData): void {
    const { states, table } = this.#side
    this.#take_step(states[outer_state(table, this.#state)](message, data))
    this.#state = next_state(table, this.#state, String(message[0]), facts(this.#data))
    if (this.connected) this.#data = forget_handshake(this.#data)
  }

  #take_step([data, ...actions]: Step): void {
    if (this.#data.version === undefined && data.version !== undefined) {
      set_negotiated_version(this.#records, data.version)
    }
    this.#data = data
    for (const action of actions) this.#act(action)
  }

  #act(action: Action): void {
    switch (action[0]) {
      case 'send':
        this.#flight.push(action[1])
        return
      case 'pending_keys':
        this.#set_keys(action[1])
        return
      case 'change_cipher_spec':
        this.#flush()
        this.#transmit('change_cipher_spec', Uint8Array.of(1))
        activate_pending_write(this.#records)
        return
      case 'warning':
        this.#transmit('alert', encode_alert({ level: 'warning', description: action[1] }))
        return
      case 'connected':
        this.#flush()
        this.#effects.push(['connected', session_of(this.#data)])
    }
  }

  #set_keys({ version, suite, master_secret, client_random, server_random }: PendingKeys): void {
    const sizes = key_sizes(suite, version)
    const keys = write_keys(prf_hash(version, suite), master_secret, { client_random, server_random }, sizes)
    const random = (size: number) => this.#data.environment.random_bytes(size)
    const protection = { version, suite, random, encrypt_then_mac: false, padding_check: true }
    set_pending_states(this.#records, protection, this.role, keys)
  }

  /** The handshake messages of a flight share records. */
  #flush(): void {
    if (this.#flight.length === 0) return
    const content = Buffer.concat(this.#flight)
    this.#flight = []
    this.#transmit('handshake', content)
  }

  #transmit(type: ContentType, content: Uint8Array): void {
    this.#effects.push(['transmit', encode(this.#records, type, content)])
  }
}
