// The socket options of a connection: some are its own, the others the transport's.

import { next_active } from '../../apps/kernel/inet_options.ts'
import { is_packet_type } from '../../apps/kernel/inet_packet.ts'
import type { Done, Reason, Result, Term } from '../../runtime/erlang/term.ts'
import type { Transport, TransportSocket } from './ssl_socket.ts'
import type { EmulatedOptions } from './user_data.ts'

type Check = (value: Term) => boolean

const is_count: Check = value => Number.isInteger(value) && value >= 0

/** What the values of the own options may be. `active` may count from -32768 to 32767. */
const checks: { readonly [Name in keyof EmulatedOptions]: Check } = {
  mode: value => value === 'list' || value === 'binary',
  packet: is_packet_type,
  packet_size: is_count,
  header: is_count,
  active: value => value === true || value === false || value === 'once' || is_short(value),
}

const is_short: Check = value => Number.isInteger(value) && value >= -32_768 && value <= 32_767

/** Whether a name is that of an option of the connection's own. */
export const is_emulated = (name: string): name is keyof EmulatedOptions => Object.hasOwn(checks, name)

/** Options of the transport that the connection relies on. */
const fixed: ReadonlySet<string> = new Set(['deliver'])

/** What {@link set_options} changes. */
export interface Holder {
  readonly transport: Transport
  readonly transport_socket: TransportSocket
  /** The own options as they are. */
  readonly own: EmulatedOptions
  change(options: Partial<EmulatedOptions>): void
}

/**
 * Sets options, the own ones first; those before a wrong one stay set. OTP: `ssl:setopts/2`
 */
export function set_options(holder: Holder, options: Term): Done<Reason> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return ['error', ['options', ['not_a_proplist', options]]]
  }
  const others: Record<string, Term> = {}
  for (const [name, value] of Object.entries(options)) {
    if (!is_emulated(name) && !fixed.has(name)) {
      others[name] = value
      continue
    }
    const own = is_emulated(name) ? own_value(name, value, holder.own) : undefined
    if (own === undefined) return ['error', ['options', ['socket_options', [name, value]]]]
    holder.change({ [name]: own })
  }
  if (Object.keys(others).length === 0) return 'ok'
  const done = holder.transport.setopts(holder.transport_socket, others)
  return done === 'ok' ? 'ok' : ['error', ['options', ['socket_options', others, done[1]]]]
}

/** The values of options, own and others. OTP: `ssl:getopts/2` */
export function get_options(
  own: EmulatedOptions,
  transport: Transport,
  transport_socket: TransportSocket,
  names: Term,
): Result<Record<string, Term>> {
  if (!Array.isArray(names)) return ['error', ['options', ['socket_options', names]]]
  const values: Record<string, Term> = {}
  for (const name of names) {
    if (is_emulated(name)) {
      values[name] = own[name]
      continue
    }
    const [tag, got] = transport.getopts(transport_socket, [name])
    if (tag === 'error') return ['error', ['options', ['socket_options', name, got]]]
    Object.assign(values, got)
  }
  return ['ok', values]
}

/** What an own option comes to: a number for `active` is added to what is left. Undefined: it cannot have that value. */
function own_value(name: keyof EmulatedOptions, value: Term, { active }: EmulatedOptions): Term {
  if (!checks[name](value)) return undefined
  return name === 'active' ? next_active(active, value) : value
}
