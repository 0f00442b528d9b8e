// A supervision tree as data, for those who look at a running system.

import { Pid } from '../erlang/pid.ts'
import { process_info } from '../erlang/process_flags.ts'
import { Exit, type Term, type Timeout } from '../erlang/term.ts'
import type { SupFlags } from './child_spec.ts'
import { type ServerRef, whereis_server } from './gen_names.ts'
import * as gen_server from './gen_server.ts'
import type { ChildInfo } from './supervision_requests.ts'

/** A supervisor, and what is below it. */
export interface SupervisorNode {
  readonly pid: Pid
  /** Its registered name. */
  readonly name: string | undefined
  /** What its callbacks call themselves. */
  readonly module: string
  /** Strategy, intensity, period and auto_shutdown; undefined, as long as it does not answer, and of a bridge. */
  readonly flags: Required<SupFlags> | undefined
  /**
   * - `'running'`
   * - `'busy'`: it did not answer in time, since it waits for a child to start or to end; its children are not known
   * - `'gone'`: it ended while it was being looked at
   * - `'bridge'`: a `supervisor_bridge`, whose subsystem is not known
   */
  readonly state: 'running' | 'busy' | 'gone' | 'bridge'
  /** In the order in which they were started. */
  readonly children: readonly ChildNode[]
  /** How many children there are besides, which were too many to be looked at. */
  readonly more: number
}

/** A child of a supervisor. */
export interface ChildNode {
  /** Undefined under `simple_one_for_one`. */
  readonly id: Term
  /** Undefined, when it is not running. */
  readonly pid: Pid | undefined
  readonly name: string | undefined
  readonly type: 'worker' | 'supervisor'
  readonly modules: readonly Term[] | 'dynamic'
  /** `'restarting'`: it could not be started again, and that is tried once more; `'stopped'`: it has no process. */
  readonly state: 'running' | 'restarting' | 'stopped'
  /** What is below, where it is a supervisor. */
  readonly supervisor: SupervisorNode | undefined
}

/**
 * Looks at a supervisor and all that is below it, with all supervisors of a level at once.
 *
 * @param timeout - milliseconds that each supervisor may take to answer. Default: 1000
 * @param most - children that are looked at, in all; those nearer to the top come first. Default: no limit
 * @returns undefined when it is not there, or is no supervisor
 */
export async function supervision_tree(
  supervisor: ServerRef,
  timeout: Timeout = 1_000,
  most = Number.POSITIVE_INFINITY,
): Promise<SupervisorNode | undefined> {
  const pid = whereis_server(supervisor)
  return pid === undefined ? undefined : node_of(pid, { timeout, left: most })
}

interface Look {
  readonly timeout: Timeout
  /** How many children may still be looked at. */
  left: number
}

async function node_of(pid: Pid, look: Look): Promise<SupervisorNode | undefined> {
  const [behaviour, module] = process_info(pid, 'initial_call')?.[1] ?? []
  const about = { pid, name: name_of(pid), module, flags: undefined, children: [], more: 0 }
  if (behaviour === 'supervisor_bridge') return { ...about, state: 'bridge' }
  if (behaviour !== 'supervisor') return undefined
  try {
    const flags: Required<SupFlags> = await gen_server.call(pid, ['flags'], look.timeout)
    const infos: ChildInfo[] = await gen_server.call(pid, ['which_children'], look.timeout)
    const looked_at = infos.reverse().slice(0, look.left)
    look.left -= looked_at.length
    const children = await Promise.all(looked_at.map(info => child_of(info, look)))
    return { ...about, flags, state: 'running', children, more: infos.length - looked_at.length }
  } catch (thrown) {
    if (!(thrown instanceof Exit)) throw thrown
    return { ...about, state: thrown.reason[0] === 'timeout' ? 'busy' : 'gone' }
  }
}

async function child_of([id, child, type, modules]: ChildInfo, look: Look): Promise<ChildNode> {
  const pid = child instanceof Pid ? child : undefined
  const state = child === 'restarting' ? child : pid === undefined ? 'stopped' : 'running'
  const below = pid !== undefined && type === 'supervisor' ? await node_of(pid, look) : undefined
  return { id, pid, name: pid && name_of(pid), type, modules, state, supervisor: below }
}

function name_of(pid: Pid): string | undefined {
  const name = process_info(pid, 'registered_name')?.[1]
  return typeof name === 'string' && name !== '' ? name : undefined
}
