// Random programs, in Kista and on the BEAM: what each process sees has to be the same.

import { agree_on } from './agreement.ts'
import { events, statem, supervision, tables, timed, timeless } from './kinds.ts'

agree_on(250, timeless)
agree_on(100, timed)
agree_on(200, supervision)
agree_on(150, statem)
agree_on(150, events)
agree_on(200, tables)
