// What few processes have, out of the way of the many that do not.

import { nothing } from './mailbox.ts'
import type { Pid } from './pid.ts'
import type { Priority } from './run_queue.ts'
import type { Task } from './scheduler.ts'
import type { Term } from './term.ts'

/** What few processes have: made when one first needs any of it, so that the others do without. */
export class Rarities {
  dictionary: Map<Term, Term> | undefined = undefined
  /** Undefined: normal. */
  priority: Priority | undefined = undefined
  /** Of one that is suspended: what would have run. */
  held: Task[] | undefined = undefined
  /** By how many it is suspended. */
  suspenders = 0
  /** Whom it has suspended, and how often. */
  suspending: Map<Pid, number> | undefined = undefined
  /** Whether somebody was told that its mailbox is long. */
  long_queue = false
  /** What a callback handles that has not settled yet, and when the turn began in which it was called. */
  handling: Term = nothing
  since = 0

  /** Whether nothing of it is needed any more. */
  get unused(): boolean {
    return (
      this.dictionary === undefined &&
      this.priority === undefined &&
      this.held === undefined &&
      this.suspenders === 0 &&
      this.suspending === undefined &&
      !this.long_queue &&
      this.handling === nothing
    )
  }
}

/** Whoever gets so many messages is looked at, and again when some have been taken. */
export const long_mailbox: { length: number; look: (process: { readonly pid: Pid }) => void } = {
  length: Number.POSITIVE_INFINITY,
  look: () => {},
}
