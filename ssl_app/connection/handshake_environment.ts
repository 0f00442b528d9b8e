// What a handshake takes from the world: chance, keys, time, the sessions there are, and what users keep secret.

import {
  dh_generate_key,
  generate_key,
  srp_client_key,
  srp_groups,
  srp_server_key,
  strong_rand_bytes,
} from '../../apps/crypto/crypto.ts'
import { monotonic_time, system_time } from '../../runtime/erlang/clock.ts'
import { report } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { type Awaitable, is_pending } from '../certificate/awaitable.ts'
import type {
  Environment,
  HandshakeConfig,
  Question,
  ResumptionWish,
  SrpUserTraits,
  UserSecret,
} from '../handshake/handshake_data.ts'
import { suite_definition } from '../record/cipher_suites.ts'
import * as ssl_manager from '../session/ssl_manager.ts'
import { type Session, type SessionTerms, suits } from '../session/ssl_session.ts'
import type { Connection } from './connection_data.ts'
import type { SslOptions } from './connection_options.ts'
import { pause } from './hello_heard.ts'

/** One for all connections of this program, so that who is unknown is so in the same way each time. */
let unknown_users_seed: Uint8Array | undefined

/** By the function that knows them: what the user of SRP had that it has told of first. It stays, lest a change shows. */
const traits = new WeakMap<object, SrpUserTraits>()

export const handshake_environment = (connection: Connection): Environment => ({
  random_bytes: strong_rand_bytes,
  generate_key,
  dh_generate_key,
  srp_client_key,
  srp_server_key,
  system_time,
  monotonic_time,
  hello_heard: extensions => pause(connection, extensions),
  resume: (wish, config) => session_to_resume(connection, wish, config),
  seal_ticket: session => sealed(connection, session),
  user_secret: question => user_secret(connection.options, question),
  get unknown_users_seed() {
    unknown_users_seed ??= strong_rand_bytes(32)
    return unknown_users_seed
  },
  get known_users() {
    const [look_up] = connection.options.user_lookup_fun ?? []
    return look_up && traits.get(look_up)
  },
})

// ---- Sessions

/**
 * Client: the session with which it asks to go on. In a renegotiation none that is known by a ticket: GnuTLS answers
 * that with `internal_error`. Nor where the user may still say anew whom he trusts: what was offered goes on unasked.
 */
export function session_to_offer(
  { session_key, options, role, engine, pausing }: Connection,
  config: HandshakeConfig,
): Awaitable<Session | undefined> {
  if (session_key[0] !== 'client' || !options.reuse_sessions || pausing) return undefined
  const [, host, port] = session_key
  const wanted: SessionTerms = {
    ...terms(role, config),
    server_name: config.server_name,
    srp_user: config.srp_identity?.user,
    psk_identity: config.psk_identity,
    max_fragment_length: config.max_fragment_length,
  }
  const tickets_too = engine!.established === undefined
  const is_usable = (session: Session) =>
    (tickets_too || session.ticket === undefined) && suits(session, wanted)
  return ssl_manager.client_session(host, port, is_usable)
}

/** What a server is willing to go on with; the options are those for the name that was asked for. */
function session_to_resume(
  { session_key, options, role }: Connection,
  wish: ResumptionWish,
  config: HandshakeConfig,
): Awaitable<Session | undefined> {
  if (session_key[0] !== 'server' || !options.reuse_sessions) return undefined
  const [, port] = session_key
  const { server_name, srp_user, max_fragment_length } = wish
  const asked = { server_name, srp_user, max_fragment_length, psk_identity: undefined }
  const wanted: SessionTerms = { ...terms(role, config), ...asked }
  const usable = (session: Session | undefined) =>
    session && suits(session, wanted) && is_welcome(session, options) ? session : undefined

  // RFC 5077 §3.4: what stands beside a ticket is no id to look up.
  if (wish.ticket?.length) return usable(ssl_manager.open_ticket(port, wish.ticket))
  const found = ssl_manager.server_session(port, wish.session_id)
  return found && 'then' in found ? found.then(usable) : usable(found)
}

const terms = (role: Connection['role'], config: HandshakeConfig) => ({
  role,
  versions: config.versions,
  ciphers: config.ciphers,
  own_certificates: config.identities.map(({ chain }) => chain[0]!),
  policy: config.policy,
  peer_certificate_needed: config.path.verify === 'verify_peer' && config.fail_if_no_peer_cert,
})

/** OTP: the option `reuse_session`. A function that fails has not agreed. */
function is_welcome(session: Session, { reuse_session }: SslOptions): boolean {
  const { session_id, peer_certificate, cipher_suite } = session
  try {
    const { erlang } = suite_definition(cipher_suite)!
    return reuse_session?.(as_buffer(session_id), as_buffer(peer_certificate), 0, erlang) !== false
  } catch (error) {
    report_failed('reuse_session', error)
    return false
  }
}

function sealed({ session_key }: Connection, session: Session): ReturnType<Environment['seal_ticket']> {
  const bytes = session_key[0] === 'server' ? ssl_manager.seal_ticket(session_key[1], session) : undefined
  return bytes && { bytes, lifetime_hint: ssl_manager.ticket_lifetime(session) }
}

// ---- Secrets

/** OTP: the option `user_lookup_fun`. A function that fails, or takes for ever, knows nobody. */
function user_secret({ user_lookup_fun }: SslOptions, question: Question): Awaitable<UserSecret> {
  if (user_lookup_fun === undefined) return 'error'
  const [look_up, state] = user_lookup_fun
  const failed = (error: unknown): UserSecret => {
    report_failed('user_lookup_fun', error)
    return 'error'
  }
  try {
    const [kind, identity] = question
    const found: Term = (look_up as (...asked: readonly Term[]) => Term)(kind, as_buffer(identity), state)
    const checked = (result: Term) => remembered(look_up, checked_secret(question, result))
    return is_pending(found) ? Promise.resolve(found).then(checked).catch(failed) : checked(found)
  } catch (error) {
    return failed(error)
  }
}

/** Who is not known is to look like who is. */
function remembered(look_up: object, secret: UserSecret): UserSecret {
  if (secret === 'error' || secret[0] !== 'srp' || traits.has(look_up)) return secret
  const { group, salt } = secret[1]
  traits.set(look_up, { group, salt_size: salt.length })
  return secret
}

/** Copies: those here are wiped after use. */
function checked_secret([kind]: Question, result: Term): UserSecret {
  const found = Array.isArray(result) && result[0] === 'ok' ? result[1] : undefined
  if (kind === 'psk') return found instanceof Uint8Array ? ['psk', new Uint8Array(found)] : 'error'
  if (!Array.isArray(found)) return 'error'
  const [group, salt, derived_key] = found
  const known = typeof group === 'string' && Object.hasOwn(srp_groups, group)
  if (!known || !is_salt(salt) || !(derived_key instanceof Uint8Array)) return 'error'
  return ['srp', { group: group as keyof typeof srp_groups, salt, derived_key: new Uint8Array(derived_key) }]
}

/** RFC 5054 §2.8.1 */
const is_salt = (salt: Term): salt is Uint8Array =>
  salt instanceof Uint8Array && salt.length > 0 && salt.length <= 255

/** What users are given: bytes that Node's functions know how to read. */
const as_buffer = <Bytes extends Uint8Array | undefined>(bytes: Bytes): Bytes =>
  (bytes && Buffer.from(bytes)) as Uint8Array as Bytes

/** The error's text is left out: it may tell of the secret. */
function report_failed(option: string, error: unknown): void {
  const what = error instanceof Error ? error.name : typeof error
  const message = `SSL: the function of the option ${option} failed: ${what}`
  report('warning', { label: ['ssl', 'user_fun'], report: { message } })
}
