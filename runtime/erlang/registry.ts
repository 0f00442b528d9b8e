// Local names of processes and ports.

import { Pid, Port } from './pid.ts'
import { Exit, type Term } from './term.ts'

const names = new Map<string, Pid | Port>()
const named = new Map<Pid | Port, string>()

/**
 * Gives a living process or port a name; it goes with its bearer.
 *
 * @throws {@link Exit} `'badarg'` when the name is taken or is `'undefined'`, or the bearer has a name or is gone
 * @see OTP: `erlang:register/2`
 */
export function register(name: string, bearer: Pid | Port): true {
  if (!(is_name(name) && (bearer instanceof Pid || bearer instanceof Port))) throw new Exit('badarg')
  if (names.has(name) || named.has(bearer) || bearer.entity === undefined) throw new Exit('badarg')
  names.set(name, bearer)
  named.set(bearer, name)
  return true
}

const is_name = (name: Term): boolean => typeof name === 'string' && name !== '' && name !== 'undefined'

/**
 * Takes a name away from its bearer.
 *
 * @throws {@link Exit} `'badarg'` when nothing bears the name
 * @see OTP: `erlang:unregister/1`
 */
export function unregister(name: string): true {
  const bearer = names.get(name)
  if (bearer === undefined) throw new Exit('badarg')
  names.delete(name)
  named.delete(bearer)
  return true
}

/** Who bears the name, or undefined. OTP: `erlang:whereis/1`. */
export const whereis = (name: string): Pid | Port | undefined => names.get(name)

/** All names in use. OTP: `erlang:registered/0`. */
export const registered = (): string[] => [...names.keys()]

/** The name of a process or port, if it has one. */
export const name_of = (bearer: Pid | Port): string | undefined => named.get(bearer)

/** Takes the name of one that is going away. */
export function forget(bearer: Pid | Port): void {
  const name = named.get(bearer)
  if (name === undefined) return
  names.delete(name)
  named.delete(bearer)
}
