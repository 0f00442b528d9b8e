// What a server does with each message, state by state. Which message may come when is server_chart.ts's to say.

import type { Curve } from '../../apps/crypto/crypto.ts'
import { decode, encode } from '../../runtime/binary/codec.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { CertificateRequest, ClientCertificateType } from './certificates.ts'
import type { Action, HandshakeConfig, HandshakeData, Step } from './handshake_data.ts'
import type { Message, StateFunctions } from './handshake_state.ts'
import { derive_master_secret, ecdhe_premaster, pending_keys } from './key_agreement.ts'
import { client_key_exchange, encode_server_params, server_key_exchange } from './key_exchange.ts'
import { choose } from './server_hello.ts'
import {
  certify as certify_peer,
  check_finished,
  finish,
  history_before,
  is_signed,
  sign_with,
  write,
} from './ssl_handshake.ts'
import type { Handshake } from './tls_handshake.ts'

/** Chooses, and says all that a server has to say in one flight; or goes on with a session. */
function hello(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'client_hello') return [data]
  const { data: chosen, server_hello, curve } = choose(data, message[1])
  const [answered, actions] = write(chosen, ['server_hello', server_hello])
  if (chosen.resumed) {
    const [finished, ...last] = finish(answered)
    return [finished, ...actions, ['pending_keys', pending_keys(chosen)], ...last]
  }
  const [introduced, more] = introduce(answered, curve!)
  return [introduced, ...actions, ...more]
}

/** Who the client is, if it was asked, and its share of the key. */
function certify(message: Message, data: HandshakeData): Step {
  switch (message[0]) {
    case 'certificate': {
      const peer = certify_peer(data, message[1])
      if (peer === undefined && data.config.fail_if_no_peer_cert) {
        throw new Alert('handshake_failure', 'no client certificate')
      }
      return [{ ...data, peer }]
    }
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
      if (!is_signed(message[1], history_before(data), data.peer!.public_key, data.config.signature_algs)) {
        throw new Alert('bad_certificate', 'certificate_verify')
      }
      return [data]
    case 'finished': {
      check_finished(data, message[1])
      const [finished, ...actions] = finish(data)
      return [finished, ...actions, ['connected']]
    }
    default:
      return [data]
  }
}

/** As {@link cipher}, but the server has gone first. */
function abbreviated(message: Message, data: HandshakeData): Step {
  if (message[0] !== 'finished') return [data]
  check_finished(data, message[1])
  return [data, ['connected']]
}

/** A client that asks for a new handshake is told that there will be none. RFC 5246 §7.2.2 */
const connection = (_message: Message, data: HandshakeData): Step => [data, ['warning', 'no_renegotiation']]

export const server_states: StateFunctions = { hello, certify, cipher, abbreviated, connection }

/** Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone. */
function introduce(data: HandshakeData, curve: Curve): [HandshakeData, Action[]] {
  const key_pair = { ...data.environment.generate_key(curve), curve }
  const request: Handshake[] =
    data.config.path.verify === 'verify_peer'
      ? [['certificate_request', certificate_request(data.config)]]
      : []
  return write(
    { ...data, key_pair },
    ['certificate', { certificate_list: data.config.identity!.chain }],
    ['server_key_exchange', signed_share(data, curve, key_pair.public_key)],
    ...request,
    ['server_hello_done', true],
  )
}

/** RFC 8422 §5.4: the share, signed together with both randoms. */
function signed_share(data: HandshakeData, curve: Curve, public_key: Uint8Array): Uint8Array {
  const params = ['ecdh', { curve, public: public_key }] as const
  const content = [data.client_random!, data.server_random!, encode_server_params(params)]
  const signature = sign_with(data.config.identity!.key, data.scheme!, content)
  return encode(server_key_exchange(data.version!, ecdhe(data)), { params, signature })
}

/** RFC 5246 §7.4.4 */
function certificate_request(config: HandshakeConfig): CertificateRequest {
  const certificate_types: ClientCertificateType[] = ['ecdsa_sign', 'rsa_sign']
  return {
    certificate_types,
    supported_signature_algorithms: config.signature_algs,
    certificate_authorities: authorities(config.trusted.subjects()),
  }
}

/** None, that is any, when there are more than the message can hold. */
function authorities(subjects: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = subjects.reduce((sum, { length }) => sum + 2 + length, 0)
  return size <= 0xffff ? subjects : []
}

function agree(data: HandshakeData, body: Uint8Array): Step {
  const { share } = decode(client_key_exchange(data.version!, ecdhe(data)), body)
  const premaster = ecdhe_premaster(data.key_pair!, share!)
  const master_secret = derive_master_secret(data, premaster)
  const agreed = { ...data, master_secret, key_pair: undefined }
  return [agreed, ['pending_keys', pending_keys(agreed)]]
}

const ecdhe = (data: HandshakeData) => data.suite!.key_exchange
