// The applications that are always there: the kernel, whose supervision tree is small, and stdlib, which is a library.

import * as supervisor from '../../runtime/otp/supervisor.ts'
import type { AppSpec } from './application_spec.ts'
import { parameter } from './application_table.ts'
import * as logger_server from './logger_server.ts'
import { configure } from './logger_setup.ts'
import * as pg from './pg.ts'

/** OTP: `kernel_sup` */
const kernel_sup: supervisor.Callbacks = {
  module: 'kernel_sup',
  init: () => ['ok', [{}, parameter('kernel', 'start_pg') === true ? [logger, process_groups] : [logger]]],
}

const logger: supervisor.ChildSpec = { id: 'logger', start: logger_server.start_link }
const process_groups: supervisor.ChildSpec = { id: 'pg', start: [pg.start_link, []] }

/** The logger is as the parameters `logger_level` and `logger` say before anything can be told of. */
async function start() {
  const configured = configure()
  return configured === 'ok' ? supervisor.start_link(['local', 'kernel_sup'], kernel_sup) : configured
}

/** OTP: `kernel(6)` */
export const kernel_app: AppSpec = {
  application: 'kernel',
  description: 'Applications, the logger, and sockets',
  vsn: '0.1.0',
  registered: ['application_controller', 'kernel_sup', 'logger', 'pg'],
  env: { start_pg: false },
  mod: [{ module: 'kernel', start }, []],
}

/** OTP: `stdlib(6)`. Here its modules come with the runtime. */
export const stdlib_app: AppSpec = {
  application: 'stdlib',
  description: 'The behaviours: gen_server, gen_statem, supervisor',
  vsn: '0.1.0',
  applications: ['kernel'],
}
