// What a service may leave behind when it does not clean up.

import { timer_count } from '../../runtime/erlang/alarm.ts'
import { ports } from '../../runtime/erlang/port.ts'
import { processes } from '../../runtime/erlang/process_flags.ts'

/** How many there are now. */
export const left_over = (): { processes: number; ports: number; timers: number } => ({
  processes: processes().length,
  ports: ports().length,
  timers: timer_count(),
})
