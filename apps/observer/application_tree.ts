// The applications and their supervision trees. Supervisors are asked; one that does not answer in time is shown as
// busy and holds up nobody.

import { brief_term } from '../../runtime/erlang/brief.ts'
import type { Pid } from '../../runtime/erlang/pid.ts'
import { living } from '../../runtime/erlang/process.ts'
import { process_info } from '../../runtime/erlang/process_info.ts'
import { running } from '../../runtime/erlang/self.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import type { ServerRef } from '../../runtime/otp/gen_names.ts'
import {
  type ChildNode,
  type SupervisorNode,
  supervision_tree as tree_of,
} from '../../runtime/otp/supervision_tree.ts'
import * as application from '../kernel/application.ts'
import { process_name } from './process_table.ts'

/** A process in a supervision tree, or a child that has none at the moment. */
export interface TreeNode {
  /** The id in its supervisor, as text; of a top supervisor and of children without an id, `''`. */
  readonly id: string
  /**
   * Its registered name; else, of a supervisor, what its callbacks call themselves, and of a child without an id, what
   * the process table calls it.
   */
  readonly name: string | undefined
  /** Undefined when it is not running. */
  readonly pid: Pid | undefined
  readonly type: 'worker' | 'supervisor'
  /**
   * - `'running'`
   * - `'busy'`: a supervisor that did not answer in time; its children are not known
   * - `'gone'`: a supervisor that ended while it was being looked at
   * - `'bridge'`: a `supervisor_bridge`, whose subsystem is not known
   * - `'restarting'`: it could not be started again, and that is tried once more
   * - `'stopped'`: it has no process
   */
  readonly state: 'running' | 'busy' | 'gone' | 'bridge' | 'restarting' | 'stopped'
  /** Of a supervisor that has answered: `'one_for_one'` and the like. */
  readonly strategy: string | undefined
  /** How many messages wait in it. */
  readonly message_queue_len: number | undefined
  /** In the order in which they were started. */
  readonly children: readonly TreeNode[]
  /** How many children there are besides, which were too many to be looked at. */
  readonly more: number
}

/** An application. */
export interface ApplicationNode {
  /** Undefined for the supervisors that belong to no application. */
  readonly application: string | undefined
  readonly description: string
  readonly vsn: string
  readonly status: 'loaded' | 'starting' | 'running' | 'ended'
  /** What happens to the others when it ends; undefined unless it was started. */
  readonly type: application.RestartType | undefined
  /** The applications that have to run before it. */
  readonly applications: readonly string[]
  /** Its top supervisor; of those that belong to no application, each that has no supervisor above it. */
  readonly trees: readonly TreeNode[]
}

/** How a tree is looked at. */
export interface TreeOptions {
  /** Milliseconds that each supervisor may take to answer. Default: 1000 */
  readonly timeout?: number
  /** How many children are looked at, of each tree. Default: all */
  readonly limit?: number
}

/**
 * The tree of an application or of a supervisor.
 *
 * @param top - the name of a running application; or a supervisor, its name or its pid
 * @returns undefined when there is none
 */
export const supervision_tree = (
  top: ServerRef,
  options: TreeOptions = {},
): Promise<TreeNode | undefined> => {
  const app = typeof top === 'string' ? application.get_supervisor(top) : undefined
  return in_process(() => tree(app === undefined ? top : app[1], options))
}

/** All applications that are loaded, those that were started first in that order, with their trees. */
export const application_tree = (options: TreeOptions = {}): Promise<ApplicationNode[]> =>
  in_process(async () => {
    const info = application.info()
    const started = info.started.map(([name]) => name).reverse()
    const loaded = info.loaded.map(([name]) => name).reverse()
    const names = [...new Set([...started, ...info.starting, ...loaded])]
    const nodes = await Promise.all(names.map(name => application_node(name, info, options)))
    const lone = await lone_trees(options)
    return lone.length === 0 ? nodes : [...nodes, { ...no_application, trees: lone }]
  })

// ---- Internals

const no_application: ApplicationNode = {
  application: undefined,
  description: 'Supervisors that belong to no application',
  vsn: '',
  status: 'running',
  type: undefined,
  applications: [],
  trees: [],
}

/** Whoever looks may be in no process: this gives one. */
const in_process = <Value>(body: () => Promise<Value>): Promise<Value> =>
  running() === undefined ? run(body) : body()

async function application_node(
  name: string,
  info: application.Info,
  options: TreeOptions,
): Promise<ApplicationNode> {
  const top = application.get_supervisor(name)?.[1]
  const about = info.loaded.find(([loaded]) => loaded === name)
  return {
    application: name,
    description: about?.[1] ?? '',
    vsn: about?.[2] ?? '',
    status: status_of(name, info),
    type: info.started.find(([started]) => started === name)?.[1],
    applications: application.get_key(name, 'applications')?.[1] ?? [],
    trees: top === undefined ? [] : await trees([top], options),
  }
}

function status_of(name: string, info: application.Info): ApplicationNode['status'] {
  if (info.running.includes(name)) return 'running'
  if (info.starting.includes(name)) return 'starting'
  return info.started.some(([started]) => started === name) ? 'ended' : 'loaded'
}

/** So many children are looked at in all of them together, since there may be many. */
async function lone_trees(options: TreeOptions): Promise<TreeNode[]> {
  const { limit = Number.POSITIVE_INFINITY } = options
  const tops = lone_supervisors().slice(0, limit)
  return trees(tops, { ...options, limit: Math.ceil(limit / Math.max(1, tops.length)) })
}

/** The supervisors that neither an application nor another supervisor has started. */
function lone_supervisors(): Pid[] {
  const found: Pid[] = []
  for (const { pid, initial_call, parent, group_leader } of living()) {
    if (!is_supervisor(initial_call) || (parent !== undefined && is_child(parent))) continue
    if (group_leader === undefined || application.get_application(pid) === undefined) found.push(pid)
  }
  return found
}

const is_supervisor = (call: Term): boolean =>
  Array.isArray(call) && (call[0] === 'supervisor' || call[0] === 'supervisor_bridge')

const is_child = (parent: Pid): boolean => is_supervisor(process_info(parent, 'initial_call')?.[1])

async function trees(tops: readonly Pid[], options: TreeOptions): Promise<TreeNode[]> {
  const found = await Promise.all(tops.map(top => tree(top, options)))
  return found.filter(node => node !== undefined)
}

async function tree(top: ServerRef, { timeout = 1_000, limit }: TreeOptions): Promise<TreeNode | undefined> {
  const node = await tree_of(top, timeout, limit)
  return node && supervisor_node('', node)
}

function supervisor_node(id: string, node: SupervisorNode): TreeNode {
  return {
    id,
    name: node.name ?? node.module,
    pid: node.pid,
    type: 'supervisor',
    state: node.state,
    strategy: node.flags?.strategy,
    message_queue_len: queue_of(node.pid),
    children: node.children.map(child_node),
    more: node.more,
  }
}

function child_node(child: ChildNode): TreeNode {
  const id = child.id === undefined ? '' : typeof child.id === 'string' ? child.id : brief_term(child.id)
  if (child.supervisor !== undefined) return supervisor_node(id, child.supervisor)
  const { pid, type, state } = child
  const name = child.name ?? (id === '' && pid !== undefined ? process_name(pid) : undefined)
  const message_queue_len = pid && queue_of(pid)
  return { id, name, pid, type, state, strategy: undefined, message_queue_len, children: [], more: 0 }
}

const queue_of = (pid: Pid): number | undefined => process_info(pid, 'message_queue_len')?.[1]
