// How the callbacks of a gen_statem want to be called: they are asked once, and again when others take over.

import { Exit, type Term } from '../erlang/term.ts'
import { module_of } from './gen.ts'
import type { CallbackMode, Callbacks } from './gen_statem_callbacks.ts'

/** How the callbacks are called. */
export interface Mode {
  readonly callback_mode: CallbackMode
  /** Whether a state is called when it is entered. */
  readonly state_enter: boolean
}

/**
 * Asks callbacks for their mode.
 *
 * @throws Exit `['bad_return_from_callback_mode', given]`; `['undef', …]` when they do not tell; or what they throw
 */
export function mode_of(callbacks: Callbacks): Mode {
  if (typeof callbacks.callback_mode !== 'function') {
    throw new Exit(['undef', [module_of(callbacks), 'callback_mode', 0]])
  }
  const given: Term = callbacks.callback_mode()
  const [callback_mode, enter, ...more] = Array.isArray(given) ? given : [given]
  const known = Object.hasOwn(modes, callback_mode) && (enter === undefined || enter === 'state_enter')
  if (!known || more.length > 0) throw new Exit(['bad_return_from_callback_mode', given])
  return modes[callback_mode as CallbackMode][enter === undefined ? 0 : 1]
}

/** As {@link Callbacks.callback_mode} would give it, for reports. */
export const mode_term = ({ callback_mode, state_enter }: Mode): Term =>
  state_enter ? [callback_mode, 'state_enter'] : callback_mode

const both = (callback_mode: CallbackMode): readonly [Mode, Mode] => [
  { callback_mode, state_enter: false },
  { callback_mode, state_enter: true },
]

/** One of each for all machines, since they may be many. */
const modes = {
  state_functions: both('state_functions'),
  handle_event_function: both('handle_event_function'),
}
