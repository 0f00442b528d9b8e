// Names for what can be sent to: pids, references and ports. They are opaque and compare by `===`.

import type { Reason, Term } from './term.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** What a message can be sent to. */
export interface Addressee {
  deliver(message: Term): void
}

/** What stands behind a pid or a port while it is alive. */
export interface Entity extends Addressee {
  /** An exit signal; `by_link` tells one that a link carries from one that `exit/2` sends. */
  exit_signal(from: Pid | Port, reason: Reason, by_link: boolean): void
  link(other: Pid | Port): void
  unlink(other: Pid | Port): void
}

let last_id = 0

/** The number of the last pid, port or reference made: whatever is made later has a higher one. */
export const newest_id = (): number => last_id

/** A process identifier. OTP: `pid()`. */
export class Pid {
  readonly id = ++last_id
  /** @internal Undefined once the process has ended. */
  entity: Entity | undefined = undefined

  toString(): string {
    return `<0.${this.id}.0>`
  }

  [inspect](): string {
    return this.toString()
  }
}

/** An open socket or another outside resource that a process owns. OTP: `port()`. */
export class Port {
  readonly id = ++last_id
  /** @internal Undefined once the port is closed. */
  entity: Entity | undefined = undefined

  toString(): string {
    return `#Port<0.${this.id}>`
  }

  [inspect](): string {
    return this.toString()
  }
}

/** A unique reference. OTP: `reference()`. */
export class Ref {
  readonly id = ++last_id
  /** @internal What a message sent to this reference reaches, while it is an alias. */
  alias: Addressee | undefined = undefined

  toString(): string {
    return `#Ref<0.0.${this.id}>`
  }

  [inspect](): string {
    return this.toString()
  }
}

/** A reference unlike any other. OTP: `erlang:make_ref/0`. */
export const make_ref = (): Ref => new Ref()

/** OTP: `is_pid/1` */
export const is_pid = (term: Term): term is Pid => term instanceof Pid

/** OTP: `is_reference/1` */
export const is_reference = (term: Term): term is Ref => term instanceof Ref

/** OTP: `is_port/1` */
export const is_port = (term: Term): term is Port => term instanceof Port
