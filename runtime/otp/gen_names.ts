// By what a behaviour can be reached: its pid, or a name in the local registry, in the global one, or in one of the
// program's own.

import { node } from '../erlang/links.ts'
import { Pid } from '../erlang/pid.ts'
import { register, unregister, whereis } from '../erlang/registry.ts'
import { Exit, type Term } from '../erlang/term.ts'

/**
 * A registry of names, with the functions that OTP's `global` has. It has to forget a process that ends by itself,
 * as by a monitor.
 *
 * @see OTP: "Registering a process" in `gen_server`, `{via, Module, Name}`
 */
export interface ViaModule {
  /** @returns `'no'` when the name is taken */
  register_name(name: Term, pid: Pid): 'yes' | 'no'
  unregister_name(name: Term): unknown
  whereis_name(name: Term): Pid | undefined
  /** @throws {@link Exit} `['badarg', [name, message]]` when nobody has the name */
  send(name: Term, message: Term): Pid
}

/** The name that a behaviour registers before it initialises itself. OTP: `gen_server:server_name()`. */
export type ServerName =
  | readonly ['local', name: string]
  | readonly ['global', name: Term]
  | readonly ['via', ViaModule, name: Term]

/** Whom a behaviour can be reached by. OTP: `gen_server:server_ref()`. */
export type ServerRef =
  | Pid
  | string
  | readonly [name: string, node: string]
  | readonly ['global', name: Term]
  | readonly ['via', ViaModule, name: Term]

let global: ViaModule | undefined

/** Puts in place what knows the names `['global', name]`: the kernel does, with its `global`. @returns the one before */
export function use_global(names: ViaModule | undefined): ViaModule | undefined {
  const before = global
  global = names
  return before
}

/** @throws {@link Exit} `'undef'` as long as nothing is in place: then nobody has a global name, or can get one */
function the_global(): ViaModule {
  if (global === undefined) throw new Exit(['undef', ['global', 'register_name', 2]])
  return global
}

/**
 * Who has the name, or undefined. A name on a node that is not this one is nobody's, and so is undefined, which is what
 * `whereis` gives when there is nobody.
 *
 * @throws {@link Exit} `['badarg', server]` for what is no server
 */
export function whereis_server(server: ServerRef): Pid | undefined {
  if (server instanceof Pid) return server
  const bearer = typeof server === 'string' ? whereis(server) : whereis_tuple(server)
  return bearer instanceof Pid ? bearer : undefined
}

function whereis_tuple(server: Exclude<ServerRef, Pid | string> | undefined) {
  if (server === undefined) return undefined
  if (!Array.isArray(server)) throw new Exit(['badarg', server])
  if (server.length === 3 && server[0] === 'via') return server[1].whereis_name(server[2])
  if (server[0] === 'global') return global?.whereis_name(server[1])
  return server[1] === node() ? whereis(server[0]) : undefined
}

/** The node of a server that is not on this one, or undefined. */
export const other_node = (server: ServerRef): string | undefined => {
  if (!Array.isArray(server) || server.length !== 2) return undefined
  return server[0] === 'global' || server[1] === node() ? undefined : server[1]
}

/** @throws {@link Exit} `['badarg', name]` when it is no name */
export function check_name(name: Term): ServerName {
  const [kind, second] = name
  if (name.length === 2 && kind === 'local' && typeof second === 'string') return name
  if (name.length === 2 && kind === 'global') return name
  if (name.length === 3 && kind === 'via' && typeof second?.register_name === 'function') return name
  throw new Exit(['badarg', name])
}

/** Who has the name of a behaviour that is to start. */
export const who_has = (name: ServerName): Pid | undefined =>
  name[0] === 'local' ? whereis_server(name[1]) : whereis_server(name)

/** @returns whether the name was free */
export function take_name(name: ServerName, pid: Pid): boolean {
  if (name[0] === 'via') return name[1].register_name(name[2], pid) === 'yes'
  if (name[0] === 'global') return the_global().register_name(name[1], pid) === 'yes'
  try {
    return register(name[1], pid)
  } catch {
    return false
  }
}

/** Gives a name back. */
export function leave_name(name: ServerName): void {
  if (name[0] === 'via') name[1].unregister_name(name[2])
  else if (name[0] === 'global') the_global().unregister_name(name[1])
  else unregister(name[1])
}

/** @throws {@link Exit} when the process does not have the name: `'process_not_registered'`, and `_globally`, `_via` */
export function check_registered(name: ServerName, pid: Pid): void {
  if (who_has(check_name(name)) === pid) return
  if (name[0] === 'via') throw new Exit(['process_not_registered_via', name[1]])
  throw new Exit(name[0] === 'global' ? 'process_not_registered_globally' : 'process_not_registered')
}
