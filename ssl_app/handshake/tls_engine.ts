// One side of a connection without socket, clock or process: bytes go in, and what is to be done about them comes
// out. Two engines can talk to each other in memory.

import { DecodeError } from '../../runtime/binary/reader.ts'
import { is_pending } from '../certificate/awaitable.ts'
import { Alert, decode_alerts, encode_alert, type TlsAlert } from '../record/ssl_alert.ts'
import {
  activate_pending_read,
  type ConnectionStates,
  decode,
  encode,
  init_connection_states,
  set_negotiated_version,
  wipe_states,
  write_sequence,
} from '../record/ssl_record.ts'
import type { TlsRecord } from '../record/tls_record.ts'
import type { Role } from '../record/tls_v1.ts'
import { lowest_version } from '../record/tls_version.ts'
import type { Session } from '../session/ssl_session.ts'
import { Arrivals, type Heard } from './arrivals.ts'
import type { OuterState } from './chart_table.ts'
import { start } from './client_hello.ts'
import { Departures } from './departures.ts'
import type { Effect } from './effects.ts'
import {
  type Environment,
  forget_handshake,
  forget_secrets,
  type HandshakeConfig,
  type HandshakeData,
  nothing_known,
  type Step,
} from './handshake_data.ts'
import type { Message } from './handshake_state.ts'
import { get_extension } from './hello_extensions.ts'
import { inquire } from './inquiries.ts'
import { Progress } from './progress.ts'
import { session_of } from './resumption.ts'
import { decode_handshake, encode_handshake, handshake_type } from './tls_handshake.ts'

/** What comes to nothing, warnings and requests to renegotiate, that a peer may send before it sends data again, or is done with a handshake. */
const max_idle_messages = 100
/** Records that a client may send before it has an answer to its ClientHello: an alert, if anything. */
const max_early_records = 8
/** Milliseconds that a server has peace after a handshake that its client wanted. OTP: the same */
const renegotiation_pause = 12_000

/** Mutable. Once the connection is over, or closed by the peer, what comes is dropped. */
export class TlsEngine {
  readonly role: Role
  /** What came behind the peer's `close_notify`, as it came; undefined as long as that has not come. */
  behind_close: Uint8Array | undefined
  /** Of the handshake that is going on, or that was the last. */
  #data: HandshakeData
  #established: HandshakeData | undefined
  readonly #progress: Progress
  readonly #records: ConnectionStates
  readonly #arrivals: Arrivals
  readonly #departures: Departures
  /** What waits for options, or for an answer. */
  #paused: { readonly message: Message; readonly bytes?: Uint8Array } | undefined
  /** Server: it has asked its client for a new handshake. */
  #requested = false
  /** Server: when a client may ask for the next handshake. */
  #peace_until = 0
  #over = false
  #idle_messages = 0
  #effects: Effect[] = []

  constructor(role: Role, config: HandshakeConfig, environment: Environment) {
    this.role = role
    this.#progress = new Progress(role)
    this.#data = nothing_known(role, config, environment)
    this.#records = init_connection_states(lowest_version(config.versions))
    this.#arrivals = new Arrivals(role === 'server')
    this.#departures = new Departures(this.#records, records => this.#effects.push(['transmit', records]))
  }

  /** What is known in the handshake that is going on, or was the last. */
  get data(): HandshakeData {
    return this.#data
  }

  /** What the last handshake that is done has come to. */
  get established(): HandshakeData | undefined {
    return this.#established
  }

  /** The state as the log names it: `hello`, `certify`, `cipher`, `abbreviated` or `connection`. */
  get state_name(): OuterState {
    return this.#progress.outer
  }

  /** Whether no handshake is going on, and data can be sent. */
  get connected(): boolean {
    return this.#progress.state === 'connection'
  }

  /** Records sent under the present keys. */
  get records_sent(): number {
    return write_sequence(this.#records)
  }

  /** Client: begins, offering to go on with a session if one is given. */
  start(offered?: Session): Effect[] {
    return this.#guarded(() => this.#take_step(start(this.#data, offered)))
  }

  /** A new handshake over the connection there is: a client begins it, a server asks for it. Not during another one. */
  renegotiate(offered?: Session): Effect[] {
    return this.#guarded(() => {
      if (this.role === 'server') {
        this.#request()
      } else {
        this.#begin_again()
        this.#take_step(start(this.#data, offered))
      }
    })
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
      const asked = this.#paused
      this.#paused = undefined
      if (asked) this.#hear(asked.message, asked.bytes)
      this.#go_on()
    })
  }

  /** What came of an inquiry, or throws what it was rejected with; goes on with the handshake. */
  answered(known: () => HandshakeData): Effect[] {
    return this.#guarded(() => {
      const { message } = this.#paused!
      this.#paused = undefined
      this.#step(message, known())
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
    this.#arrivals.compact()
  }

  /** Overwrites what is secret. Nothing can be sent any more, and what comes is dropped. */
  wipe(): void {
    this.#stop()
    wipe_states(this.#records)
    this.#data = forget_secrets(this.#data)
    this.#established = this.#established && forget_secrets(this.#established)
  }

  /** Runs what the peer or the owner has given cause for, and collects what comes of it. */
  #guarded(run: () => void): Effect[] {
    if (this.#over) return []
    try {
      run()
      this.#departures.flush()
    } catch (error) {
      this.#fail(error)
    }
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  /** The one place where what is wrong with a peer becomes an alert. */
  #fail(error: unknown): void {
    const alert = error instanceof DecodeError ? new Alert('decode_error', error.message) : error
    if (!(alert instanceof Alert)) throw error
    this.#departures.alert(alert)
    this.#effects.push(['own_alert', alert])
    this.#stop()
  }

  /** Whatever is still there, or comes, is not looked at. */
  #stop(): void {
    this.#over = true
    this.#paused = undefined
    this.#arrivals.clear()
  }

  // ---- What comes

  #take_bytes(bytes: Uint8Array): void {
    const old_hello = this.#arrivals.push(bytes)
    if (old_hello) this.#take_message(old_hello)
    if (this.#paused?.bytes && !this.#established && this.#arrivals.waiting > max_early_records) {
      throw new Alert('unexpected_message', 'a client that does not wait for an answer')
    }
  }

  /** As far as it goes without an answer. */
  #go_on(): void {
    while (!this.#paused && !this.#over) {
      const bytes = this.#arrivals.next_message()
      if (bytes) {
        this.#take_message(this.#read(bytes))
        continue
      }
      const record = this.#arrivals.next_record()
      if (!record) break
      this.#take_record(record)
    }
    if (!this.#paused) this.#arrivals.look()
  }

  #take_record(record: TlsRecord): void {
    const content = decode(this.#records, record)
    switch (record.type) {
      case 'application_data':
        this.#take_data(content)
        return
      case 'handshake':
        this.#arrivals.push_fragment(content)
        return
      case 'change_cipher_spec':
        this.#take_change_cipher_spec(content)
        return
      case 'alert':
        for (const alert of decode_alerts(content)) if (!this.#over) this.#take_alert(alert)
    }
  }

  /** RFC 5246 §7: during a new handshake data may still come, up to the change of keys. */
  #take_data(content: Uint8Array): void {
    const changed = this.#accepts('finished') || this.#accepts('next_protocol')
    if (!this.#established || changed)
      throw new Alert('unexpected_message', 'application data in a handshake')
    if (content.length === 0) return
    this.#idle_messages = 0
    this.#effects.push(['data', content])
  }

  #read(bytes: Uint8Array): Heard {
    this.#expect(handshake_type(bytes))
    return { message: decode_handshake(bytes, this.#data.version ?? 'tlsv1.2'), bytes }
  }

  #take_message({ message, bytes }: Heard): void {
    if (this.connected) this.#take_request(message, bytes)
    else if (message[0] === 'hello_request') this.#count_idle()
    else if (message[0] === 'client_hello') {
      this.#paused = { message, bytes }
      this.#effects.push(['client_hello', get_extension(message[1].extensions, 'server_name')])
    } else this.#hear(message, bytes)
  }

  /** The peer wants a new handshake. */
  #take_request(message: Message, bytes: Uint8Array): void {
    this.#count_idle()
    if (message[0] === 'hello_request') {
      this.#effects.push(['hello_request'])
    } else if (message[0] === 'client_hello' && this.#may_renegotiate()) {
      this.#begin_again()
      this.#take_message({ message, bytes })
    } else {
      this.#step(message, this.#data)
    }
  }

  /** One message, with all that it takes to understand it; without bytes it does not count in the history. */
  #hear(message: Message, bytes?: Uint8Array): void {
    const { history } = this.#data
    const data = bytes ? { ...this.#data, history: [...history, bytes] } : this.#data
    const known = inquire(message, data)
    if (is_pending(known)) {
      this.#paused = { message }
      this.#effects.push(['inquiry', known])
    } else this.#step(message, known)
  }

  /** RFC 5246 §7.1: one byte, 1; and never between the fragments of a message. */
  #take_change_cipher_spec(content: Uint8Array): void {
    this.#expect('change_cipher_spec')
    if (content.length !== 1 || content[0] !== 1) throw new Alert('illegal_parameter', 'change_cipher_spec')
    if (this.#arrivals.is_inside_message) {
      throw new Alert('unexpected_message', 'change_cipher_spec inside a message')
    }
    activate_pending_read(this.#records)
    this.#step(['change_cipher_spec'], this.#data)
  }

  #take_alert(alert: TlsAlert): void {
    const { level, description } = alert
    if (level === 'fatal' || description === 'close_notify') {
      this.#effects.push([level, alert])
      if (description === 'close_notify') this.behind_close = this.#arrivals.left_over
      this.#stop()
      return
    }
    this.#count_idle()
    if (description === 'no_renegotiation' && this.#is_rejected()) {
      this.#effects.push(['renegotiation_rejected'])
      return
    }
    this.#effects.push(['warning', alert])
    if (description === 'no_certificate' && this.#accepts('no_certificate')) this.#hear(['no_certificate'])
  }

  #count_idle(): void {
    if (++this.#idle_messages > max_idle_messages) throw new Alert('unexpected_message', 'a flood')
  }

  #accepts(message: string | number): boolean {
    return this.#progress.accepts(message, this.#data)
  }

  #expect(message: string | number): void {
    if (!this.#accepts(message)) throw new Alert('unexpected_message', [this.#progress.state, message])
  }

  // ---- Handshakes anew

  /** Server: asks for one. */
  #request(): void {
    this.#requested = true
    this.#departures.send(encode_handshake(['hello_request', true], this.#data.version!))
  }

  /** RFC 5246 §7.4.1.2: a client may ask for one; how often is up to the server. */
  #may_renegotiate(): boolean {
    if (this.#requested) return true
    const now = this.#data.environment.monotonic_time()
    if (!this.#data.config.client_renegotiation || now < this.#peace_until) return false
    this.#peace_until = now + renegotiation_pause
    return true
  }

  #begin_again(): void {
    this.#requested = false
    this.#progress.move('renegotiate', this.#data)
    this.#data = nothing_known(this.role, this.#data.config, this.#data.environment, this.#data)
  }

  /** Whether the warning `no_renegotiation` was an answer. */
  #is_rejected(): boolean {
    if (this.#accepts('no_renegotiation')) {
      this.#progress.move('no_renegotiation', this.#data)
      this.#data = this.#established!
      return true
    }
    const rejected = this.#requested
    this.#requested = false
    return rejected
  }

  // ---- Steps

  #step(message: Message, data: HandshakeData): void {
    this.#take_step(this.#progress.step(message, data))
    this.#progress.move(message[0], this.#data)
    if (this.connected) this.#data = this.#established = forget_handshake(this.#data)
  }

  #take_step([data, ...actions]: Step): void {
    if (this.#data.version === undefined && data.version !== undefined) {
      set_negotiated_version(this.#records, data.version)
    }
    this.#data = data
    for (const action of actions) {
      if (action[0] === 'connected') this.#connect()
      else this.#departures.act(action, data)
    }
  }

  #connect(): void {
    this.#idle_messages = 0
    this.#departures.flush()
    this.#effects.push(['connected', session_of(this.#data)])
  }
}
