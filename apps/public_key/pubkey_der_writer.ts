// Writes DER (X.690): each function gives one element, and puts elements together to larger ones.

import { Exit } from '../../runtime/erlang/term.ts'
import { universal } from './pubkey_der.ts'
import type { Oid } from './pubkey_oids.ts'

/** One element with this identifier octet around `parts`. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const header = [tag, ...length_octets(size)]
  const der = new Uint8Array(header.length + size)
  der.set(header)
  let at = header.length
  for (const part of parts) {
    der.set(part, at)
    at += part.length
  }
  return der
}

export const sequence = (...parts: readonly Uint8Array[]) => element(universal.sequence, ...parts)

export const octet_string = (bytes: Uint8Array) => element(universal.octet_string, bytes)

export const bit_string = (bytes: Uint8Array) => element(universal.bit_string, Uint8Array.of(0), bytes)

export const null_value = () => element(universal.null)

export const boolean_value = (value: boolean) => element(universal.boolean, Uint8Array.of(value ? 0xff : 0))

/** An integer of 0 to 2^53 - 1. */
export function integer(value: number): Uint8Array {
  const octets: number[] = []
  for (let rest = value; rest > 0 || octets.length === 0; rest = Math.floor(rest / 0x100))
    octets.unshift(rest % 0x100)
  if (octets[0]! >= 0x80) octets.unshift(0)
  return element(universal.integer, Uint8Array.from(octets))
}

/**
 * @param oid - in dotted notation; arcs may have any size
 * @throws {@link Exit} `['badarg', oid]` for what is none
 */
export function object_identifier(oid: Oid): Uint8Array {
  if (!dotted.test(oid)) throw new Exit(['badarg', oid])
  const [first, second, ...rest] = oid.split('.').map(BigInt)
  if (first! < 2n && second! >= 40n) throw new Exit(['badarg', oid])
  const octets = [first! * 40n + second!, ...rest].flatMap(base_128)
  return element(universal.object_identifier, Uint8Array.from(octets))
}

const dotted = /^[0-2](\.\d{1,300}){1,127}$/

function base_128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(0x80 | Number(rest & 0x7fn))
  return octets
}

function length_octets(size: number): number[] {
  if (size < 0x80) return [size]
  const octets: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 0x100)) octets.unshift(rest % 0x100)
  return [0x80 | octets.length, ...octets]
}
