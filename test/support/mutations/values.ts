// Changes one field anywhere in a message, as the codecs read it.

import { all_curves } from '../../../apps/crypto/curves.ts'
import { signature_scheme_names } from '../../../ssl_app/handshake/hash_signs.ts'
import { every_suite } from '../everybody.ts'
import type { Dice } from './dice.ts'
import { change_extensions, type Extension } from './extensions.ts'

type Key = string | number

/** A field, and the way to it. */
interface Place {
  readonly path: readonly Key[]
  readonly value: unknown
}

export interface Changed<T = unknown> {
  readonly value: T
  /** Where and how: `server_hello.extensions.alpn other`. */
  readonly label: string
}

/** One field of `message`, which is `[type, body]`, is another afterwards. */
export function change_value(message: readonly [string | number, unknown], dice: Dice): Changed {
  const found = dice.pick([...places(message[1], [1])])
  const { value, label } = change_field(found, message, dice)
  return { value: replaced(message, found.path, value), label: `${name_of(message, found.path)} ${label}` }
}

/** All fields inside, and those that they are in. */
function* places(value: unknown, path: readonly Key[]): Generator<Place> {
  yield { path, value }
  if (value instanceof Uint8Array) return
  if (Array.isArray(value)) {
    const first = is_named(path) ? 1 : 0
    for (let at = first; at < value.length; at++) yield* places(value[at], [...path, at])
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* places(inner, [...path, name])
  }
}

/** `[name, value]`: an extension, or a server's share. */
const is_named = (path: readonly Key[]): boolean => path.at(-2) === 'extensions' || path.at(-1) === 'params'

/** Without the numbers of elements, so that alike places have one name. */
function name_of(message: readonly [string | number, unknown], path: readonly Key[]): string {
  const names = [String(message[0])]
  let value: unknown = message
  for (const [at, key] of path.entries()) {
    value = (value as Record<Key, unknown>)[key]
    if (typeof key === 'string') names.push(key)
    else if (path[at - 1] === 'extensions') names.push(String((value as Extension)[0]))
  }
  return names.join('.')
}

function replaced(value: unknown, [key, ...path]: readonly Key[], by: unknown): unknown {
  if (key === undefined) return by
  const inner = replaced((value as Record<Key, unknown>)[key], path, by)
  if (Array.isArray(value)) return value.with(key as number, inner)
  return { ...(value as object), [key]: inner }
}

function change_field(
  { path, value }: Place,
  message: readonly [string | number, unknown],
  dice: Dice,
): Changed {
  if (path.at(-1) === 'extensions') {
    const side = message[0] === 'client_hello' ? 'client_hello' : 'server_hello'
    return change_extensions((value ?? []) as readonly Extension[], side, dice)
  }
  if (typeof value === 'number') return change_number(value, path, dice)
  if (typeof value === 'string') return change_name(value, dice)
  if (value instanceof Uint8Array) return change_bytes(value, dice)
  if (Array.isArray(value) && !is_named(path)) return change_list(value, dice)
  return { value, label: 'same' }
}

const some_versions = [
  0, 0x0002, 0x0200, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0400, 0x7f12, 0xfeff, 0xffff,
]
/** RFC 6066 §4 */
const sizes: readonly number[] = [512, 1024, 2048, 4096]
const scsvs = [0x00ff, 0x5600]

/** Numbers go out in the codec's size; one too large for it is refused there, and its bytes are changed instead. */
function change_number(value: number, path: readonly Key[], dice: Dice): Changed<number> {
  const codes = path.includes('cipher_suites') || path.includes('cipher_suite')
  const others = [
    value + 1,
    Math.max(value - 1, 0),
    0,
    0xff,
    0xffff,
    0x0a0a,
    dice.pick(some_versions),
    dice.below(0x10000),
    ...(sizes.includes(value) ? sizes : []),
    ...(codes ? [dice.pick(every_suite).code, dice.pick(scsvs)] : []),
  ]
  return { value: dice.pick(others), label: 'other' }
}

const name_lists: readonly (readonly (string | number)[])[] = [
  all_curves,
  // Of TLS 1.2: none, no hash, no signature, GREASE.
  [...signature_scheme_names, 0, 0x0001, 0x0003, 0x0200, 0x0400, 0x0a0a, 0x0806 + 0x100],
  ['rsa_sign', 'dss_sign', 'rsa_fixed_dh', 'dss_fixed_dh', 'ecdsa_sign', 'rsa_fixed_ecdh', 0, 255],
  ['uncompressed', 'ansiX962_compressed_prime', 'ansiX962_compressed_char2', 9],
  ['null', 1, 64, 255],
]

/** A name that stands for a code becomes another; any other string is one of bytes. */
function change_name(value: string, dice: Dice): Changed<string | number> {
  const list = name_lists.find(names => names.includes(value))
  if (list)
    return { value: dice.pick([...list.filter(name => name !== value), 0xff, 0x0a0a]), label: 'other' }
  const { value: bytes, label } = change_bytes(Buffer.from(value, 'latin1'), dice)
  return { value: Buffer.from(bytes).toString('latin1'), label }
}

/** To be told by what is made of it: another value, or one of another length. */
export function change_bytes(value: Uint8Array, dice: Dice): Changed<Uint8Array> {
  const size = value.length
  const at = dice.below(Math.max(size, 1))
  const changes: readonly (() => Uint8Array)[] = [
    () => value.map((byte, index) => (index === at ? byte ^ (1 << dice.below(8)) : byte)),
    () => value.subarray(0, at),
    () => value.subarray(1),
    () => Buffer.concat([value, dice.bytes(1 + dice.below(3))]),
    () => Buffer.concat([Uint8Array.of(0), value]),
    () => new Uint8Array(0),
    () => new Uint8Array(size),
    () => new Uint8Array(size).fill(0xff),
    () => dice.bytes(size),
    () => dice.bytes(dice.below(300)),
    () => Buffer.concat([value, value]),
    () => dice.bytes(16_000 + dice.below(10_000)),
    () => value.map((byte, index) => (index === size - 1 ? byte + 1 : byte)),
    () => value.map((byte, index) => (index === size - 1 ? byte - 1 : byte)),
    () => Uint8Array.of(1),
    () => Uint8Array.from(value).reverse(),
  ]
  const changed = dice.pick(changes)()
  return { value: changed, label: changed.length === size ? 'other' : 'another length' }
}

function change_list(list: readonly unknown[], dice: Dice): Changed<readonly unknown[]> {
  const at = dice.below(Math.max(list.length, 1))
  const element = list[at]
  const stranger = typeof element === 'string' || typeof element === 'number' ? 0x0a0a : dice.bytes(9)
  const changes: readonly [string, () => readonly unknown[]][] = [
    ['shorter', () => list.filter((_, index) => index !== at)],
    ['longer', () => list.toSpliced(at, 0, ...list.slice(at, at + 1))],
    ['in another order', () => list.toReversed()],
    ['longer', () => list.toSpliced(at, 0, stranger)],
    ['longer', () => [...list, stranger]],
    ['empty', () => []],
    ['shorter', () => list.slice(at, at + 1)],
    ['longer', () => Array.from({ length: 100 }, () => list).flat()],
    ['shorter', () => list.slice(at)],
  ]
  const [label, change] = dice.pick(changes)
  return { value: change(), label }
}
