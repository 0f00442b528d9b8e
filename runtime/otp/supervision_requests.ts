// What a supervisor answers to those who ask it: about its children, and to start or stop one.

import { is_pid, type Pid } from '../erlang/pid.ts'
import { type Done, Exit, matches, type Result, type Term } from '../erlang/term.ts'
import { type ChildSpec, check_child_spec, type FullChildSpec } from './child_spec.ts'
import type { Supervision } from './supervision.ts'
import { type Child, type Children, new_child } from './supervisor_children.ts'
import { start_child, stop_child } from './supervisor_start_stop.ts'

/** A child as `which_children` tells of it; the id is undefined under `simple_one_for_one`. */
export type ChildInfo = readonly [
  id: Term,
  child: Pid | undefined | 'restarting',
  type: 'worker' | 'supervisor',
  modules: readonly Term[] | 'dynamic',
]

/** How many children there are. `specs` counts those that are not running too. */
export interface ChildCount {
  readonly specs: number
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** What those get who have a child started. */
type Started = readonly ['ok', Pid | undefined] | readonly ['ok', Pid, Term] | readonly ['error', Term]

/** Answers one of the calls that `supervisor.ts` makes. */
export function answer(supervision: Supervision, request: string, term: Term): Term {
  switch (request) {
    case 'start_child':
      return supervision.template === undefined
        ? start_new(supervision, term)
        : start_on_demand(supervision, term, supervision.template)
    case 'terminate_child':
      return terminate(supervision, term)
    case 'restart_child':
      return of_idle(supervision, term, child => start_for_caller(supervision, child))
    case 'delete_child':
      return of_idle(supervision, term, child => delete_it(supervision, child))
    case 'which_children':
      return Array.from(supervision.children, child => info(supervision, child)).reverse()
    case 'which_child':
      return which(supervision, term)
    case 'count_children':
      return count(supervision)
    case 'get_childspec':
      return get_spec(supervision, term)
    case 'flags':
      return supervision.flags
    default:
      throw new Exit(['bad_request', request, term])
  }
}

// ---- Starting and stopping

async function start_new(supervision: Supervision, given: ChildSpec): Promise<Started> {
  const [tag, spec] = check_child_spec(given, supervision.flags.auto_shutdown)
  if (tag === 'error') return ['error', spec]
  const present = supervision.children.with_id(spec.id)
  if (present?.pid !== undefined && !present.restarting) return ['error', ['already_started', present.pid]]
  if (present !== undefined) return ['error', 'already_present']
  const started = await start_for_caller(supervision, new_child(spec))
  return started[0] === 'error' ? ['error', [started[1], spec]] : started
}

function start_on_demand(
  supervision: Supervision,
  args: Term,
  template: FullChildSpec,
): Started | Promise<Started> {
  if (!Array.isArray(args)) return ['error', ['invalid_child_spec', args]]
  return start_for_caller(supervision, new_child(template, args))
}

async function start_for_caller(supervision: Supervision, child: Child): Promise<Started> {
  const started = await start_child(child)
  if (started === 'ignore') {
    supervision.children.add(child)
    supervision.settle_down(child)
    return ['ok', undefined]
  }
  if (started[0] === 'ok') supervision.welcome(child, started[1])
  return started
}

async function terminate(supervision: Supervision, id: Term): Promise<Done> {
  const [tag, child] = find(supervision, id)
  if (tag === 'error') return [tag, child]
  await stop_child(supervision.name, child, supervision.children)
  supervision.settle_down(child)
  return 'ok'
}

function of_idle(supervision: Supervision, id: Term, act: (child: Child) => Term): Term {
  if (supervision.template !== undefined) return ['error', 'simple_one_for_one']
  const child = supervision.children.with_id(id)
  if (child === undefined) return ['error', 'not_found']
  if (child.restarting) return ['error', 'restarting']
  return child.pid === undefined ? act(child) : ['error', 'running']
}

function delete_it(supervision: Supervision, child: Child): 'ok' {
  supervision.children.remove(child)
  return 'ok'
}

// ---- Telling

function info({ template }: Supervision, { spec, pid, restarting }: Child): ChildInfo {
  const id = template === undefined ? spec.id : undefined
  return [id, restarting ? 'restarting' : pid, spec.type, spec.modules]
}

function which(supervision: Supervision, id: Term): Result<ChildInfo> {
  const [tag, child] = find(supervision, id)
  return tag === 'error' ? [tag, child] : [tag, info(supervision, child)]
}

/** A child by what it is told by: its id, or its pid if it was started on demand. */
function find({ children, template }: Supervision, id: Term): Result<Child> {
  if (template !== undefined && !is_pid(id)) return ['error', 'simple_one_for_one']
  const child = template === undefined ? children.with_id(id) : by_pid(children, id)
  return child === undefined ? ['error', 'not_found'] : ['ok', child]
}

const by_pid = (children: Children, pid: Pid): Child | undefined =>
  children.with_pid(pid) ?? children.with_former_pid(pid)

function count({ children, template }: Supervision): ChildCount {
  const { size } = children
  if (template !== undefined) {
    const supervisors = template.type === 'supervisor' ? size : 0
    return { specs: 1, active: children.running, supervisors, workers: size - supervisors }
  }
  let supervisors = 0
  for (const { spec } of children) {
    if (spec.type === 'supervisor') supervisors++
  }
  return { specs: size, active: children.running, supervisors, workers: size - supervisors }
}

function get_spec({ children, template }: Supervision, asked: Term): Result<FullChildSpec> {
  const spec = is_pid(asked)
    ? by_pid(children, asked)?.spec
    : template !== undefined && matches(template.id, asked)
      ? template
      : children.with_id(asked)?.spec
  return spec === undefined ? ['error', 'not_found'] : ['ok', spec]
}
