// The phases of a start: what an application, and those that it includes, do after the top supervisor has started.

import { Exit, reason_of, type Term } from '../../runtime/erlang/term.ts'
import { app_module, application_starter, callbacks_of, type FullAppSpec } from './application_spec.ts'
import * as table from './application_table.ts'

/**
 * Goes through the start phases of an application, one after the other. With `application_starter` each is gone
 * through in the application and then in those that it includes, as far as they have one of that name.
 *
 * @throws {@link Exit} with the reason that `application.start` gives
 */
export async function go_through_phases(spec: FullAppSpec): Promise<void> {
  const concerned = spec.mod?.[0] === application_starter ? [spec, ...included_in(spec, [])] : [spec]
  for (const [phase] of spec.start_phases ?? []) {
    for (const one of concerned) await go_through(one, phase)
  }
}

/** The applications that one includes, those that these include next to them. */
function included_in(spec: FullAppSpec, above: readonly string[]): FullAppSpec[] {
  const path = [...above, spec.application]
  return spec.included_applications
    .filter(name => !path.includes(name))
    .map(name => table.spec_of(name))
    .filter(included => included !== undefined)
    .flatMap(included => [included, ...included_in(included, path)])
}

async function go_through(spec: FullAppSpec, phase: string): Promise<void> {
  const callbacks = callbacks_of(spec)
  const found = spec.start_phases?.find(([name]) => name === phase)
  if (found === undefined || callbacks?.start_phase === undefined) return
  const call = [app_module(spec), 'start_phase', [phase, 'normal', found[1]]]
  let result: Term
  try {
    result = await callbacks.start_phase(phase, 'normal', found[1])
  } catch (thrown) {
    throw new Exit(['bad_return_value', [call, ['EXIT', reason_of(thrown)]]])
  }
  if (result === 'ok') return
  const is_error = Array.isArray(result) && result[0] === 'error' && result.length === 2
  throw new Exit(is_error ? [result[1], call] : ['bad_return_value', [call, result]])
}
