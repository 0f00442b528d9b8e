// What both sides do in a handshake: write messages, prove who they are, and check the other's proofs.

import { hash_equals } from '../../apps/crypto/crypto.ts'
import * as key_schedule from '../record/key_schedule.ts'
import { Alert } from '../record/ssl_alert.ts'
import type { Role } from '../record/tls_v1.ts'
import type { Action, Environment, HandshakeData, Step } from './handshake_data.ts'
import { agreed } from './key_agreement.ts'
import { select_next_protocol } from './next_protocol.ts'
import { encode_handshake, type Handshake } from './tls_handshake.ts'

/** 28 bytes of chance behind the time in seconds. RFC 5246 §7.4.1.2 */
export function hello_random(environment: Environment): Uint8Array {
  const random = new Uint8Array(32)
  new DataView(random.buffer).setUint32(0, Math.floor(environment.system_time() / 1000) % 2 ** 32)
  random.set(environment.random_bytes(28), 4)
  return random
}

/** Writes messages: they become part of the handshake's history, and are to be sent. */
export function write(data: HandshakeData, ...messages: readonly Handshake[]): [HandshakeData, Action[]] {
  const written = messages.map(message => encode_handshake(message, data.version ?? 'tlsv1.2'))
  return [{ ...data, history: [...data.history, ...written] }, written.map(bytes => ['send', bytes] as const)]
}

/**
 * The own Finished, behind the `change_cipher_spec` that it is sent under, and behind the choice of a protocol, if the
 * server waits for one. RFC 5246 §7.4.9; draft-agl-tls-nextprotoneg-04 §3
 */
export function finish(data: HandshakeData): Step {
  const [chosen, choice] = tell_next_protocol(data)
  const own = verify_data(chosen, data.role, chosen.history)
  const [written, actions] = write(chosen, ['finished', own])
  const finished = { ...written, verify_data: { ...data.verify_data, [data.role]: own } }
  return [finished, ['change_cipher_spec'], ...choice, ...actions]
}

/**
 * Checks the peer's Finished, and keeps what it proved.
 *
 * @throws {@link Alert} `decrypt_error`: the two sides have not seen the same handshake
 */
export function check_finished(data: HandshakeData, received: Uint8Array): HandshakeData {
  const peer = data.role === 'client' ? 'server' : 'client'
  const expected = verify_data(data, peer, data.history.slice(0, -1))
  if (!hash_equals(received, expected)) throw new Alert('decrypt_error', 'finished')
  return { ...data, verify_data: { ...data.verify_data, [peer]: expected } }
}

const verify_data = (data: HandshakeData, sender: Role, history: readonly Uint8Array[]): Uint8Array =>
  key_schedule.verify_data(agreed(data), data.master_secret!, sender, history)

function tell_next_protocol(data: HandshakeData): [HandshakeData, Action[]] {
  if (data.role === 'server' || data.next_protocols === undefined) return [data, []]
  return write(data, ['next_protocol', select_next_protocol(data.protocol!)])
}
