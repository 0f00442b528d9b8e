// The processes of all running applications, as their supervisors tell of them at this moment.

import { application } from '../../apps/kernel/index.ts'
import { type Pid, process_info, supervisor, whereis } from '../../runtime/index.ts'

/** A process, and if it is a supervisor those beneath it. */
export interface Branch {
  readonly name: string
  readonly pid: Pid
  readonly message_queue_len: number
  readonly children: readonly Branch[]
  /** How many children there are besides. */
  readonly more: number
}

const most_children = 25

/** The trees by application, in the order in which the applications were started. */
export async function supervision_trees(): Promise<[application: string, Branch][]> {
  const trees: [string, Branch][] = []
  for (const [name] of application.which_applications().reverse()) {
    // By custom the top supervisor is called so.
    const top = whereis(`${name}_sup`) as Pid | undefined
    const tree = top && (await branch(top, 'supervisor'))
    if (tree !== undefined) trees.push([name, tree])
  }
  return trees
}

async function branch(pid: Pid, type: 'worker' | 'supervisor', id?: unknown): Promise<Branch | undefined> {
  const all = type === 'supervisor' ? await supervisor.which_children(pid) : []
  const children: Branch[] = []
  for (const [child_id, child, child_type] of all.slice(0, most_children).reverse()) {
    if (child === undefined || child === 'restarting') continue
    const below = await branch(child, child_type, child_id)
    if (below !== undefined) children.push(below)
  }
  const info = process_info(pid)
  if (info === undefined) return undefined
  const { registered_name, initial_call, message_queue_len } = info
  const name = registered_name ?? id ?? initial_call.find((part: unknown) => part !== 'proc_lib')
  return {
    name: String(name),
    pid,
    message_queue_len,
    children,
    more: Math.max(0, all.length - most_children),
  }
}
