// What a client does with each message, state by state. Which message may come when is client_chart.ts's to say.

import type { Curve } from '../../apps/crypto/crypto.ts'
import { decode, encode } from '../../runtime/binary/codec.ts'
import { Alert } from '../record/ssl_alert.ts'
import { is_at_least } from '../record/tls_version.ts'
import type { Action, HandshakeData, Step } from './handshake_data.ts'
import type { Message, StateFunctions } from './handshake_state.ts'
import { agreement_of, client_share, derive_master_secret, parts_of, pending_keys } from './key_agreement.ts'
import {
  client_key_exchange,
  encode_server_params,
  type ServerParams,
  server_key_exchange,
} from './key_exchange.ts'
import { asked_identity } from './own_identities.ts'
import { accepted_limits } from './record_limits.ts'
import { accept_server_hello } from './server_hello_check.ts'
import { check_finished, finish, write } from './ssl_handshake.ts'
import { are_signed, sign_handshake } from './ssl_signatures.ts'
import type { NewSessionTicket } from './tls_handshake.ts'

/** What the server chose. When a session goes on, the keys are there already. */
function hello(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'server_hello') return [data]
  const chosen = accept_server_hello(data, message[1])
  const limits = accepted_limits(data.config, message[1])
  const actions: Action[] = limits ? [['limits', limits]] : []
  if (chosen.resumed) actions.push(['pending_keys', pending_keys(chosen)])
  return [chosen, ...actions]
}

/** Who the server is, and its share of the key. */
function certify(message: Message, data: HandshakeData): Step {
  switch (message[0]) {
    case 'certificate':
      if (data.peer ?? data.shown) return [data]
      throw new Alert('bad_certificate', 'a server without certificate')
    case 'server_key_exchange':
      return [take_share(data, message[1])]
    case 'certificate_request':
      return [{ ...data, certificate_requested: true, ...asked_identity(data, message[1]) }]
    case 'server_hello_done':
      return agree(data)
    default:
      return [data]
  }
}

/** Both sides switch to the new keys, and each proves that it saw the same handshake. */
function cipher(message: Message, data: HandshakeData): Step {
  if (message[0] === 'new_session_ticket') return [keep_ticket(data, message[1])]
  if (message[0] !== 'finished') return [data]
  return [check_finished(data, message[1]), ['connected']]
}

/** As {@link cipher}, but the server goes first. */
function abbreviated(message: Message, data: HandshakeData): Step {
  if (message[0] === 'new_session_ticket') return [keep_ticket(data, message[1])]
  if (message[0] !== 'finished') return [data]
  const [written, ...actions] = finish(check_finished(data, message[1]))
  return [written, ...actions, ['connected']]
}

const connection = (_message: Message, data: HandshakeData): Step => [data]

export const client_states: StateFunctions = { hello, certify, cipher, abbreviated, connection }

/** RFC 5246 §7.4.3: the server's share, as far as it has a part in it signed together with both randoms. */
function take_share(data: HandshakeData, body: Uint8Array): HandshakeData {
  const format = server_key_exchange(data.version!, data.suite!.key_exchange)
  const { hint, params, signature } = decode(format, body)
  if (params) agreement_of(data)!.check!(data, params)
  if (params && signature && !are_signed(data, signature, encode_server_params(params))) {
    throw new Alert('decrypt_error', 'server_key_exchange')
  }
  return { ...data, peer_share: params, curve: curve_of(params), psk_hint: hint && new Uint8Array(hint) }
}

/** One that was offered, and so has a name. */
const curve_of = (params: ServerParams | undefined): Curve | undefined =>
  params?.[0] === 'ecdh' ? (params[1].curve as Curve) : undefined

/** All that a client has to say, in one flight: who it is, its share, and that it has understood. */
function agree(data: HandshakeData): Step {
  const [shown, certificate] = show_certificate(data)
  const { share, premaster } = client_share(shown)
  const [keyed, exchange] = write(shown, ['client_key_exchange', encode_share(shown, share)])
  const secret = { ...keyed, master_secret: derive_master_secret(keyed, premaster) }
  const [proven, verify] = prove_key(secret)
  const [finished, ...last] = finish(proven)
  return [finished, ...certificate, ...exchange, ...verify, ['pending_keys', pending_keys(secret)], ...last]
}

/** RFC 5246 §7.4.7; a client without an identity has OTP's. */
function encode_share(data: HandshakeData, share: Uint8Array | undefined): Uint8Array {
  const identity = data.config.psk_identity ?? Buffer.from('psk_identity')
  const format = client_key_exchange(data.version!, data.suite!.key_exchange)
  return encode(format, { ...(parts_of(data).psk && { identity }), ...(share && { share }) })
}

/** A server that asked gets an answer, be it an empty one: RFC 5246 §7.4.6. In SSL 3.0 that is an alert. */
function show_certificate(data: HandshakeData): [HandshakeData, Action[]] {
  if (!data.certificate_requested) return [data, []]
  if (data.own) return write(data, ['certificate', { certificate_list: data.own.chain }])
  if (!is_at_least(data.version!, 'tlsv1')) return [data, [['warning', 'no_certificate']]]
  return write(data, ['certificate', { certificate_list: [] }])
}

/** RFC 5246 §7.4.8 */
function prove_key(data: HandshakeData): [HandshakeData, Action[]] {
  return data.own ? write(data, ['certificate_verify', sign_handshake(data)]) : [data, []]
}

/** RFC 5077 §3.3 */
function keep_ticket(data: HandshakeData, { ticket_lifetime_hint, ticket }: NewSessionTicket): HandshakeData {
  if (ticket.length === 0) return data
  return { ...data, ticket: { bytes: new Uint8Array(ticket), lifetime_hint: ticket_lifetime_hint } }
}
