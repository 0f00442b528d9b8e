// Tickets: sessions that clients keep in the server's stead, sealed so that they can neither read nor change them.
// RFC 5077

import {
  crypto_one_time_aead_decrypt,
  crypto_one_time_aead_encrypt,
  hash,
  strong_rand_bytes,
} from '../../apps/crypto/crypto.ts'
import { bytes, decode, encode, rest, struct } from '../../runtime/binary/codec.ts'
import { session_codec } from './session_codec.ts'
import { is_alive, type Session } from './ssl_session.ts'
import {
  current_key,
  find_key,
  forget_all_keys,
  forget_old_keys,
  key_name_size,
  type TicketKeys,
} from './ticket_keys.ts'

/** What all tickets of a server have in common need not be in each of them. */
type Circumstances = Pick<Session, 'own_certificate' | 'policy'>

/** What a server needs to know of its tickets. Mutable. */
export interface TicketBox {
  readonly keys: TicketKeys
  /** By their hash; what was used last stands last. */
  readonly circumstances: Map<string, Circumstances>
}

/** How long sessions live, in seconds, and what time it is, in milliseconds of the monotonic clock. */
export interface Times {
  readonly lifetime: number
  readonly now: number
}

const iv_size = 12
const tag_size = 16
/** It goes into an `opaque<0..2^16-1>`. */
const largest_ticket = 0xffff
const most_circumstances = 1_000

const ticket_format = struct({ key_name: bytes(key_name_size), iv: bytes(iv_size), sealed: rest })
const content_format = struct({ circumstances: bytes(32), session: session_codec })

export const make_ticket_box = (): TicketBox => ({ keys: [], circumstances: new Map() })

/**
 * The session as a ticket, which is good at servers on the same port.
 *
 * @returns undefined when the session has less than a second to live, or is too large
 */
export function seal(box: TicketBox, port: number, session: Session, times: Times): Uint8Array | undefined {
  if (time_left(session, times) < 1) return undefined
  const { key, name } = current_key(box.keys, times.lifetime * 1_000, times.now)
  const content = encode(content_format, {
    circumstances: remember(box, session),
    session: { ...session, own_certificate: undefined, policy: '' },
  })
  const iv = strong_rand_bytes(iv_size)
  const sealed = crypto_one_time_aead_encrypt('aes_256_gcm', key, iv, content, additional_data(name, port))
  const ticket = encode(ticket_format, { key_name: name, iv, sealed })
  return ticket.length > largest_ticket ? undefined : ticket
}

/** The session of a ticket; undefined when it is too old, or is none of this box and port, whatever it is. */
export function open(box: TicketBox, port: number, ticket: Uint8Array, times: Times): Session | undefined {
  if (ticket.length < key_name_size + iv_size + tag_size) return undefined
  const { key_name, iv, sealed } = decode(ticket_format, ticket)
  const key = find_key(box.keys, key_name)?.key
  const content =
    key && crypto_one_time_aead_decrypt('aes_256_gcm', key, iv, sealed, additional_data(key_name, port))
  if (content === undefined) return undefined
  const { circumstances, session } = decode(content_format, content)
  const remembered = recall(box, circumstances)
  return remembered && is_alive(session, times.lifetime, times.now)
    ? { ...session, ...remembered }
    : undefined
}

/** Whole seconds for which the session is still good. */
export const time_left = ({ time_stamp }: Session, { lifetime, now }: Times): number =>
  Math.max(0, Math.floor(lifetime - (now - time_stamp) / 1_000))

/** Wipes the keys of which no ticket is good any more. */
export const forget_old = ({ keys }: TicketBox, { lifetime, now }: Times): void =>
  forget_old_keys(keys, lifetime * 1_000, now)

export function forget_all({ keys, circumstances }: TicketBox): void {
  forget_all_keys(keys)
  circumstances.clear()
}

/** A server on another port may be another service: what one has made does not count with the other. */
const additional_data = (key_name: Uint8Array, port: number): Uint8Array =>
  Buffer.concat([key_name, Buffer.from(String(port))])

function remember(box: TicketBox, { own_certificate, policy }: Session): Uint8Array {
  const digest = hash('sha256', [hash('sha256', Buffer.from(policy)), own_certificate ?? new Uint8Array(0)])
  put(box, Buffer.from(digest).toString('latin1'), { own_certificate, policy })
  return digest
}

function recall(box: TicketBox, digest: Uint8Array): Circumstances | undefined {
  const name = Buffer.from(digest).toString('latin1')
  const found = box.circumstances.get(name)
  if (found !== undefined) put(box, name, found)
  return found
}

/** Those that were not used for longest go. */
function put({ circumstances }: TicketBox, name: string, value: Circumstances): void {
  circumstances.delete(name)
  circumstances.set(name, value)
  if (circumstances.size > most_circumstances) circumstances.delete(circumstances.keys().next().value!)
}
