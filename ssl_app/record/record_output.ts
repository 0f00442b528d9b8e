// Puts the records of one send together as few pieces of memory: large ciphertexts as they are, and all that is
// small between them copied into one piece, which costs less than to hand it to the transport by itself.

/** Pieces up to this size are copied. */
const small = 2048

const arena_size = 16 * 1024

/** Small pieces of all connections are laid out in here one after the other; what was used is never used again. */
let arena = Buffer.allocUnsafeSlow(arena_size)
let arena_used = 0

/** What is to go out, in order. Only one can be written at a time, from its making to its `finish`. */
export class RecordOutput {
  readonly #pieces: Uint8Array[] = []
  /** Where in the arena the small bytes since the last large piece begin. */
  #start = arena_used

  /** The header of a record. RFC 5246 §6.2.1 */
  header(type: number, version: number, length: number): void {
    const at = this.#room(5)
    arena[at] = type
    arena[at + 1] = version >> 8
    arena[at + 2] = version
    arena[at + 3] = length >> 8
    arena[at + 4] = length
  }

  push(piece: Uint8Array): void {
    if (piece.length <= small) {
      const at = this.#room(piece.length)
      arena.set(piece, at)
      return
    }
    this.#flush()
    this.#pieces.push(piece)
  }

  finish(): Uint8Array[] {
    this.#flush()
    return this.#pieces
  }

  /** Room for `size` bytes, at most {@link small}, to be filled at once. */
  #room(size: number): number {
    if (arena_used + size > arena_size) {
      this.#flush()
      arena = Buffer.allocUnsafeSlow(arena_size)
      arena_used = 0
      this.#start = 0
    }
    const at = arena_used
    arena_used += size
    return at
  }

  #flush(): void {
    if (arena_used > this.#start) this.#pieces.push(arena.subarray(this.#start, arena_used))
    this.#start = arena_used
  }
}
