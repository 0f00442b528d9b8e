// What a client does with each message, state by state. Which message may come when is client_chart.ts's to say.

import type { KeyType } from '../../apps/crypto/crypto.ts'
import { decode, encode } from '../../runtime/binary/codec.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { CertificateRequest } from './certificates.ts'
import { accept_server_hello } from './client_hello.ts'
import type { Action, HandshakeData, Step } from './handshake_data.ts'
import type { Message, StateFunctions } from './handshake_state.ts'
import { derive_master_secret, ecdhe_premaster, pending_keys } from './key_agreement.ts'
import {
  client_key_exchange,
  encode_server_params,
  type ServerParams,
  server_key_exchange,
} from './key_exchange.ts'
import {
  certify as certify_peer,
  check_finished,
  find_scheme,
  finish,
  is_signed,
  sign_with,
  write,
} from './ssl_handshake.ts'

/** What the server chose. When a session goes on, the keys are there already. */
function hello(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'server_hello') return [data]
  const chosen = accept_server_hello(data, message[1])
  return chosen.resumed ? [chosen, ['pending_keys', pending_keys(chosen)]] : [chosen]
}

/** Who the server is, and its share of the key. */
function certify(message: Message, data: HandshakeData): Step {
  switch (message[0]) {
    case 'certificate': {
      const peer = certify_peer(data, message[1])
      if (peer === undefined) throw new Alert('bad_certificate', 'a server without certificate')
      check_key_type(data, peer.public_key.type)
      return [{ ...data, peer }]
    }
    case 'server_key_exchange':
      return [{ ...data, peer_share: check_share(data, message[1]) }]
    case 'certificate_request':
      return [choose_identity(data, message[1])]
    case 'server_hello_done':
      return agree(data)
    default:
      return [data]
  }
}

/** Both sides switch to the new keys, and each proves that it saw the same handshake. */
function cipher(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'finished') return [data]
  check_finished(data, message[1])
  return [data, ['connected']]
}

/** As {@link cipher}, but the server goes first. */
function abbreviated(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'finished') return [data]
  check_finished(data, message[1])
  const [written, ...actions] = finish(data)
  return [written, ...actions, ['connected']]
}

/** A server that asks for a new handshake is told that there will be none. RFC 5246 §7.4.1.1 */
const connection = (_message: Message, data: HandshakeData): Step => [data, ['warning', 'no_renegotiation']]

export const client_states: StateFunctions = { hello, certify, cipher, abbreviated, connection }

/** RFC 8422 §5.3 */
function check_key_type(data: HandshakeData, type: KeyType): void {
  if (!key_types[ecdhe(data)].includes(type)) throw new Alert('handshake_failure', ['key', type])
}

/** RFC 8422 §5.4: the server's share, signed together with both randoms. */
function check_share(data: HandshakeData, body: Uint8Array): NonNullable<HandshakeData['peer_share']> {
  const exchange = decode(server_key_exchange(data.version!, ecdhe(data)), body)
  const [, params] = exchange.params as Extract<ServerParams, readonly ['ecdh', unknown]>
  const group = data.config.groups.find(curve => curve === params.curve)
  if (group === undefined) throw new Alert('illegal_parameter', ['curve', params.curve])
  const content = [data.client_random!, data.server_random!, encode_server_params(exchange.params!)]
  if (!is_signed(exchange.signature!, content, data.peer!.public_key, data.config.signature_algs)) {
    throw new Alert('decrypt_error', 'server_key_exchange')
  }
  return { curve: group, public: params.public }
}

/** All that a client has to say, in one flight: who it is, its share, and that it has understood. */
function agree(data: HandshakeData): Step {
  const { curve, public: peer_public } = data.peer_share!
  const own = { ...data.environment.generate_key(curve), curve }
  const body = encode(client_key_exchange(data.version!, ecdhe(data)), { share: own.public_key })

  const [shown, certificate] = show_certificate(data)
  const [keyed, exchange] = write(shown, ['client_key_exchange', body])
  const master_secret = derive_master_secret(keyed, ecdhe_premaster(own, peer_public))
  const secret = { ...keyed, master_secret }
  const [proven, verify] = prove_key(secret)
  const [finished, ...last] = finish(proven)
  return [finished, ...certificate, ...exchange, ...verify, ['pending_keys', pending_keys(secret)], ...last]
}

/** Nobody, if there is no signature that the server would take. RFC 5246 §7.4.6 */
function choose_identity(data: HandshakeData, request: CertificateRequest): HandshakeData {
  const { identity, signature_algs } = data.config
  const listed = request.supported_signature_algorithms
  const scheme = identity && find_scheme(identity.key, signature_algs, listed)
  return { ...data, certificate_requested: true, scheme }
}

/** A server that asked gets an answer, be it an empty one. RFC 5246 §7.4.6 */
function show_certificate(data: HandshakeData): [HandshakeData, Action[]] {
  if (!data.certificate_requested) return [data, []]
  return write(data, ['certificate', { certificate_list: data.scheme ? data.config.identity!.chain : [] }])
}

/** RFC 5246 §7.4.8 */
function prove_key(data: HandshakeData): [HandshakeData, Action[]] {
  if (!data.scheme) return [data, []]
  return write(data, ['certificate_verify', sign_with(data.config.identity!.key, data.scheme, data.history)])
}

/** RFC 8422 §5.3, §5.10 */
const key_types: Readonly<Record<'ecdhe_rsa' | 'ecdhe_ecdsa', readonly KeyType[]>> = {
  ecdhe_rsa: ['rsa'],
  ecdhe_ecdsa: ['ec', 'ed25519', 'ed448'],
}

const ecdhe = (data: HandshakeData) => data.suite!.key_exchange as 'ecdhe_rsa' | 'ecdhe_ecdsa'
