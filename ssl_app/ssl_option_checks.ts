// Which values an option may have, and what they come to.

import { supports } from '../apps/crypto/crypto.ts'
import { all_curves, type Curve } from '../apps/crypto/curves.ts'
import type { Result, Term } from '../runtime/erlang/term.ts'
import { max_delay } from '../runtime/erlang/timer_wheel.ts'
import { secret_options } from './connection/connection_info.ts'
import type { NextProtocolValues } from './connection/connection_options.ts'
import type { CbInfo, Transport } from './connection/ssl_socket.ts'
import type { ProtocolVersion } from './record/tls_version.ts'

/** What a value comes to; or that it cannot be one: for a reason of its own, or because it is none of those there are. */
export type Checked<Value> = Result<Value, Term> | 'refused'

export type Check<Value> = (value: unknown) => Checked<Value>

export const boolean: Check<boolean> = value => when(typeof value === 'boolean', value)

export const one_of =
  <Value extends string | number | boolean>(...values: readonly Value[]): Check<Value> =>
  value =>
    when(values.includes(value as Value), value)

export const whole =
  (least: number, most: number): Check<number> =>
  value =>
    when(is_whole(value, least, most), value)

export const text: Check<string> = value => when(typeof value === 'string', value)

/** A text that has at least one byte in UTF-8, and at most so many. */
export const short_text =
  (most: number): Check<string> =>
  value =>
    when(is_short_text(value, most), value)

const is_short_text = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= most

/** Whatever it is. */
export const anything: Check<Term> = value => ['ok', value]

/** A whole number of at least 1; what is more than `most` comes to that. */
export const capped =
  (most: number): Check<number> =>
  value =>
    is_whole(value, 1, Number.MAX_SAFE_INTEGER) ? ['ok', Math.min(value as number, most)] : 'refused'

/** User, 1 to 255 bytes in UTF-8, and password. RFC 5054 §2.8.1 */
export const srp_identity: Check<readonly [user: string, password: string]> = value => {
  if (!Array.isArray(value) || value.length !== 2) return 'refused'
  return when(is_short_text(value[0], 255) && typeof value[1] === 'string', value)
}

export const bytes: Check<Uint8Array> = value => when(value instanceof Uint8Array, value)

/** What it takes and gives cannot be seen beforehand. */
export const fun: Check<any> = value => when(typeof value === 'function', value)

/** A function and its first state. */
export const fun_and_state: Check<any> = value =>
  when(Array.isArray(value) && value.length === 2 && typeof value[0] === 'function', value)

/**
 * Some of the versions that can be spoken; none are as those that are spoken anyway.
 *
 * @returns `['error', ['options', [version, ['versions', list]]]]`, OTP's own order, for the first that cannot be spoken
 */
export const versions =
  (
    available: readonly ProtocolVersion[],
    unasked: readonly ProtocolVersion[],
  ): Check<readonly ProtocolVersion[]> =>
  value => {
    if (!Array.isArray(value)) return ['error', ['options', [value, ['versions', value]]]]
    const wrong = value.findIndex(version => !available.includes(version))
    if (wrong >= 0) return ['error', ['options', [value[wrong], ['versions', value]]]]
    return ['ok', value.length > 0 ? value : unasked]
  }

export const path: Check<string> = value => {
  const name = value instanceof Uint8Array ? new TextDecoder().decode(value) : value
  return when(typeof name === 'string' && name !== '', name)
}

/** An empty one is none. */
export const path_or_none: Check<string | undefined> = value =>
  value === '' || (value instanceof Uint8Array && value.length === 0) ? ['ok', undefined] : path(value)

export const milliseconds_or_never: Check<number | undefined> = value =>
  value === 'infinity' ? ['ok', undefined] : whole(0, max_delay)(value)

/** @returns `['error', ['options', [option, ['invalid_protocol', name]]]]` for the first that cannot be one */
export const protocols =
  (option: string): Check<readonly string[]> =>
  value => {
    if (!Array.isArray(value)) return 'refused'
    const names: string[] = []
    for (const name of value) {
      const known = protocol_name(name)
      if (known === undefined) return ['error', ['options', [option, ['invalid_protocol', name]]]]
      names.push(known)
    }
    return ['ok', names]
  }

const preferred = 'client_preferred_next_protocols'

/**
 * @returns `['error', ['options', ['client_preferred_next_protocols', why]]]`, where `why` is `['invalid_protocol', name]`
 *   for the first that cannot be one, or `['invalid_precedence', precedence]`
 */
export const next_protocols: Check<NextProtocolValues> = value => {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return 'refused'
  const [precedence, listed, otherwise] = value
  const checked = protocols(preferred)(listed)
  if (checked === 'refused' || checked[0] === 'error') return checked
  if (precedence !== 'client' && precedence !== 'server') {
    return ['error', ['options', [preferred, ['invalid_precedence', precedence]]]]
  }
  if (value.length === 2) return ['ok', [precedence, checked[1]]]
  const known = protocol_name(otherwise)
  return known === undefined ? 'refused' : ['ok', [precedence, checked[1], known]]
}

/** Each once. What the crypto of this program does not have is left out, as in OTP; but something has to remain. */
export const curves: Check<readonly Curve[]> = value => {
  if (!Array.isArray(value) || !value.every(name => all_curves.includes(name))) return 'refused'
  const there_are = supports().curves
  const usable = [...new Set<Curve>(value)].filter(curve => there_are.includes(curve))
  return when(usable.length > 0, usable)
}

const transport_functions: readonly (keyof Transport)[] = [
  'connect',
  'listen',
  'accept',
  'send',
  'recv',
  'close',
  'shutdown',
  'controlling_process',
  'setopts',
  'getopts',
  'peername',
  'sockname',
]

/** @returns `['error', ['options', ['cb_info', ['undef', names]]]]` for a transport without these functions */
export const cb_info: Check<CbInfo> = value => {
  if (!Array.isArray(value) || value.length !== 4) return 'refused'
  const [transport, ...tags] = value
  const is_module = (typeof transport === 'object' && transport !== null) || typeof transport === 'function'
  if (!is_module || !tags.every(tag => typeof tag === 'string')) return 'refused'
  const missing = transport_functions.filter(name => typeof transport[name] !== 'function')
  return missing.length === 0
    ? ['ok', value as unknown as CbInfo]
    : ['error', ['options', ['cb_info', ['undef', missing]]]]
}

export const record: Check<any> = value => when(is_record(value), value)

/** Whether it is an object as options are written in. */
export const is_record = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

/** What is told in place of a value that nobody is told. */
export const not_told = 'is of an unknown form'

/**
 * A value as it is told to who has given it for an option that cannot have it: what might hold a secret is left out,
 * since reasons come to logs.
 */
export function told(name: string, value: unknown): Term {
  if (secret_options.includes(name)) return not_told
  return name === 'sni_hosts' ? without_secrets(value, 6) : value
}

/** Options may stand in options, but not so deep that it were worth a look. */
function without_secrets(options: unknown, depth: number): Term {
  if (depth === 0) return not_told
  if (Array.isArray(options)) return options.map(one => without_secrets(one, depth - 1))
  if (!is_record(options)) return options
  const all = Object.entries(options)
  return Object.fromEntries(
    all.map(([name, value]) => [
      name,
      secret_options.includes(name) ? not_told : without_secrets(value, depth - 1),
    ]),
  )
}

/** As a string in which each code unit is a byte; undefined if it cannot be the name of a protocol. */
function protocol_name(name: unknown): string | undefined {
  const latin1 = name instanceof Uint8Array ? Buffer.from(name).toString('latin1') : name
  return typeof latin1 === 'string' && /^[\0-\xff]{1,255}$/s.test(latin1) ? latin1 : undefined
}

function is_whole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** The value itself, if it is one there is. */
export function when<Value>(good: boolean, value: unknown): Checked<Value> {
  return good ? ['ok', value as Value] : 'refused'
}
