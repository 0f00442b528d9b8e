// What can be done to a planned message: to say something else in its place, to leave it out, to say it twice, or to put
// something in front of it.

import { type AnyCodec, decode, encode } from '../../../runtime/binary/codec.ts'
import { certificate, certificate_request } from '../../../ssl_app/handshake/certificates.ts'
import { digitally_signed } from '../../../ssl_app/handshake/hash_signs.ts'
import { client_hello, server_hello } from '../../../ssl_app/handshake/hello.ts'
import { client_key_exchange, server_key_exchange } from '../../../ssl_app/handshake/key_exchange.ts'
import {
  decode_handshake,
  encode_handshake,
  type Handshake,
  handshake_type,
} from '../../../ssl_app/handshake/tls_handshake.ts'
import type { RoguePeer } from '../rogue_peer.ts'
import type { Dice } from './dice.ts'
import { change_layout } from './layout.ts'
import { signed_anew, stand_by } from './liar.ts'
import { change_value } from './values.ts'

/** What was done. */
export interface Deed {
  /** Such as `server_hello.cipher_suite other`. */
  readonly label: string
  /** What the other side is sent, piece by piece. */
  readonly pieces: readonly Uint8Array[]
  /** Whether the handshake has another content now. */
  readonly is_other: boolean
  /** The peer goes on, and proves at the end, as it is fit for what it said. */
  readonly is_stood_by?: boolean
  /** What is too much comes behind what was planned. */
  readonly begins_well?: boolean
  /** The alert, if any, that the other side was sent. */
  readonly alerts?: readonly number[]
}

/** The peer, before a step of its plan. */
export interface Situation {
  readonly rogue: RoguePeer
  readonly dice: Dice
  /** Whether it stands by what it says; else it does as if it had said what was planned. */
  readonly lies: boolean
  /** Whether what it sends is under keys. */
  readonly is_protected: boolean
}

/** The message that is planned next; undefined: it is none of the handshake's. */
export const planned = ({ plan }: RoguePeer): Uint8Array | undefined =>
  plan[0]?.[0] === 'send' ? plan[0][1] : undefined

/** One field is another. */
export function other_field(situation: Situation): Deed {
  const { rogue, dice } = situation
  const old = planned(rogue)!
  const message = opened(rogue, old)
  const { value, label } = change_value(message, dice)
  const bytes = closed(situation, value as Opened, label)
  if (bytes === undefined) return other_bytes(situation)
  return instead(situation, label, [bytes])
}

/** The bytes are others. */
export function other_bytes(situation: Situation): Deed {
  const { rogue, dice } = situation
  const old = planned(rogue)!
  const { value, label } = change_layout(old, format_of(rogue, handshake_type(old)), dice)
  return instead(situation, `${handshake_type(old)} ${label}`, [value])
}

export function left_out(situation: Situation): Deed {
  return instead(situation, `${handshake_type(planned(situation.rogue)!)} left out`, [])
}

export function repeated(situation: Situation): Deed {
  const old = planned(situation.rogue)!
  return instead(situation, `${handshake_type(old)} twice`, [old, old.slice()])
}

/** With the one behind it, if there is one before the keys change. */
export function swapped(situation: Situation): Deed {
  const { rogue } = situation
  const [first, second] = rogue.plan
  if (first?.[0] !== 'send' || second?.[0] !== 'send') return left_out(situation)
  const label = `${handshake_type(first[1])} behind ${handshake_type(second[1])}`
  rogue.plan.splice(1, 1)
  if (situation.lies) {
    const history = rogue.data.history.filter(message => message !== second[1])
    rogue.data = { ...rogue.data, history }
  }
  return instead(situation, label, [second[1], first[1].slice()])
}

/** Something legal elsewhere, or nowhere. */
export function preceded(situation: Situation): Deed {
  const { rogue, dice } = situation
  const old = planned(rogue)!
  const [name, bytes] = intruder(rogue, dice)
  const label = `${name} before ${handshake_type(old)}`
  if (name !== 'hello_request') return instead(situation, label, [bytes, old.slice()])
  const request = rogue.raw('handshake', bytes)
  return { label, pieces: [request, rogue.next()], is_other: false }
}

/** @returns what goes out in place of the message that is planned next */
function instead(situation: Situation, label: string, told: readonly Uint8Array[]): Deed {
  const { rogue, lies } = situation
  const old = planned(rogue)!
  rogue.plan.splice(0, 1, ...told.map(bytes => ['send', bytes] as const))
  if (lies) stand_by(rogue, old, told)
  const pieces = told.map(() => rogue.next())
  const same = told.length === 1 && Buffer.compare(told[0]!, old) === 0
  const begins_well = told[0] !== undefined && Buffer.compare(told[0], old) === 0
  return { label: same ? 'nothing' : label, pieces, is_other: !same, is_stood_by: lies, begins_well }
}

// ---- Messages as values

type Opened = readonly [string | number, unknown]

function inner_format({ data }: RoguePeer, type: unknown): AnyCodec | undefined {
  if (data.version === undefined || data.suite === undefined) return undefined
  if (type === 'server_key_exchange') return server_key_exchange(data.version, data.suite.key_exchange)
  if (type === 'client_key_exchange') return client_key_exchange(data.version, data.suite.key_exchange)
  return undefined
}

function format_of(rogue: RoguePeer, type: unknown): AnyCodec | undefined {
  const version = rogue.data.version ?? 'tlsv1.2'
  const formats: Readonly<Record<string, AnyCodec>> = {
    client_hello,
    server_hello,
    certificate,
    certificate_request: certificate_request[version],
    certificate_verify: digitally_signed[version],
  }
  return formats[String(type)] ?? inner_format(rogue, type)
}

function opened(rogue: RoguePeer, bytes: Uint8Array): Opened {
  const [type, body] = decode_handshake(bytes, rogue.data.version ?? 'tlsv1.2')
  const format = inner_format(rogue, type)
  return format ? [type, decode(format, body as Uint8Array)] : [type, body]
}

/** @returns undefined when no such message can be written */
function closed({ rogue, lies }: Situation, [type, value]: Opened, label: string): Uint8Array | undefined {
  const format = inner_format(rogue, type)
  const about_signature = label.includes('signature.signature')
  try {
    let body = format ? encode(format, value) : value
    if (lies && type === 'server_key_exchange' && !about_signature)
      body = signed_anew(rogue.data, body as Uint8Array)
    return encode_handshake([type, body] as Handshake, rogue.data.version ?? 'tlsv1.2')
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

// ---- Intruders

/** A message of any kind: one that was said before, by whomever, or one of its own. */
function intruder(rogue: RoguePeer, dice: Dice): readonly [string, Uint8Array] {
  const bytes = dice.pick([...rogue.data.history.filter(is_whole), ...strangers(rogue, dice)])
  return [String(handshake_type(bytes)), bytes.slice()]
}

/** A hello in the format of SSL 2.0 is no message. */
const is_whole = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && Buffer.from(bytes).readUIntBE(1, 3) === bytes.length - 4

function strangers({ data }: RoguePeer, dice: Dice): Uint8Array[] {
  const version = data.version ?? 'tlsv1.2'
  const messages: readonly Handshake[] = [
    ['hello_request', true],
    ['server_hello_done', true],
    ['certificate', { certificate_list: [] }],
    ['certificate', { certificate_list: data.config.identities[0]?.chain ?? [dice.bytes(100)] }],
    [
      'certificate_request',
      {
        certificate_types: ['rsa_sign', 'ecdsa_sign'],
        supported_signature_algorithms: ['rsa_pkcs1_sha256', 'ecdsa_secp256r1_sha256'],
        certificate_authorities: [],
      },
    ],
    ['server_key_exchange', dice.bytes(40)],
    ['client_key_exchange', dice.bytes(40)],
    ['certificate_verify', { algorithm: 'rsa_pkcs1_sha256', signature: dice.bytes(256) }],
    ['new_session_ticket', { ticket_lifetime_hint: 100, ticket: dice.bytes(20) }],
    ['finished', dice.bytes(version === 'sslv3' ? 36 : 12)],
    ['certificate_status', dice.bytes(20)],
    ['next_protocol', { selected_protocol: 'b', padding: new Uint8Array(29) }],
    [dice.pick([3, 5, 6, 8, 21, 23, 24, 25, 99, 254, 255]), dice.bytes(10)],
  ]
  return messages.map(message => encode_handshake(message, version))
}
