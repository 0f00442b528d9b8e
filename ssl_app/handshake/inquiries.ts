// What has to be found out before a message can be taken: who the peer is, sessions that go on, and secrets that the
// user keeps. Some of it takes time; the rest of the handshake is told only what came of it.

import { decode } from '../../runtime/binary/codec.ts'
import { type Awaitable, and_then } from '../certificate/awaitable.ts'
import type { HandshakeData, Question, ResumptionWish } from './handshake_data.ts'
import type { Message } from './handshake_state.ts'
import type { ClientHello, ServerHello } from './hello.ts'
import { get_extension } from './hello_extensions.ts'
import { parts_of } from './key_agreement.ts'
import { client_key_exchange } from './key_exchange.ts'
import { know_peer } from './peer_certificates.ts'
import { granted_length } from './record_limits.ts'

/**
 * All that the state function for `message` needs to know.
 *
 * @returns a promise only where somebody takes time to answer
 * @throws Alert by cause, when the peer is not to be believed; a promise is rejected with it
 */
export const inquire = (message: Message, data: HandshakeData): Awaitable<HandshakeData> =>
  and_then(know_peer(message, data), known => look_up(message, known))

function look_up(message: Message, data: HandshakeData): Awaitable<HandshakeData> {
  switch (message[0]) {
    case 'client_hello': {
      const hello = message[1]
      const found = and_then(tell_hello(hello, data), known => find_session(hello, known))
      return and_then(found, known => find_srp_user(hello, known))
    }
    case 'server_hello':
      return tell_hello(message[1], data)
    case 'client_key_exchange':
      return parts_of(data).psk ? find_key_of_client(message[1], data) : data
    case 'server_hello_done':
      return parts_of(data).psk ? ask(['psk', data.psk_hint], data) : data
    default:
      return data
  }
}

function tell_hello(
  { extensions }: ClientHello | ServerHello,
  data: HandshakeData,
): Awaitable<HandshakeData> {
  const held_up = data.environment.hello_heard?.(extensions)
  return held_up === undefined ? data : and_then(held_up, config => ({ ...data, config }))
}

function find_session(
  { session_id, extensions }: ClientHello,
  data: HandshakeData,
): Awaitable<HandshakeData> {
  const ticket = data.config.session_tickets ? get_extension(extensions, 'session_ticket') : undefined
  if (session_id.length === 0 && !ticket?.length) return data
  const wish: ResumptionWish = {
    session_id,
    ticket,
    srp_user: get_extension(extensions, 'srp'),
    server_name: get_extension(extensions, 'server_name'),
    max_fragment_length: granted_length(extensions),
  }
  const found = data.environment.resume(wish, data.config)
  return and_then(found, offered => ({ ...data, offered }))
}

/** RFC 5054 §2.5.1: the name is in the ClientHello, where it is of use only to suites with SRP. */
function find_srp_user(hello: ClientHello, data: HandshakeData): Awaitable<HandshakeData> {
  const user = get_extension(hello.extensions, 'srp')
  const { has_user_lookup, ciphers } = data.config
  const may_be_used = ciphers.some(({ group, code }) => group === 'srp' && hello.cipher_suites.includes(code))
  if (user === undefined || !has_user_lookup || !may_be_used) return data
  const identity = new Uint8Array(user)
  return ask(['srp', identity], { ...data, identity })
}

/** RFC 4279 §2 */
function find_key_of_client(body: Uint8Array, data: HandshakeData): Awaitable<HandshakeData> {
  const format = client_key_exchange(data.version!, data.suite!.key_exchange)
  const identity = new Uint8Array(decode(format, body).identity!)
  return ask(['psk', identity], { ...data, identity })
}

const ask = (question: Question, data: HandshakeData): Awaitable<HandshakeData> =>
  and_then(data.environment.user_secret(question), user_secret => ({ ...data, user_secret }))
