// As beam.test.ts, with programs by the thousand.

import { agree_on } from './agreement.ts'
import { events, statem, supervision, tables, timed, timeless } from './kinds.ts'

agree_on(4_000, timeless)
agree_on(1_000, timed)
agree_on(3_000, supervision)
agree_on(1_500, statem)
agree_on(3_000, events)
agree_on(4_000, tables)
