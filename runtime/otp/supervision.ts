// What a supervisor does: it starts its children, starts them anew when they end, and stops them. The process around
// it is in supervisor.ts, and what it answers in supervision_requests.ts.

import { monotonic_time } from '../erlang/clock.ts'
import type { Pid } from '../erlang/pid.ts'
import { report } from '../erlang/report.ts'
import { self } from '../erlang/self.ts'
import type { Done, Reason, Result, Term } from '../erlang/term.ts'
import {
  type ChildSpec,
  check_child_specs,
  check_sup_flags,
  type FullChildSpec,
  type SupFlags,
} from './child_spec.ts'
import { is_orderly } from './crash_report.ts'
import * as gen_server from './gen_server.ts'
import { Restarts, strategies } from './restart_strategy.ts'
import { type Child, Children, new_child } from './supervisor_children.ts'
import { offender, report_error, report_progress, type SupName } from './supervisor_reports.ts'
import { start_child, stop_all_at_once, stop_children } from './supervisor_start_stop.ts'

/** What the callback `init` gives, once it is checked. */
type Plan = readonly [flags: Required<SupFlags>, specs: readonly FullChildSpec[]]

export class Supervision {
  readonly name: SupName
  readonly children: Children
  readonly #restarts = new Restarts()
  #flags: Required<SupFlags>
  #template: FullChildSpec | undefined

  private constructor(name: SupName, [flags, specs]: Plan) {
    this.name = name
    this.#flags = flags
    this.#template = flags.strategy === 'simple_one_for_one' ? specs[0] : undefined
    this.children = new Children(this.#template !== undefined)
    if (this.#template !== undefined) return
    for (const spec of specs) this.children.add(new_child(spec))
  }

  /** Checks what `init` gave. */
  static of(name: SupName, given: readonly [SupFlags, readonly ChildSpec[]]): Result<Supervision> {
    const [tag, plan] = check_plan(given)
    return tag === 'error' ? ['error', plan] : ['ok', new Supervision(name, plan)]
  }

  get flags(): Required<SupFlags> {
    return this.#flags
  }

  /** The one specification under `simple_one_for_one`. */
  get template(): FullChildSpec | undefined {
    return this.#template
  }

  // ---- Starting and stopping

  /** Starts all children in order; if one fails, stops those before it. */
  async start_all(): Promise<'ok' | readonly ['error', Reason]> {
    for (const child of [...this.children]) {
      const failure = await this.#start_again(child)
      if (failure === undefined) continue
      await this.stop_all()
      return ['error', ['shutdown', ['failed_to_start_child', child.spec.id, failure[1]]]]
    }
    return 'ok'
  }

  /** Stops all children, the last one first. */
  async stop_all(): Promise<void> {
    if (this.#template !== undefined) return stop_all_at_once(this.name, this.children, this.#template)
    await stop_children(this.name, [...this.children].reverse(), this.children)
  }

  /** Notes that a child runs. */
  welcome(child: Child, pid: Pid): void {
    child.pid = pid
    this.children.add(child)
    if (this.#template === undefined) report_progress(this.name, offender(child))
  }

  /** The child runs no more: whether it is remembered depends on its kind. */
  settle_down(child: Child): void {
    if (child.spec.restart === 'temporary' || this.#template !== undefined) this.children.remove(child)
    else this.children.gone(child)
  }

  /** @returns the error, when it could not be started */
  async #start_again(child: Child): Promise<readonly ['error', Reason] | undefined> {
    const started = await start_child(child)
    if (started !== 'ignore' && started[0] === 'error') {
      report_error(this.name, 'start_error', started[1], offender(child))
      return started
    }
    this.children.gone(child)
    if (started === 'ignore') this.settle_down(child)
    else this.welcome(child, started[1] as Pid)
    return undefined
  }

  // ---- Restarting

  /** @returns false when the supervisor is to end */
  async child_ended(pid: Pid, reason: Reason): Promise<boolean> {
    const child = this.children.with_pid(pid)
    if (child === undefined) return true
    const { restart } = child.spec
    if (restart !== 'permanent' && is_orderly(reason)) return this.#ended_for_good(child)
    report_error(this.name, 'child_terminated', reason, offender(child))
    return restart === 'temporary' ? this.#ended_for_good(child) : this.#restart(child)
  }

  /** A child that could not be restarted gets another chance, if it is still wanted. */
  async try_again(child: Child): Promise<boolean> {
    return this.children.has(child) && child.restarting ? this.#restart(child) : true
  }

  #ended_for_good(child: Child): boolean {
    this.settle_down(child)
    const { auto_shutdown } = this.#flags
    if (auto_shutdown === 'never' || !child.spec.significant) return true
    return auto_shutdown === 'all_significant' && this.#has_significant_child()
  }

  #has_significant_child(): boolean {
    for (const { spec, pid } of this.children) {
      if (spec.significant && pid !== undefined) return true
    }
    return false
  }

  async #restart(failed: Child): Promise<boolean> {
    if (this.#restarts.add(monotonic_time(), this.#flags)) {
      report_error(this.name, 'shutdown', 'reached_max_restart_intensity', offender(failed))
      this.children.remove(failed)
      return false
    }
    this.children.ended(failed)
    const affected = strategies[this.#flags.strategy].affected(this.children, failed)
    await this.#stop_others(affected, failed)
    await this.#start_in_order(affected)
    return true
  }

  async #stop_others(affected: readonly Child[], failed: Child): Promise<void> {
    const others = affected.filter(child => child !== failed && child.pid !== undefined).reverse()
    if (others.length === 0) return
    await stop_children(this.name, others, this.children)
    for (const child of others) this.settle_down(child)
  }

  async #start_in_order(children: readonly Child[]): Promise<void> {
    for (const [index, child] of children.entries()) {
      if (!this.children.has(child)) continue
      if ((await this.#start_again(child)) === undefined) continue
      this.children.to_be_restarted(child)
      // Among those whose turn did not come is perhaps the one that ended.
      for (const later of children.slice(index + 1)) this.children.gone(later)
      gen_server.cast(self(), ['try_again_restart', child])
      return
    }
  }

  // ---- Change of code

  /**
   * Takes new flags and specifications over. Children that are there go on, and are under their new specifications
   * from now on; those that are new are not started; those that are specified no more stay as they are, as the last.
   * Whether children are started on demand cannot be changed.
   *
   * @param given - what `init` gives now
   * @see OTP: the change of code of `supervisor`
   */
  change(given: readonly [SupFlags, readonly ChildSpec[]]): Done {
    const [tag, plan] = check_plan(given)
    if (tag === 'error') return ['error', plan]
    const [flags, specs] = plan
    const on_demand = flags.strategy === 'simple_one_for_one'
    if (on_demand !== (this.#template !== undefined)) return ['error', ['bad_strategy', flags.strategy]]
    this.#flags = flags
    if (on_demand) {
      this.#template = specs[0]!
      for (const child of this.children) child.spec = this.#template
    } else {
      this.children.respecify(specs)
    }
    return 'ok'
  }

  // ---- What is told

  /** Tells of a message that no supervisor expects. */
  report_unexpected(message: Term): void {
    report('error', { label: ['supervisor', 'unexpected_msg'], report: { supervisor: this.name, message } })
  }

  /** What reports and `sys` tell of a supervisor; of children on demand, which may be many, just their number. */
  status(): Record<string, Term> {
    const { name, children } = this
    const told = this.#template === undefined ? Array.from(children, offender) : children.size
    return { name, ...this.#flags, children: told }
  }
}

/** What is wrong with what `init` gave, or the same with all that it leaves out. */
function check_plan([given_flags, given_specs]: readonly [SupFlags, readonly ChildSpec[]]): Result<Plan> {
  const [flags_tag, flags] = check_sup_flags(given_flags)
  if (flags_tag === 'error') return ['error', ['supervisor_data', flags]]
  const on_demand = flags.strategy === 'simple_one_for_one'
  if (on_demand && given_specs.length !== 1) return ['error', ['bad_start_spec', given_specs]]
  const [specs_tag, specs] = check_child_specs(given_specs, flags.auto_shutdown)
  return specs_tag === 'error' ? ['error', ['start_spec', specs]] : ['ok', [flags, specs]]
}
