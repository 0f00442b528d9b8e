// The locks of OTP's module global, on the one node there is. Who waits for one tries again as soon as it is let go.

import { KeyIndex } from '../../runtime/erlang/ets_key.ts'
import { node } from '../../runtime/erlang/links.ts'
import { make_ref, type Ref } from '../../runtime/erlang/pid.ts'
import { current, type Process, type Resource } from '../../runtime/erlang/process.ts'
import { after, on, receive } from '../../runtime/erlang/receive.ts'
import { Exit, type Term, type Timeout } from '../../runtime/erlang/term.ts'
import { same_terms } from '../../runtime/erlang/term_order.ts'

/** What is locked, and for whom: requesters that are the same share the lock. OTP: `global:id()`. */
export type LockId = readonly [resource: Term, requester: Term]

/** How often it is tried again. */
export type Retries = number | 'infinity'

/** That a process holds a lock; it lets go when it ends. */
class Hold implements Resource {
  readonly #resource: Term
  readonly #process: Process

  constructor(resource: Term, process: Process) {
    this.#resource = resource
    this.#process = process
  }

  release(): void {
    let_go(this.#resource, this.#process)
  }
}

/** A lock, and the processes that hold it, all for one requester. */
interface Lock {
  readonly requester: Term
  readonly holds: Map<Process, Hold>
}

const locks = new KeyIndex<Lock>()
/** For each resource, who waits for its lock: aliases of processes. */
const waiting = new KeyIndex<Set<Ref>>()

/**
 * Locks a resource for a requester. The lock is let go by {@link del_lock}, or when the process ends.
 *
 * @param nodes - where; on this node nothing is locked unless it is among them. Default: this node
 * @param retries - how often it is tried again while another has the lock, with pauses that grow from 1/8 to
 *   8 seconds, or shorter ones if the lock is let go. Default: `'infinity'`
 * @returns false when another has the lock still
 * @throws {@link Exit} `'badarg'` for what is no id or no number
 * @see OTP: `global:set_lock/1,2,3`
 */
export async function set_lock(
  id: LockId,
  nodes: readonly string[] = [node()],
  retries: Retries = 'infinity',
): Promise<boolean> {
  check(id, nodes, retries)
  if (!nodes.includes(node())) return true
  const process = current()
  const limit = retries === 'infinity' ? Number.POSITIVE_INFINITY : retries
  for (let tries = 0; !take(id, process); tries++) {
    if (tries >= limit) return false
    await let_go_or_late(process, id[0], retries === 'infinity' ? retries : delay_before(tries + 1))
  }
  return true
}

/**
 * Lets go what the running process has locked with that id.
 *
 * @throws {@link Exit} `'badarg'` for what is no id
 * @see OTP: `global:del_lock/1,2`
 */
export function del_lock(id: LockId, nodes: readonly string[] = [node()]): true {
  check(id, nodes, 0)
  const process = current()
  const lock = locks.get(id[0])
  const hold = lock?.holds.get(process)
  if (hold === undefined || !same_terms(lock?.requester, id[1]) || !nodes.includes(node())) return true
  process.disown(hold)
  let_go(id[0], process)
  return true
}

/**
 * Calls `body` while the running process has a lock.
 *
 * @returns what `body` gives, or `'aborted'` when the lock could not be had
 * @throws {@link Exit} `'badarg'`, as {@link set_lock}; what `body` throws
 * @see OTP: `global:trans/2,3,4`
 */
export async function trans<Value>(
  id: LockId,
  body: () => Value | PromiseLike<Value>,
  nodes: readonly string[] = [node()],
  retries: Retries = 'infinity',
): Promise<Value | 'aborted'> {
  if (!(await set_lock(id, nodes, retries))) return 'aborted'
  try {
    return await body()
  } finally {
    del_lock(id, nodes)
  }
}

function check(id: Term, nodes: Term, retries: Term): void {
  const may_retry = retries === 'infinity' || (Number.isInteger(retries) && retries >= 0)
  if (!Array.isArray(id) || id.length !== 2 || !Array.isArray(nodes) || !may_retry) throw new Exit('badarg')
}

/** @returns whether the process has the lock now */
function take([resource, requester]: LockId, process: Process): boolean {
  const lock = locks.get(resource) ?? { requester, holds: new Map() }
  if (!same_terms(lock.requester, requester)) return false
  locks.set(resource, lock)
  if (lock.holds.has(process)) return true
  const hold = new Hold(resource, process)
  lock.holds.set(process, hold)
  process.own(hold)
  return true
}

function let_go(resource: Term, process: Process): void {
  const lock = locks.get(resource)
  lock?.holds.delete(process)
  if (lock === undefined || lock.holds.size > 0) return
  locks.delete(resource)
  const aliases = waiting.get(resource) ?? []
  waiting.delete(resource)
  for (const alias of aliases) alias.alias?.deliver([alias])
}

/** Waits until the lock is let go, or for so many milliseconds. */
async function let_go_or_late(process: Process, resource: Term, delay: Timeout): Promise<void> {
  const alias = make_ref()
  alias.alias = process
  const aliases = waiting.get(resource) ?? new Set()
  waiting.set(resource, aliases.add(alias))
  await receive(
    on([alias], () => {}),
    after(delay, () => {}),
  )
  alias.alias = undefined
  aliases.delete(alias)
  process.mailbox.take(message => Array.isArray(message) && message[0] === alias)
}

const shortest_delay = 125
const longest_delay = 8_000

const delay_before = (retry: number): number =>
  Math.min(longest_delay, shortest_delay * 2 ** Math.min(retry - 1, 10))
