// Data to be sent, as Erlang's iodata: bytes, byte strings, and lists of them to any depth.

import { Exit } from '../../runtime/erlang/term.ts'

/**
 * Bytes, a string of code units 0 to 255 (one byte each), or a list of these and of single bytes, to any depth.
 * OTP: `iodata()`.
 */
export type IoData = Uint8Array | string | readonly (IoData | number)[]

/**
 * The pieces of `data` in order, for one vectored write: binaries are taken as they are, not copied, and what
 * stands in strings and single bytes between them is gathered.
 *
 * @throws {@link Exit} `'badarg'` for anything else, such as a character above 255
 * @see OTP: `erlang:iolist_to_iovec/1`
 */
export function iolist_to_iovec(data: IoData): Uint8Array[] {
  if (data instanceof Uint8Array) return data.length === 0 ? [] : [data]
  const pieces: Uint8Array[] = []
  gather(data, pieces)
  return pieces
}

/** The bytes of `data` in one piece. @throws as {@link iolist_to_iovec}. OTP: `erlang:iolist_to_binary/1` */
export function iolist_to_binary(data: IoData): Uint8Array {
  const pieces = iolist_to_iovec(data)
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}

/** How many bytes there are in `data`. @throws as {@link iolist_to_iovec}. OTP: `erlang:iolist_size/1` */
export const iolist_size = (data: IoData): number => total_size(iolist_to_iovec(data))

/** How many bytes the pieces have together. */
export function total_size(pieces: readonly Uint8Array[]): number {
  let size = 0
  for (const piece of pieces) size += piece.length
  return size
}

/** The pieces of `data`, or undefined for what is no data. See {@link iolist_to_iovec}. */
export function pieces_of(data: IoData): Uint8Array[] | undefined {
  try {
    return iolist_to_iovec(data)
  } catch {
    return undefined
  }
}

function gather(data: IoData, pieces: Uint8Array[]): void {
  if (data instanceof Uint8Array) {
    if (data.length > 0) pieces.push(data)
    return
  }
  if (typeof data === 'string') {
    if (data !== '') pieces.push(byte_string(data))
    return
  }
  if (!Array.isArray(data)) throw new Exit('badarg')
  for (let index = 0; index < data.length; index++) {
    if (typeof data[index] !== 'number') {
      gather(data[index], pieces)
      continue
    }
    const start = index
    while (typeof data[index + 1] === 'number') index++
    pieces.push(single_bytes(data.slice(start, index + 1)))
  }
}

function byte_string(text: string): Uint8Array {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 255) throw new Exit('badarg')
  }
  return Buffer.from(text, 'latin1')
}

function single_bytes(bytes: readonly number[]): Uint8Array {
  for (const byte of bytes) {
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) throw new Exit('badarg')
  }
  return Buffer.from(bytes)
}
