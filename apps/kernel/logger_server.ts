// While the kernel runs, this process has what the runtime reports told by the logger.

import { current } from '../../runtime/erlang/process.ts'
import { use_report_handler } from '../../runtime/erlang/report.ts'
import * as gen_server from '../../runtime/otp/gen_server.ts'
import { log_report } from './logger_backend.ts'

/** Starts it, registered as `logger`. The runtime tells its reports itself again when it ends, however that comes. */
export const start_link = () => gen_server.start_link(['local', 'logger'], callbacks)

const callbacks: gen_server.Callbacks<'no state'> = {
  module: 'logger_server',

  init() {
    const before = use_report_handler(log_report)
    current().own({ release: () => use_report_handler(before) })
    return ['ok', 'no state']
  },
}
