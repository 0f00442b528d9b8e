// The same programs with twenty times as many seeds.

import './gen_server_call.test.ts'
import './network_cuts.test.ts'
import './replay.test.ts'
import './supervisor.test.ts'
