// As beam.test.ts, with programs by the thousand.

import { agree_on } from './agreement.ts'
import { events, statem, supervision, tables, timed, timeless } from './kinds.ts'

agree_on(2_500, timeless)
agree_on(500, timed)
agree_on(1_500, supervision)
agree_on(500, statem)
agree_on(1_500, events)
agree_on(1_500, tables)
