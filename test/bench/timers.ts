// What timers cost: started and cancelled in time, and run out; beside the same programs on the BEAM.

import { cancel_timer, receive, run, self, send_after, start_timer } from '../../runtime/index.ts'
import { bench_beside_beam } from './beam.ts'
import { measure, rates } from './measure.ts'

const timers = 100_000

export const bench_timers = (): Promise<void> =>
  bench_beside_beam('timers', [
    ['start and cancel', 'timers/s', async () => rates(await measure(timers, start_and_cancel))],
    ['run out', 'timers/s', async () => rates(await measure(timers, run_out))],
  ])

function start_and_cancel(): Promise<void> {
  return run(() => {
    for (let left = timers; left > 0; left--) cancel_timer(start_timer(5_000, self(), 'never'))
  })
}

/** All at once, each within ten milliseconds. */
function run_out(): Promise<void> {
  return run(async () => {
    for (let left = timers; left > 0; left--) send_after(left % 10, self(), 'rung')
    for (let left = timers; left > 0; left--) await receive()
  })
}
