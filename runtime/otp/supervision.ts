// What a supervisor does: its children, its strategy, and its count of restarts. The process around it is in
// supervisor.ts.

import { monotonic_time } from '../erlang/clock.ts'
import { is_pid, type Pid } from '../erlang/pid.ts'
import { report } from '../erlang/report.ts'
import { self } from '../erlang/self.ts'
import { type Done, Exit, type Reason, type Result, type Term } from '../erlang/term.ts'
import {
  type ChildSpec,
  check_child_spec,
  check_child_specs,
  check_sup_flags,
  type FullChildSpec,
  type SupFlags,
} from './child_spec.ts'
import { is_orderly } from './crash_report.ts'
import * as gen_server from './gen_server.ts'
import { add_restart, strategies } from './restart_strategy.ts'
import {
  type Child,
  Children,
  new_child,
  offender,
  report_error,
  report_progress,
  type SupName,
  start_child,
  stop_all_at_once,
  stop_child,
} from './supervisor_children.ts'

export class Supervision {
  readonly #name: SupName
  readonly #flags: Required<SupFlags>
  readonly #children: Children
  /** The one specification under `simple_one_for_one`. */
  readonly #template: FullChildSpec | undefined
  #restarts: readonly number[] = []

  private constructor(name: SupName, flags: Required<SupFlags>, specs: readonly FullChildSpec[]) {
    this.#name = name
    this.#flags = flags
    this.#template = flags.strategy === 'simple_one_for_one' ? specs[0] : undefined
    this.#children = new Children(this.#template !== undefined)
    if (this.#template !== undefined) return
    for (const spec of specs) this.#children.add(new_child(spec))
  }

  /** Checks what `init` gave. */
  static of(name: SupName, [flags, specs]: readonly [SupFlags, readonly ChildSpec[]]): Result<Supervision> {
    const checked_flags = check_sup_flags(flags)
    if (checked_flags[0] === 'error') return ['error', ['supervisor_data', checked_flags[1]]]
    const on_demand = checked_flags[1].strategy === 'simple_one_for_one'
    if (on_demand && specs.length !== 1) return ['error', ['bad_start_spec', specs]]
    const checked = check_child_specs(specs)
    if (checked[0] === 'error') return ['error', ['start_spec', checked[1]]]
    return ['ok', new Supervision(name, checked_flags[1], checked[1])]
  }

  // ---- Starting and stopping

  /** Starts all children in order; if one fails, stops those before it. */
  async start_all(): Promise<'ok' | readonly ['error', Reason]> {
    for (const child of [...this.#children]) {
      const failure = await this.#start_again(child)
      if (failure === undefined) continue
      await this.stop_all()
      return ['error', ['shutdown', ['failed_to_start_child', child.spec.id, failure[1]]]]
    }
    return 'ok'
  }

  /** Stops all children, the last one first. */
  async stop_all(): Promise<void> {
    if (this.#template !== undefined) return stop_all_at_once(this.#name, this.#children, this.#template)
    for (const child of [...this.#children].reverse()) await stop_child(this.#name, child, this.#children)
  }

  /** @returns the error, when it could not be started */
  async #start_again(child: Child): Promise<readonly ['error', Reason] | undefined> {
    const started = await start_child(child)
    if (started !== 'ignore' && started[0] === 'error') {
      report_error(this.#name, 'start_error', started[1], offender(child))
      return started
    }
    this.#children.gone(child)
    if (started === 'ignore') this.#settle_down(child)
    else this.#welcome(child, started[1] as Pid)
    return undefined
  }

  #welcome(child: Child, pid: Pid): void {
    child.pid = pid
    this.#children.add(child)
    if (this.#template === undefined) report_progress(this.#name, child)
  }

  /** The child runs no more: whether it is remembered depends on its kind. */
  #settle_down(child: Child): void {
    if (child.spec.restart === 'temporary' || this.#template !== undefined) this.#children.remove(child)
    else this.#children.gone(child)
  }

  // ---- Restarting

  /** @returns false when the supervisor is to give up */
  async child_ended(pid: Pid, reason: Reason): Promise<boolean> {
    const child = this.#children.with_pid(pid)
    if (child === undefined) return true
    const { restart } = child.spec
    if (restart !== 'permanent' && is_orderly(reason)) {
      this.#settle_down(child)
      return true
    }
    report_error(this.#name, 'child_terminated', reason, offender(child))
    if (restart !== 'temporary') return this.#restart(child)
    this.#settle_down(child)
    return true
  }

  /** A child that could not be restarted gets another chance, if it is still wanted. */
  async try_again(child: Child): Promise<boolean> {
    return this.#children.has(child) && child.restarting ? this.#restart(child) : true
  }

  async #restart(failed: Child): Promise<boolean> {
    const [too_many, restarts] = add_restart(this.#restarts, monotonic_time(), this.#flags)
    this.#restarts = restarts
    if (too_many) {
      report_error(this.#name, 'shutdown', 'reached_max_restart_intensity', offender(failed))
      this.#children.remove(failed)
      return false
    }
    this.#children.ended(failed)
    const affected = strategies[this.#flags.strategy].affected(this.#children, failed)
    for (const child of affected.toReversed()) {
      if (child === failed || child.pid === undefined) continue
      await stop_child(this.#name, child, this.#children)
      this.#settle_down(child)
    }
    await this.#start_in_order(affected)
    return true
  }

  async #start_in_order(children: readonly Child[]): Promise<void> {
    for (const child of children) {
      if (!this.#children.has(child)) continue
      if ((await this.#start_again(child)) === undefined) continue
      child.restarting = true
      gen_server.cast(self(), ['try_again_restart', child])
      return
    }
  }

  // ---- Requests

  /** Answers one of the calls that `supervisor.ts` makes. */
  answer(request: string, term: Term): Term {
    switch (request) {
      case 'start_child':
        return this.#template === undefined
          ? this.#start_new(term)
          : this.#start_on_demand(term, this.#template)
      case 'terminate_child':
        return this.#terminate(term)
      case 'restart_child':
        return this.#of_idle(term, child => this.#start_for_caller(child))
      case 'delete_child':
        return this.#of_idle(term, child => this.#delete(child))
      case 'which_children':
        return Array.from(this.#children, child => this.#info(child)).reverse()
      case 'count_children':
        return this.#count()
      case 'get_childspec':
        return this.#get_spec(term)
      default:
        throw new Exit(['bad_request', request, term])
    }
  }

  async #start_new(given: ChildSpec): Promise<Term> {
    const [tag, spec] = check_child_spec(given)
    if (tag === 'error') return ['error', spec]
    const present = this.#children.with_id(spec.id)
    if (present?.pid !== undefined && !present.restarting) return ['error', ['already_started', present.pid]]
    if (present !== undefined) return ['error', 'already_present']
    const started = await this.#start_for_caller(new_child(spec))
    return started[0] === 'error' ? ['error', [started[1], spec]] : started
  }

  #start_on_demand(args: Term, template: FullChildSpec): Term {
    if (!Array.isArray(args)) return ['error', ['invalid_child_spec', args]]
    return this.#start_for_caller(new_child(template, args))
  }

  async #start_for_caller(child: Child): Promise<readonly [string, ...Term[]]> {
    const started = await start_child(child)
    if (started === 'ignore') {
      this.#children.add(child)
      this.#settle_down(child)
      return ['ok', undefined]
    }
    if (started[0] === 'ok') this.#welcome(child, started[1])
    return started
  }

  async #terminate(id: Term): Promise<Done> {
    const on_demand = this.#template !== undefined
    if (on_demand && !is_pid(id)) return ['error', 'simple_one_for_one']
    const child = on_demand ? this.#children.with_pid(id) : this.#children.with_id(id)
    if (child === undefined) return ['error', 'not_found']
    await stop_child(this.#name, child, this.#children)
    this.#settle_down(child)
    return 'ok'
  }

  #of_idle(id: Term, act: (child: Child) => Term): Term {
    if (this.#template !== undefined) return ['error', 'simple_one_for_one']
    const child = this.#children.with_id(id)
    if (child === undefined) return ['error', 'not_found']
    if (child.restarting) return ['error', 'restarting']
    return child.pid === undefined ? act(child) : ['error', 'running']
  }

  #delete(child: Child): 'ok' {
    this.#children.remove(child)
    return 'ok'
  }

  #info({ spec, pid, restarting }: Child): Term {
    const id = this.#template === undefined ? spec.id : undefined
    return [id, restarting ? 'restarting' : pid, spec.type, spec.modules]
  }

  #count(): Term {
    let active = 0
    let supervisors = 0
    for (const { spec, pid, restarting } of this.#children) {
      if (pid !== undefined && !restarting) active++
      if (spec.type === 'supervisor') supervisors++
    }
    const { size } = this.#children
    const specs = this.#template === undefined ? size : 1
    return { specs, active, supervisors, workers: size - supervisors }
  }

  #get_spec(asked: Term): Term {
    if (is_pid(asked)) {
      const child = this.#children.with_pid(asked)
      return child ? ['ok', child.spec] : ['error', 'not_found']
    }
    const of_id = this.#template?.id === asked ? this.#template : this.#children.with_id(asked)?.spec
    return of_id ? ['ok', of_id] : ['error', 'not_found']
  }

  /** Tells of a message that no supervisor expects. */
  report_unexpected(message: Term): void {
    report('error', { label: ['supervisor', 'unexpected_msg'], report: { supervisor: this.#name, message } })
  }
}
