// As beam.test.ts, with programs by the thousand.

import { agrees_on } from './agreement.ts'
import { timed_program, timeless_program } from './program.ts'

agrees_on('thousands of programs of processes and servers', timeless_program, 4_000)
agrees_on('many programs with timers and timeouts', timed_program, 1_000)
