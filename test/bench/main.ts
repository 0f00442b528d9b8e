// `npm run bench [group …]`: measures Kista beside the BEAM and beside Node, and prints a table for each group.

import { bench_behaviours } from './behaviours.ts'
import { bench_certificates } from './certificates.ts'
import { bench_ets } from './ets.ts'
import { bench_packages } from './packages.ts'
import { bench_processes } from './processes.ts'
import { bench_timers } from './timers.ts'
import { bench_tls } from './tls.ts'

const groups: Readonly<Record<string, () => Promise<void>>> = {
  processes: bench_processes,
  behaviours: bench_behaviours,
  timers: bench_timers,
  ets: bench_ets,
  packages: bench_packages,
  certificates: bench_certificates,
  tls: bench_tls,
}

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !Object.hasOwn(groups, name))
if (unknown.length > 0) {
  console.error(`no such group: ${unknown.join(', ')}; there are ${Object.keys(groups).join(', ')}`)
  process.exit(1)
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}; medians of five rounds`)
for (const [name, bench] of Object.entries(groups)) {
  if (asked.length === 0 || asked.includes(name)) await bench()
}
