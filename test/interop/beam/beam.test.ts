// Random programs, in Kista and on the BEAM: what each process sees has to be the same.

import { agrees_on } from './agreement.ts'
import { timed_program, timeless_program } from './program.ts'

agrees_on('programs of processes and servers', timeless_program, 250)
agrees_on('programs with timers and timeouts', timed_program, 100)
