// What protects a record besides its content: its number, type and version, which a MAC and an AEAD cover too,
// so that no record can be moved, repeated or taken for another.

/** Where a record stands in its direction of the connection. */
export interface RecordPlace {
  /** How many records went before under the same keys: below 2^53. */
  readonly sequence: number
  /** The wire code of its content type. */
  readonly type: number
  /** The wire code of the negotiated version, never the one that the record itself claims. */
  readonly version: number
}

export const additional_data_size = 13
export const ssl_v3_data_size = 11

// Small arrays are costly to hand to OpenSSL when fresh: their first use from outside moves them.
const data = Buffer.alloc(additional_data_size)
const old_data = Buffer.alloc(ssl_v3_data_size)

/**
 * Sequence number, type, version, and the length of the content: 13 bytes.
 *
 * @returns the same array every time, good until the next call
 * @see RFC 5246 §6.2.3.1 and §6.2.3.3
 */
export function additional_data(place: RecordPlace, length: number): Uint8Array {
  data.fill(0, 0, 8)
  xor_sequence(data, 0, place.sequence)
  data[8] = place.type
  data[9] = place.version >> 8
  data[10] = place.version
  data[11] = length >> 8
  data[12] = length
  return data
}

/**
 * Sequence number, type, and the length of the content: 11 bytes.
 *
 * @returns the same array every time, good until the next call
 * @see RFC 6101 §5.2.3.1
 */
export function ssl_v3_data(place: RecordPlace, length: number): Uint8Array {
  old_data.fill(0, 0, 8)
  xor_sequence(old_data, 0, place.sequence)
  old_data[8] = place.type
  old_data[9] = length >> 8
  old_data[10] = length
  return old_data
}

/** Combines the eight bytes at `at` with a sequence number. */
export function xor_sequence(bytes: Uint8Array, at: number, sequence: number): void {
  const high = Math.floor(sequence / 2 ** 32)
  for (let index = 0; index < 4; index++) {
    const shift = 24 - 8 * index
    bytes[at + index]! ^= high >>> shift
    bytes[at + 4 + index]! ^= sequence >>> shift
  }
}
