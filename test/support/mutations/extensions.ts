// Changes which extensions a hello has.

import { all_curves } from '../../../apps/crypto/curves.ts'
import { default_signature_algs } from '../../../ssl_app/handshake/hash_signs.ts'
import type { Dice } from './dice.ts'
import type { Changed } from './values.ts'

export type Extension = readonly [string | number, unknown]

/** What is done, and what comes of it. */
type Change = readonly [string, () => readonly Extension[] | undefined]

type Message = 'client_hello' | 'server_hello'

/** One more or less, one twice, another order, or none. */
export function change_extensions(
  list: readonly Extension[],
  message: Message,
  dice: Dice,
): Changed<readonly Extension[] | undefined> {
  const at = dice.below(Math.max(list.length, 1))
  const found = list[at]
  const others = known[message].filter(([name]) => !list.some(([its]) => its === name))
  const added = dice.pick(others)
  const changes: Change[] = [
    [`without ${found?.[0]}`, () => list.filter((_, index) => index !== at)],
    [found ? `with ${found[0]} twice` : 'empty', () => [...list, ...(found ? [found] : [])]],
    ['in another order', () => list.toReversed()],
    ['in another order', () => [...list.slice(at), ...list.slice(0, at)]],
    ['with an unknown one', () => list.toSpliced(at, 0, [0x0a0a, dice.bytes(dice.below(20))])],
    ['with an unknown one', () => [...list, [0xfafa, dice.bytes(dice.below(3))]]],
    ['gone', () => undefined],
    ['empty', () => []],
    [`without ${found?.[0]}`, () => list.map(its => (its === found ? [0x1a1a, new Uint8Array(0)] : its))],
    [`with ${added?.[0]}`, () => [...list, ...(added ? [added] : [])]],
    [`with ${added?.[0]}`, () => [...(added ? [added] : []), ...list]],
  ]
  const [label, change] = dice.pick(changes)
  return { value: change(), label }
}

/** Of each that there is, a value that could stand in a good message. */
const known: Readonly<Record<Message, readonly Extension[]>> = {
  client_hello: [
    ['server_name', 'localhost'],
    ['max_fragment_length', 2048],
    ['supported_groups', all_curves],
    ['ec_point_formats', ['uncompressed']],
    ['srp', Buffer.from('alice')],
    ['signature_algorithms', default_signature_algs],
    ['alpn', ['h2', 'http/1.1', 'b']],
    ['encrypt_then_mac', true],
    ['extended_master_secret', true],
    ['record_size_limit', 64],
    ['session_ticket', new Uint8Array(0)],
    ['next_protocol_negotiation', true],
    ['renegotiation_info', new Uint8Array(0)],
  ],
  server_hello: [
    ['server_name', true],
    ['max_fragment_length', 2048],
    ['ec_point_formats', ['uncompressed']],
    ['alpn', 'h2'],
    ['encrypt_then_mac', true],
    ['extended_master_secret', true],
    ['record_size_limit', 64],
    ['session_ticket', true],
    ['next_protocol_negotiation', ['b', 'h2']],
    ['renegotiation_info', new Uint8Array(0)],
  ],
}
