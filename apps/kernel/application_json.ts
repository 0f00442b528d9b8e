// Where a JSON text goes wrong: engines tell of that each in its own way, and some do not at all.

/** A place in a text, both from 1 on. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What a JSON text holds at its top: its members, with the place of each value. */
export interface Outline {
  readonly members: readonly (readonly [key: string, place: Place])[]
}

/** A text that is no JSON, and where that shows first. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

/**
 * Reads over a JSON text.
 *
 * @returns the members of the object that it is; none if it is something else
 * @throws {@link JsonError} if it is no JSON text
 * @see RFC 8259
 */
export function outline_of(text: string): Outline {
  const scanner = new Scanner(text)
  const members = scanner.document()
  return { members: members.map(([key, at]) => [key, place_of(text, at)]) }
}

function place_of(text: string, at: number): Place {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

type Member = readonly [key: string, at: number]

const blank = /[ \t\n\r]*/y
// One sign at a time: with more than one way to cut a text, what does not match would never be done.
const text_literal = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
const other_literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Member[] {
    const members = this.#value()
    this.#skip()
    if (this.#at < this.#text.length) this.#fail('nothing more is expected')
    return members
  }

  #value(): Member[] {
    this.#skip()
    if (this.#has('{')) return this.#object()
    if (this.#has('[')) this.#items(']', () => this.#value())
    else if (this.#match(text_literal) === undefined && this.#match(other_literal) === undefined) {
      this.#fail(this.#text[this.#at] === '"' ? 'this text is not right' : 'a value is expected')
    }
    return []
  }

  #object(): Member[] {
    const members: Member[] = []
    this.#items('}', () => {
      this.#skip()
      const key = this.#match(text_literal)
      if (key === undefined) this.#fail('a name in double quotes is expected')
      this.#skip()
      if (!this.#has(':')) this.#fail('a colon is expected')
      this.#skip()
      members.push([JSON.parse(key), this.#at])
      this.#value()
    })
    return members
  }

  #items(end: string, item: () => void): void {
    this.#skip()
    if (this.#has(end)) return
    for (;;) {
      item()
      this.#skip()
      if (this.#has(end)) return
      if (!this.#has(',')) this.#fail(`a comma or ${end} is expected`)
    }
  }

  #skip(): void {
    this.#match(blank)
  }

  #has(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #fail(message: string): never {
    throw new JsonError(message, place_of(this.#text, this.#at))
  }
}
