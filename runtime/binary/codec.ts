// Binary formats as data: each combinator describes a piece of format once, and reads and writes by it.
// A description reads like the presentation language of RFC 5246 §4.

import { DecodeError, Reader } from './reader.ts'
import { Writer } from './writer.ts'

/**
 * One format, in both directions.
 * `read` throws DecodeError when the bytes do not follow it, `write` RangeError when the value does not fit it.
 */
export interface Codec<T> {
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

/** A number of fixed size; it can also tell the length of what follows. */
export interface UintCodec extends Codec<number> {
  /** In bytes. */
  readonly size: number
}

/** The values that a codec reads and writes. */
export type Decoded<C> = C extends Codec<infer T> ? T : never

/** A codec of whatever type. */
export type AnyCodec = Codec<any>

type Fields = Readonly<Record<string, AnyCodec>>

type MayBeAbsent<Members> = {
  [Name in keyof Members]: undefined extends Decoded<Members[Name]> ? Name : never
}[keyof Members]

/** What {@link struct} makes of its fields: those that may be absent can also be left out when writing. */
export type Struct<Members> = {
  readonly [Name in Exclude<keyof Members, MayBeAbsent<Members>>]: Decoded<Members[Name]>
} & { readonly [Name in MayBeAbsent<Members>]?: Decoded<Members[Name]> }

/** What {@link choice} makes of its variants: `[tag, body]`, one tuple for each. */
export type Choice<Variants> = {
  readonly [Tag in keyof Variants]: readonly [Tag, Decoded<Variants[Tag]>]
}[keyof Variants]

/**
 * Reads all of `bytes`.
 *
 * @throws {@link DecodeError} when they do not follow the format, or when some are left over
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes)
  const value = codec.read(reader)
  reader.expect_end()
  return value
}

/** @throws RangeError when `value` does not fit the format */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.finish()
}

export const uint8: UintCodec = {
  size: 1,
  read: reader => reader.uint8(),
  write: (writer, value) => writer.uint8(value),
}

export const uint16: UintCodec = {
  size: 2,
  read: reader => reader.uint16(),
  write: (writer, value) => writer.uint16(value),
}

export const uint24: UintCodec = {
  size: 3,
  read: reader => reader.uint24(),
  write: (writer, value) => writer.uint24(value),
}

export const uint32: UintCodec = {
  size: 4,
  read: reader => reader.uint32(),
  write: (writer, value) => writer.uint32(value),
}

export const uint64: Codec<bigint> = {
  read: reader => reader.uint64(),
  write: (writer, value) => writer.uint64(value),
}

/** All that is left, whatever it is. */
export const rest: Codec<Uint8Array> = {
  read: reader => reader.take(reader.left),
  write: (writer, value) => writer.bytes(value),
}

/** No bytes at all: a thing that says what it says by being there. */
export const empty: Codec<true> = { read: () => true, write: () => {} }

/** Exactly `size` bytes. */
export function bytes(size: number): Codec<Uint8Array> {
  return {
    read: reader => reader.take(size),
    write(writer, value) {
      if (value.length !== size) throw new RangeError(`${value.length} bytes instead of ${size}`)
      writer.bytes(value)
    },
  }
}

/** `codec` behind its length in bytes, which is from `min` to `max`; it must take up all of that length. */
export function sized<T>(
  length: UintCodec,
  codec: Codec<T>,
  min = 0,
  max = 0x100 ** length.size - 1,
): Codec<T> {
  return {
    read(reader) {
      const size = length.read(reader)
      if (size < min || size > max) throw new DecodeError(`length ${size} is not in ${min}..${max}`)
      const outer = reader.enter(size)
      const value = codec.read(reader)
      reader.leave(outer)
      return value
    },
    write(writer, value) {
      const at = writer.reserve(length.size)
      codec.write(writer, value)
      const size = writer.patch_length(at, length.size)
      if (size < min || size > max) throw new RangeError(`length ${size} is not in ${min}..${max}`)
    },
  }
}

/** `opaque<min..max>`: bytes behind their length. */
export function opaque(length: UintCodec, min?: number, max?: number): Codec<Uint8Array> {
  return sized(length, rest, min, max)
}

/** Like {@link opaque}, as a string whose code units are the bytes. */
export function byte_string(length: UintCodec, min?: number, max?: number): Codec<string> {
  return map_codec(opaque(length, min, max), string_from_bytes, bytes_from_string)
}

/** `Element<min..max>`: elements behind their length; it and its limits count bytes, not elements. */
export function vector<T>(
  length: UintCodec,
  element: Codec<T>,
  min?: number,
  max?: number,
): Codec<readonly T[]> {
  return sized(length, repeated(element), min, max)
}

/** Elements to the end. Each must take up some bytes. */
export function repeated<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    read(reader) {
      const elements: T[] = []
      while (reader.left > 0) elements.push(element.read(reader))
      return elements
    },
    write(writer, elements) {
      for (const value of elements) element.write(writer, value)
    },
  }
}

/** The fields one after the other. */
export function struct<Members extends Fields>(fields: Members): Codec<Struct<Members>> {
  const entries = Object.entries(fields)
  return {
    read(reader) {
      const value: Record<string, unknown> = {}
      for (const [name, codec] of entries) value[name] = codec.read(reader)
      return value as Struct<Members>
    },
    write(writer, value) {
      for (const [name, codec] of entries) codec.write(writer, (value as Record<string, unknown>)[name])
    },
  }
}

/** `codec`, or nothing (undefined) where the bytes end. */
export function at_end<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    read: reader => (reader.left === 0 ? undefined : codec.read(reader)),
    write(writer, value) {
      if (value !== undefined) codec.write(writer, value)
    },
  }
}

/** Codes that have names. A code without one is read, and can be written, as the number that it is. */
export function names<Name extends string>(
  code: Codec<number>,
  codes: Readonly<Record<Name, number>>,
): Codec<Name | number> {
  const code_of = new Map<string, number>(Object.entries(codes))
  const name_of = new Map<number, Name>()
  for (const [name, number] of code_of) name_of.set(number, name as Name)
  return {
    read(reader) {
      const number = code.read(reader)
      return name_of.get(number) ?? number
    },
    write(writer, value) {
      const number = typeof value === 'number' ? value : code_of.get(value)
      if (number === undefined) throw new RangeError(`no code for ${value}`)
      code.write(writer, number)
    },
  }
}

/**
 * `select`: a tag that has {@link names}, and then the variant of that name. As a value: `[tag, body]`.
 *
 * @param otherwise - the body behind any other tag; without it such a tag is a DecodeError
 */
export function choice<Variants extends Fields>(
  tag: Codec<string | number>,
  variants: Variants,
): Codec<Choice<Variants>>
export function choice<Tag extends string | number, Variants extends Fields, Other>(
  tag: Codec<Tag>,
  variants: Variants,
  otherwise: Codec<Other>,
): Codec<Choice<Variants> | readonly [Exclude<Tag, keyof Variants>, Other]>
export function choice(
  tag: Codec<string | number>,
  variants: Fields,
  otherwise?: AnyCodec,
): Codec<readonly [string | number, unknown]> {
  const bodies = new Map<string | number, AnyCodec>(Object.entries(variants))
  return {
    read(reader) {
      const name = tag.read(reader)
      const body = bodies.get(name) ?? otherwise
      if (!body) throw new DecodeError(`no format for ${name}`)
      return [name, body.read(reader)]
    },
    write(writer, [name, value]) {
      const body = bodies.get(name) ?? otherwise
      if (!body) throw new RangeError(`no format for ${name}`)
      tag.write(writer, name)
      body.write(writer, value)
    },
  }
}

/**
 * Another form of the same thing.
 *
 * @param decode - throws {@link DecodeError} when what was read is none of it
 */
export function map_codec<Read, T>(
  codec: Codec<Read>,
  decode: (read: Read) => T,
  encode: (value: T) => Read,
): Codec<T> {
  return {
    read: reader => decode(codec.read(reader)),
    write: (writer, value) => codec.write(writer, encode(value)),
  }
}

function string_from_bytes(bytes: Uint8Array): string {
  let string = ''
  for (const byte of bytes) string += String.fromCharCode(byte)
  return string
}

function bytes_from_string(string: string): Uint8Array {
  const bytes = new Uint8Array(string.length)
  for (let index = 0; index < string.length; index++) {
    const byte = string.charCodeAt(index)
    if (byte > 0xff) throw new RangeError(`${JSON.stringify(string)} is no byte string`)
    bytes[index] = byte
  }
  return bytes
}
