// How the application's supervisors are asked for a child, by processes that live outside of the application.

import type { Pid } from '../../runtime/erlang/pid.ts'
import { Exit, type Result, type Term } from '../../runtime/erlang/term.ts'
import * as supervisor from '../../runtime/otp/supervisor.ts'

/**
 * Starts a child on demand.
 *
 * @returns `['error', 'ssl_not_started']` when the supervisor is not there, or goes meanwhile
 */
export async function start_child(name: string, args: readonly Term[]): Promise<Result<Pid>> {
  try {
    const started = await supervisor.start_child(name, args)
    return started[0] === 'ok' ? ['ok', started[1]!] : started
  } catch (error) {
    if (error instanceof Exit) return ['error', 'ssl_not_started']
    throw error
  }
}
