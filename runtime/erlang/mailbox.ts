// A mailbox: messages in order of arrival, any of which can be taken out in constant time once it is found. Each
// knows how many references there were when it came, so that an answer that names a reference is looked for only
// among what came after that was made.

import { newest_id, Ref } from './pid.ts'
import type { Term } from './term.ts'

interface Letter {
  readonly message: Term
  /** The newest pid, port or reference at the time of arrival. */
  readonly arrived: number
  previous: Letter | undefined
  next: Letter | undefined
}

/** What a search gives when no message fits; no message can be this. */
export const nothing: unique symbol = Symbol('nothing')

/** The messages of a process, in the order in which they came. */
export class Mailbox {
  length = 0
  #first: Letter | undefined
  #last: Letter | undefined

  push(message: Term): void {
    const previous = this.#last
    const letter: Letter = { message, arrived: newest_id(), previous, next: undefined }
    if (previous === undefined) this.#first = letter
    else previous.next = letter
    this.#last = letter
    this.length++
  }

  /** Puts a message back that was the oldest. */
  put_back(message: Term): void {
    const next = this.#first
    const letter: Letter = { message, arrived: 0, previous: undefined, next }
    if (next === undefined) this.#last = letter
    else next.previous = letter
    this.#first = letter
    this.length++
  }

  /** The oldest message, or {@link nothing}. */
  shift(): Term | typeof nothing {
    const letter = this.#first
    if (letter === undefined) return nothing
    const { next } = letter
    this.#first = next
    if (next === undefined) this.#last = undefined
    else next.previous = undefined
    this.length--
    return letter.message
  }

  /**
   * The oldest message that is wanted, or {@link nothing}; the others stay as they are.
   *
   * @param since - what {@link named_in} gives of the pattern: what came before that is passed over
   */
  take(wanted: (message: Term) => boolean, since = 0): Term | typeof nothing {
    let letter = since === 0 ? this.#first : this.#first_since(since)
    while (letter !== undefined && !is_wanted(wanted, letter.message)) letter = letter.next
    if (letter === undefined) return nothing
    const { previous, next } = letter
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    this.length--
    return letter.message
  }

  /** The messages, oldest first: all, or so many. */
  messages(most = Number.POSITIVE_INFINITY): Term[] {
    const oldest: Term[] = []
    for (let letter = this.#first; letter !== undefined && oldest.length < most; letter = letter.next) {
      oldest.push(letter.message)
    }
    return oldest
  }

  clear(): void {
    this.#first = this.#last = undefined
    this.length = 0
  }

  /** Looks from both ends, since either what came before may be much or what came after. */
  #first_since(since: number): Letter | undefined {
    let found: Letter | undefined
    let early = this.#first
    for (let late = this.#last; late !== undefined; late = late.previous) {
      if (late.arrived < since) break
      if (early!.arrived >= since) return early
      found = late
      early = early!.next
    }
    return found
  }
}

/** A message that cannot be looked at, as a Proxy may be, is not wanted. */
function is_wanted(wanted: (message: Term) => boolean, message: Term): boolean {
  try {
    return wanted(message)
  } catch {
    return false
  }
}

/** The number of the newest reference that a pattern names, or 0: no older message can fit the pattern. */
export function named_in(pattern: Term): number {
  if (pattern instanceof Ref) return pattern.id
  if (!Array.isArray(pattern)) return 0
  let newest = 0
  for (const part of pattern) {
    if (typeof part === 'object') newest = Math.max(newest, named_in(part))
  }
  return newest
}
