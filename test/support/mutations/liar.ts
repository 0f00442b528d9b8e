// A peer that lies, and stands by it: what it proves at the end is what it has really said, and it goes on with what it
// has told. So a lie is found only by who looks at it.

import { decode, encode } from '../../../runtime/binary/codec.ts'
import type { Certificate } from '../../../ssl_app/handshake/certificates.ts'
import type { HandshakeData } from '../../../ssl_app/handshake/handshake_data.ts'
import { hash_sign, type SignatureScheme } from '../../../ssl_app/handshake/hash_signs.ts'
import type { ClientHello, ServerHello } from '../../../ssl_app/handshake/hello.ts'
import { get_extension } from '../../../ssl_app/handshake/hello_extensions.ts'
import {
  agreed,
  client_share,
  derive_master_secret,
  parts_of,
  pending_keys,
} from '../../../ssl_app/handshake/key_agreement.ts'
import {
  encode_server_params,
  type ServerKeyExchange,
  server_key_exchange,
} from '../../../ssl_app/handshake/key_exchange.ts'
import type { NextProtocol } from '../../../ssl_app/handshake/next_protocol.ts'
import { sign_handshake, sign_params } from '../../../ssl_app/handshake/ssl_signatures.ts'
import {
  decode_handshake,
  encode_handshake,
  type Handshake,
  handshake_type,
} from '../../../ssl_app/handshake/tls_handshake.ts'
import { suite_definition } from '../../../ssl_app/record/cipher_suites.ts'
import * as key_schedule from '../../../ssl_app/record/key_schedule.ts'
import { type ProtocolVersion, version_from_code } from '../../../ssl_app/record/tls_version.ts'
import type { RoguePeer } from '../rogue_peer.ts'

/** Says `told` where it would have said `old`, goes on with that, and proves it. */
export function stand_by(rogue: RoguePeer, old: Uint8Array, told: readonly Uint8Array[]): void {
  const history = rogue.data.history.flatMap(message => (message === old ? told : [message]))
  const before = rogue.data
  rogue.data = { ...before, history }
  for (const message of told) adopt(rogue, message)
  if (has_shown_nothing(rogue, old, told)) leave_out(rogue, 'certificate_verify')
  if (is_about_secret(old) && before.role === 'client') derive_anew(rogue)
  const is_planned = rogue.plan.some(([kind]) => kind === 'change_cipher_spec')
  if (is_planned && rogue.data.master_secret) rogue.set_keys(pending_keys(rogue.data))
  for (const [kind, message] of rogue.plan) {
    if (kind === 'send' && !told.includes(message as Uint8Array)) prove_anew(rogue, message as Uint8Array)
  }
}

function leave_out(rogue: RoguePeer, type: string): void {
  const left_out = rogue.plan.find(
    ([kind, bytes]) => kind === 'send' && type_of(bytes as Uint8Array) === type,
  )
  rogue.plan = rogue.plan.filter(action => action !== left_out)
  rogue.data = { ...rogue.data, history: rogue.data.history.filter(message => message !== left_out?.[1]) }
}

/** What it has said is what it goes on with, as far as it can. */
function adopt(rogue: RoguePeer, bytes: Uint8Array): void {
  const message = read(rogue, bytes)
  if (message?.[0] === 'client_hello')
    rogue.data = { ...rogue.data, ...told_by_client(message[1] as ClientHello) }
  if (message?.[0] === 'next_protocol') {
    rogue.data = { ...rogue.data, protocol: (message[1] as NextProtocol).selected_protocol }
  }
  if (message?.[0] === 'server_hello') {
    const hello = message[1] as ServerHello
    rogue.data = { ...rogue.data, ...told_by_server(rogue.data, hello) }
    adopt_version(rogue, hello)
  }
}

/** Where the messages that are planned have the same format. */
function adopt_version(rogue: RoguePeer, { server_version }: ServerHello): void {
  const told = version_from_code(server_version)
  const alike: readonly (ProtocolVersion | undefined)[] = ['tlsv1', 'tlsv1.1']
  if (told && alike.includes(told) && alike.includes(rogue.data.version)) rogue.set_version(told)
}

/** A client that has shown no certificate has no key to prove. */
function has_shown_nothing(rogue: RoguePeer, old: Uint8Array, told: readonly Uint8Array[]): boolean {
  if (rogue.role === 'server' || type_of(old) !== 'certificate') return false
  return told.every(bytes => {
    const message = read(rogue, bytes)
    return message?.[0] === 'certificate' && (message[1] as Certificate).certificate_list.length === 0
  })
}

function read({ data }: RoguePeer, bytes: Uint8Array): Handshake | undefined {
  try {
    return decode_handshake(bytes, data.version ?? 'tlsv1.2')
  } catch {
    return undefined
  }
}

const told_by_client = (hello: ClientHello): Partial<HandshakeData> => ({
  client_hello: hello,
  client_random: hello.random,
  client_version: hello.client_version,
})

function told_by_server(data: HandshakeData, hello: ServerHello): Partial<HandshakeData> {
  const { extensions, cipher_suite } = hello
  const suite = suite_definition(cipher_suite)
  const fits = suite?.key_exchange === data.suite!.key_exchange
  const has = (name: 'extended_master_secret' | 'encrypt_then_mac' | 'session_ticket') =>
    get_extension(extensions, name) !== undefined
  return {
    server_random: hello.random,
    session_id: hello.session_id,
    suite: fits ? suite : data.suite,
    extended_master_secret: has('extended_master_secret'),
    encrypt_then_mac: has('encrypt_then_mac'),
    ticket_expected: has('session_ticket'),
    secure_renegotiation: get_extension(extensions, 'renegotiation_info') !== undefined,
    protocol: get_extension(extensions, 'alpn') ?? (data.previous && data.protocol),
    next_protocols: get_extension(extensions, 'next_protocol_negotiation'),
  }
}

/** Nothing has no type. */
const type_of = (message: Uint8Array): string =>
  message.length === 0 ? 'nothing' : String(handshake_type(message))

/** With the extended master secret, all up to ClientKeyExchange is part of it. */
const is_about_secret = (message: Uint8Array): boolean =>
  ['certificate', 'client_key_exchange'].includes(type_of(message))

function derive_anew(rogue: RoguePeer): void {
  const { data } = rogue
  if (!data.extended_master_secret || data.resumed || data.master_secret === undefined) return
  const types = data.history.map(type_of)
  const history = data.history.slice(0, types.lastIndexOf('client_key_exchange') + 1)
  const question = ['psk', data.psk_hint] as const
  const user_secret = parts_of(data).psk ? data.environment.user_secret(question) : undefined
  const known = { ...data, history, user_secret: user_secret as HandshakeData['user_secret'] }
  const { premaster } = client_share(known)
  rogue.data = { ...data, master_secret: derive_master_secret(known, premaster) }
}

/** What depends on all that was said before it. */
function prove_anew(rogue: RoguePeer, old: Uint8Array): void {
  const proved = proof(rogue, old)
  if (proved === undefined) return
  const { data } = rogue
  const bytes = encode_handshake(proved, data.version!)
  rogue.plan = rogue.plan.map(action => (action[1] === old ? ['send', bytes] : action))
  rogue.data = { ...rogue.data, history: data.history.map(message => (message === old ? bytes : message)) }
}

function proof(rogue: RoguePeer, old: Uint8Array): Handshake | undefined {
  const { data, role } = rogue
  const at = data.history.indexOf(old)
  const before = data.history.slice(0, at)
  switch (type_of(old)) {
    case 'server_key_exchange':
      return ['server_key_exchange', signed_anew(data, old.subarray(4))]
    case 'certificate_verify':
      return ['certificate_verify', sign_handshake({ ...data, history: before })]
    case 'finished': {
      const own = key_schedule.verify_data(agreed(data), data.master_secret!, role, before)
      rogue.data = { ...data, verify_data: { ...data.verify_data, [role]: own } }
      return ['finished', own]
    }
    default:
      return undefined
  }
}

/** ServerKeyExchange, signed by the server that it is from; unless the signature is what it lies about. */
export function signed_anew(data: HandshakeData, body: Uint8Array): Uint8Array {
  const format = server_key_exchange(data.version!, data.suite!.key_exchange)
  const { params, signature, ...rest } = decode(format, body)
  if (params === undefined || signature === undefined) return body
  const scheme = own_scheme(data, signature.algorithm)
  const told: ServerKeyExchange = {
    ...rest,
    params,
    signature: {
      ...sign_params({ ...data, scheme }, encode_server_params(params)),
      ...(signature.algorithm !== undefined && { algorithm: signature.algorithm }),
    },
  }
  return encode(format, told)
}

/** A scheme that the key can sign by; what else is told, is only told. */
function own_scheme(data: HandshakeData, told: string | number | undefined): SignatureScheme | undefined {
  if (told === undefined) return undefined
  const key = data.own!.key
  const can = typeof told === 'string' && hash_sign(told as SignatureScheme)?.key_type === key.type
  return can ? (told as SignatureScheme) : data.scheme
}
