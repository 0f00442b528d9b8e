// What a process waits for at a socket: an answer, a time limit, and the process's own end, whichever comes first.

import { clear_timer, set_timer, type Timer } from '../../runtime/erlang/alarm.ts'
import { current, type Process, type Resource } from '../../runtime/erlang/process.ts'
import { enqueue, spend } from '../../runtime/erlang/scheduler.ts'
import { Exit, type Timeout } from '../../runtime/erlang/term.ts'
import { inet_driver } from './inet_db.ts'

/** One who waits. Ends once; after that nothing reaches the process from it. */
export class Request<Answer> implements Resource {
  readonly process: Process = current()
  readonly answer: Promise<Answer>
  readonly #withdraw: (late: boolean) => void
  #resolve!: (answer: Answer) => void
  #timer: Timer | undefined = undefined
  #open = true

  /**
   * @param timeout - milliseconds, after which the answer is `late`
   * @param withdraw - called when nobody waits any more, because it took too long (`true`) or the process has ended
   * @throws Exit `'badarg'` for what is no timeout
   */
  constructor(timeout: Timeout, late: Answer, withdraw: (late: boolean) => void) {
    check_timeout(timeout)
    this.#withdraw = withdraw
    this.answer = new Promise(resolve => {
      this.#resolve = resolve
    })
    this.process.own(this)
    if (timeout !== 'infinity') this.#timer = set_timer(timeout, () => this.#look_once_more(late))
  }

  /** Whether somebody still waits. */
  get open(): boolean {
    return this.#open
  }

  settle(answer: Answer): void {
    if (!this.#open) return
    this.#close()
    this.process.disown(this)
    if (spend()) this.#resolve(answer)
    else enqueue({ process: this.process, run: () => this.process.alive && this.#resolve(answer) })
  }

  /** The process has ended. */
  release(): void {
    if (!this.#open) return
    this.#close()
    this.#withdraw(false)
  }

  /** What has reached the machine in time is seen in time. */
  #look_once_more(late: Answer): void {
    inet_driver().poll(() => {
      if (!this.#open) return
      this.settle(late)
      this.#withdraw(true)
    })
  }

  #close(): void {
    this.#open = false
    if (this.#timer !== undefined) clear_timer(this.#timer)
  }
}

/** @throws {@link Exit} `'badarg'` unless it is `'infinity'` or milliseconds, 0 to 2^32 - 1 */
export function check_timeout(timeout: Timeout): void {
  if (timeout === 'infinity') return
  if (!(typeof timeout === 'number' && timeout >= 0 && timeout <= 2 ** 32 - 1)) throw new Exit('badarg')
}
