// The application, in OTP a file `https_status.app`.

import type { application } from '../../apps/kernel/index.ts'
import * as https_status_sup from './https_status_sup.ts'
import type { Environment } from './status_listener.ts'

/** @param env - where it listens: at the first of `ports` that is free; `options`: of `ssl.listen` */
export const status_app = (env: Environment): application.AppSpec => ({
  application: 'https_status',
  description: 'A page that tells how it came, over HTTPS',
  vsn: '1.0.0',
  registered: ['https_status_sup', 'status_connection_sup', 'status_listener', 'status_acceptor_sup'],
  applications: ['ssl'],
  env: { ...env },
  mod: [https_status_sup, []],
})
