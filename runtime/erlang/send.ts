// Sending, and what sending can reach: a pid, a name, an alias.

import { deep_freeze, freezes_messages } from './debug.ts'
import { type Addressee, Pid, Port, Ref } from './pid.ts'
import { whereis } from './registry.ts'
import { context, running } from './self.ts'
import { Exit } from './term.ts'

/** Whom a message can be sent to: a process, its name, or an alias. */
export type Destination = Pid | Port | Ref | string

/**
 * Puts `message` into the mailbox of `destination`; it is shared, not copied, so neither side may change it.
 * A message to a process that has ended, or to an alias that is not active, is lost without a word.
 *
 * @returns the message
 * @throws {@link Exit} `'badarg'` when `destination` is a name that nobody bears
 * @see OTP: `erlang:send/2`, `Pid ! Message`
 */
export function send<Message>(destination: Destination, message: Message): Message {
  if (running()?.alive === false) context()
  if (freezes_messages()) deep_freeze(message)
  if (destination instanceof Pid) destination.entity?.deliver(message)
  else entity_of(destination)?.deliver(message)
  return message
}

/** What stands behind a destination, if it is alive. @throws Exit `'badarg'` for a name that nobody bears */
export function entity_of(destination: Destination): Addressee | undefined {
  if (destination instanceof Ref) return destination.alias
  if (destination instanceof Pid || destination instanceof Port) return destination.entity
  const bearer = typeof destination === 'string' ? whereis(destination) : undefined
  if (bearer === undefined) throw new Exit('badarg')
  return bearer.entity
}
