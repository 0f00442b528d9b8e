// Those who want to know of a machine: of each snapshot, of one that fits, or of its output.

import type { Pid } from '../erlang/pid.ts'
import type { Term } from '../erlang/term.ts'
import { type From, reply } from './gen.ts'
import type { ChartSnapshot } from './statechart_actor.ts'

type Predicate = (snapshot: Term) => unknown

export class Watchers {
  readonly #subscribers = new Set<Pid>()
  readonly #waiting = new Map<Term, readonly [From, Predicate]>()
  readonly #awaiting_output = new Map<Term, From>()

  /** What one of them asks for; `key` is a value of its own for each request, by which it can be forgotten. */
  request(from: From, [name, key, predicate]: readonly Term[], snapshot: ChartSnapshot): void {
    switch (name) {
      case 'subscribe':
        this.#subscribers.add(key)
        reply(from, ['ok', snapshot])
        break
      case 'unsubscribe':
        this.#subscribers.delete(key)
        reply(from, 'ok')
        break
      case 'wait_for':
        if (!this.#answered(from, predicate, snapshot)) this.#waiting.set(key, [from, predicate])
        break
      case 'await_output':
        this.#awaiting_output.set(key, from)
        break
      case 'forget':
        this.#waiting.delete(key)
        this.#awaiting_output.delete(key)
    }
  }

  /** There is a new snapshot. */
  see(snapshot: ChartSnapshot, machine: Pid): void {
    this.tell(['snapshot', machine, snapshot])
    for (const [key, [from, predicate]] of this.#waiting) {
      if (this.#answered(from, predicate, snapshot)) this.#waiting.delete(key)
    }
  }

  /** Those that have ended are forgotten. */
  tell(message: Term): void {
    for (const pid of this.#subscribers) {
      if (pid.entity === undefined) this.#subscribers.delete(pid)
      else pid.entity.deliver(message)
    }
  }

  done(output: Term): void {
    for (const from of this.#awaiting_output.values()) reply(from, output)
  }

  /** A predicate that fails is the matter of the one who gave it. */
  #answered(from: From, predicate: Predicate, snapshot: ChartSnapshot): boolean {
    try {
      if (!predicate(snapshot)) return false
      reply(from, ['ok', snapshot])
    } catch (thrown) {
      reply(from, ['thrown', thrown])
    }
    return true
  }
}
