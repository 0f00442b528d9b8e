// What a server does with each message, state by state. Which message may come when is server_chart.ts's to say.

import { decode, encode } from '../../runtime/binary/codec.ts'
import { Alert } from '../record/ssl_alert.ts'
import { is_at_least } from '../record/tls_version.ts'
import type { CertificateRequest, ClientCertificateType } from './certificates.ts'
import type { Action, HandshakeConfig, HandshakeData, Step } from './handshake_data.ts'
import type { Message, StateFunctions } from './handshake_state.ts'
import {
  agreement_of,
  derive_master_secret,
  parts_of,
  pending_keys,
  server_premaster,
} from './key_agreement.ts'
import {
  client_key_exchange,
  encode_server_params,
  type ServerKeyExchange,
  server_key_exchange,
} from './key_exchange.ts'
import { session_to_seal } from './resumption.ts'
import { choose } from './server_hello.ts'
import { check_finished, finish, write } from './ssl_handshake.ts'
import { is_handshake_signed, sign_params } from './ssl_signatures.ts'
import type { Handshake } from './tls_handshake.ts'

/** Chooses, and says all that a server has to say in one flight; or goes on with a session. */
function hello(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'client_hello') return [data]
  const { data: chosen, server_hello, limits } = choose(data, message[1])
  const [answered, actions] = write(chosen, ['server_hello', server_hello])
  if (limits) actions.push(['limits', limits])
  if (chosen.resumed) {
    const [finished, ...last] = finish(answered)
    return [finished, ...actions, ['pending_keys', pending_keys(chosen)], ...last]
  }
  const [introduced, more] = introduce(answered)
  return [introduced, ...actions, ...more]
}

/** Who the client is, if it was asked, and its share of the key. */
function certify(message: Message, data: HandshakeData): Step {
  switch (message[0]) {
    case 'certificate':
    case 'no_certificate':
      refuse_nobody(data)
      return [data]
    case 'client_key_exchange':
      return agree(data, message[1])
    default:
      return [data]
  }
}

/** The client proves its key; both sides switch to the new keys, and each proves that it saw the same handshake. */
function cipher(message: Message, data: HandshakeData): Step {
  switch (message[0]) {
    case 'certificate_verify':
      if (!is_handshake_signed(data, message[1])) throw new Alert('bad_certificate', 'certificate_verify')
      return [data]
    case 'next_protocol':
      return [{ ...data, protocol: message[1].selected_protocol }]
    case 'finished': {
      const [given, ticket] = give_ticket(check_finished(data, message[1]))
      const [finished, ...actions] = finish(given)
      return [finished, ...ticket, ...actions, ['connected']]
    }
    default:
      return [data]
  }
}

/** As {@link cipher}, but the server has gone first. */
function abbreviated(message: Message, data: HandshakeData): Step {
  if (message[0] === 'next_protocol') return [{ ...data, protocol: message[1].selected_protocol }]
  if (message[0] !== 'finished') return [data]
  return [check_finished(data, message[1]), ['connected']]
}

/** A client that asks for a new handshake and may not have one is told so. RFC 5246 §7.2.2 */
const connection = (_message: Message, data: HandshakeData): Step => [data, ['warning', 'no_renegotiation']]

export const server_states: StateFunctions = { hello, certify, cipher, abbreviated, connection }

/** Whether a server asks its clients for certificates: it must be one that shows its own. RFC 5246 §7.4.4 */
export const asks_for_certificate = (data: HandshakeData): boolean =>
  data.config.path.verify === 'verify_peer' && parts_of(data).certificate

/** Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone: those that the key exchange has. */
function introduce(data: HandshakeData): [HandshakeData, Action[]] {
  const [shared, exchange] = introduce_share(data)
  const flight: Handshake[] = []
  if (parts_of(data).certificate) flight.push(['certificate', { certificate_list: data.own!.chain }])
  if (exchange) flight.push(['server_key_exchange', exchange])
  if (asks_for_certificate(data)) flight.push(['certificate_request', certificate_request(data)])
  return write(shared, ...flight, ['server_hello_done', true])
}

/** RFC 5246 §7.4.3, RFC 4279 §2: without a share a hint is all there is to say, if there is one. */
function introduce_share(data: HandshakeData): [HandshakeData, Uint8Array | undefined] {
  const { psk, signed } = parts_of(data)
  const { psk_identity } = data.config
  const [own_share, params] = agreement_of(data)?.offer?.(data) ?? []
  if (params === undefined && !(psk && psk_identity)) return [data, undefined]
  const exchange: ServerKeyExchange = {
    ...(psk && { hint: psk_identity ?? new Uint8Array(0) }),
    ...(params && { params }),
    ...(params && signed && { signature: sign_params(data, encode_server_params(params)) }),
  }
  const format = server_key_exchange(data.version!, data.suite!.key_exchange)
  return [{ ...data, own_share }, encode(format, exchange)]
}

/** RFC 5246 §7.4.4 */
function certificate_request({ config, version }: HandshakeData): CertificateRequest {
  const certificate_types: ClientCertificateType[] = ['rsa_sign', 'dss_sign']
  if (version !== 'sslv3') certificate_types.unshift('ecdsa_sign')
  const certificate_authorities = authorities(config)
  if (!is_at_least(version!, 'tlsv1.2')) return { certificate_types, certificate_authorities }
  const supported_signature_algorithms = config.signature_algs
  return { certificate_types, supported_signature_algorithms, certificate_authorities }
}

/** None, that is any, when there are more than the message can hold. */
function authorities({ trusted }: HandshakeConfig): readonly Uint8Array[] {
  const subjects = trusted.subjects()
  const size = subjects.reduce((sum, { length }) => sum + 2 + length, 0)
  return size <= 0xffff ? subjects : []
}

function refuse_nobody({ peer, config }: HandshakeData): void {
  if (peer === undefined && config.fail_if_no_peer_cert) {
    throw new Alert('handshake_failure', 'no client certificate')
  }
}

function agree(data: HandshakeData, body: Uint8Array): Step {
  const { share } = decode(client_key_exchange(data.version!, data.suite!.key_exchange), body)
  const master_secret = derive_master_secret(data, server_premaster(data, share))
  const agreed = { ...data, master_secret, own_share: undefined }
  return [agreed, ['pending_keys', pending_keys(agreed)]]
}

/** RFC 5077 §3.3: what was promised is kept, be it by an empty ticket. */
function give_ticket(data: HandshakeData): [HandshakeData, Action[]] {
  if (!data.ticket_expected) return [data, []]
  const { bytes, lifetime_hint } = data.environment.seal_ticket(session_to_seal(data)) ?? no_ticket
  return write(data, ['new_session_ticket', { ticket_lifetime_hint: lifetime_hint, ticket: bytes }])
}

const no_ticket = { bytes: new Uint8Array(0), lifetime_hint: 0 }
