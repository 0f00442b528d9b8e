// A mailbox: messages in order of arrival, any of which can be taken out in constant time once it is found.

import type { Term } from './term.ts'

interface Letter {
  readonly message: Term
  next: Letter | undefined
}

/** What a search gives when no message fits; no message can be this. */
export const nothing: unique symbol = Symbol('nothing')

export class Mailbox {
  length = 0
  #first: Letter | undefined
  #last: Letter | undefined

  push(message: Term): void {
    const letter: Letter = { message, next: undefined }
    if (this.#last === undefined) this.#first = letter
    else this.#last.next = letter
    this.#last = letter
    this.length++
  }

  /** The oldest message, or {@link nothing}. */
  shift(): Term | typeof nothing {
    const letter = this.#first
    if (letter === undefined) return nothing
    this.#first = letter.next
    if (letter.next === undefined) this.#last = undefined
    this.length--
    return letter.message
  }

  /** The oldest message that is wanted, or {@link nothing}; the others stay as they are. */
  take(wanted: (message: Term) => boolean): Term | typeof nothing {
    let before: Letter | undefined
    for (let letter = this.#first; letter !== undefined; before = letter, letter = letter.next) {
      if (!wanted(letter.message)) continue
      if (before === undefined) return this.shift()
      before.next = letter.next
      if (letter.next === undefined) this.#last = before
      this.length--
      return letter.message
    }
    return nothing
  }

  /** All messages, oldest first. */
  messages(): Term[] {
    const all: Term[] = []
    for (let letter = this.#first; letter !== undefined; letter = letter.next) all.push(letter.message)
    return all
  }

  clear(): void {
    this.#first = this.#last = undefined
    this.length = 0
  }
}
