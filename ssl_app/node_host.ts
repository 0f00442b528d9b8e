// The process that stands behind an object of Node's kind: what Node asks for from outside of any process is done in
// it, and what it owns goes with it.

import type { Pid } from '../runtime/erlang/pid.ts'
import type { Process } from '../runtime/erlang/process.ts'
import { receive } from '../runtime/erlang/receive.ts'
import { run_as, run_outside } from '../runtime/erlang/self.ts'
import { send } from '../runtime/erlang/send.ts'
import { start } from '../runtime/erlang/spawn.ts'
import { type Reason, reason_of } from '../runtime/erlang/term.ts'

/** A process that others can have do things, until it is told to leave. */
export class Host {
  readonly #process: Process

  /** @param linked - whether it is linked to the running process */
  constructor(linked: boolean) {
    this.#process = start(() => receive(leave), [], { link: linked })
  }

  get pid(): Pid {
    return this.#process.pid
  }

  /** Ends it, and lets go of what it owns. Nothing comes any more of what it does. */
  leave(): void {
    run_outside(() => send(this.pid, leave))
  }

  /**
   * Does something in the process, beside what else is done in it.
   *
   * @param done - is called outside of any process with what came of it, unless the process ends first
   */
  perform<Value>(
    work: () => Promise<Value>,
    done: (outcome: Value | readonly ['error', Reason]) => void,
  ): void {
    if (!this.#process.alive) return
    run_outside(() => run_as(this.#process, work).then(done, error => done(['error', reason_of(error)])))
  }

  /** Has `told` called, outside of any process, when the process has ended, at its own wish or not. */
  when_gone(told: (reason: Reason) => void): void {
    const process = this.#process
    process.own({ release: () => run_outside(() => told(process.exit_reason)) })
  }
}

const leave = Symbol('leave')
