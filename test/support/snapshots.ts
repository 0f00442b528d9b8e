// A snapshot of a node that was never there, as `kista top` gets it.

import type { Plain, Snapshot } from '../../apps/observer/snapshot.ts'

/** A process as `kista top` is told of it. */
export const process_row = (number: number) => ({
  pid: `<0.${number}.0>`,
  registered_name: undefined,
  name: `worker_${number}`,
  application: 'shop',
  status: 'waiting' as const,
  message_queue_len: number,
  reductions: number * 1_000,
  reductions_since: number * 10,
  current_function: 'loop',
  in_callback: undefined,
  links: [],
})

/** The overview `seconds` after the start, with so many processes in the table. */
export const snapshot = (seconds: number, rows = 3): Plain<Snapshot> => ({
  system: {
    node: 'nonode@nohost',
    os_pid: 4711,
    program: '/srv/shop.js',
    versions: { kista: '0.1.0', node: '24.1.0' },
    uptime: seconds * 1_000,
    process_count: 1_234,
    port_count: 2,
    timer_count: 3,
    ets_count: 4,
    run_queue: 5,
    reductions: seconds * 20_000,
    runtime: seconds * 250,
    memory: { rss: 9e7, heap_used: 4e7, heap_total: 6e7, external: 2e6, array_buffers: 1e6 },
  },
  processes: Array.from({ length: rows }, (_, index) => process_row(index + 1)),
})
