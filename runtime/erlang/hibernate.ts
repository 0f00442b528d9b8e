// A process that gives up all it holds on to while it waits.

import { current, type Process, type Waiter } from './process.ts'
import { enqueue } from './scheduler.ts'
import { Birth, type Body } from './spawn.ts'
import type { Term } from './term.ts'

/**
 * Lets go of all that the running process was about to do, and goes on with `body(...args)` as its function once
 * there is a message in its mailbox. What called this does not go on, and no `finally` of it runs: its frames, and
 * what only they held, can be collected. What else the process awaited comes to nothing.
 *
 * @example
 * async function served(table: Table): Promise<void> {
 *   await answer(await receive(), table)
 *   return hibernate(served, table)
 * }
 *
 * @returns a promise that never settles
 * @see OTP: `erlang:hibernate/3`
 */
export function hibernate<Arguments extends readonly Term[]>(
  body: Body<Arguments>,
  ...args: Arguments
): Promise<never> {
  const process = current()
  const birth = new Birth(process, body as Body<Term>, args)
  process.drop_waiters()
  if (process.mailbox.length > 0) enqueue(birth, process.priority)
  else process.park(new Hibernation(process, birth))
  return new Promise(() => {})
}

class Hibernation implements Waiter {
  readonly waits_for = 'hibernate'
  readonly process: Process
  next: Waiter | undefined = undefined
  previous: Waiter | undefined = undefined
  readonly #birth: Birth

  constructor(process: Process, birth: Birth) {
    this.process = process
    this.#birth = birth
  }

  wants(): boolean {
    return true
  }

  /** The message is for the function that comes now. */
  take(message: Term): void {
    this.process.mailbox.put_back(message)
  }

  drop(): void {}

  run(): void {
    enqueue(this.#birth, this.process.priority)
  }
}
