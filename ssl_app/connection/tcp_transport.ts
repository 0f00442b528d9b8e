// TCP as the transport beneath TLS: what the option `cb_info` is unless a user says otherwise.

import * as gen_tcp from '../../apps/kernel/gen_tcp.ts'
import * as inet from '../../apps/kernel/inet.ts'
import type { CbInfo, Transport } from './ssl_socket.ts'

const tcp_transport: Transport = {
  connect: gen_tcp.connect,
  listen: gen_tcp.listen,
  accept: gen_tcp.accept,
  send: gen_tcp.send,
  recv: gen_tcp.recv,
  close: gen_tcp.close,
  shutdown: gen_tcp.shutdown,
  controlling_process: gen_tcp.controlling_process,
  setopts: inet.setopts,
  getopts: inet.getopts as Transport['getopts'],
  peername: inet.peername,
  sockname: inet.sockname,
  getstat: inet.getstat as NonNullable<Transport['getstat']>,
}

/** OTP: the default of the option `cb_info`. */
export const tcp: CbInfo = [tcp_transport, 'tcp', 'tcp_closed', 'tcp_error']
