// How connections and listeners come to be: one attempt after another, on behalf of a process that may give up.

import { ok, type Result, type Timeout } from '../../runtime/erlang/term.ts'
import { inet_driver } from './inet_db.ts'
import type { InetStream, SocketAddress } from './inet_driver.ts'
import { getaddrs, type Host } from './inet_gethost.ts'
import { type ConnectOptions, type ListenOptions, socket_options } from './inet_options.ts'
import { type IpAddress, parse_address } from './inet_parse.ts'
import { Request } from './inet_request.ts'
import type { Socket } from './inet_socket.ts'
import { Connection } from './tcp_connection.ts'
import { Listener } from './tcp_listener.ts'

/** Connections that wait to be accepted when nobody says how many may. */
const default_backlog = 1_024

/** Connects to the first address of `host` that answers. */
export function open_connection(
  host: Host,
  port: number,
  options: ConnectOptions,
  timeout: Timeout,
): Promise<Result<Socket>> {
  let stream: InetStream | undefined
  const request = new Request<Result<Socket>>(timeout, ['error', 'timeout'], () => stream?.destroy())

  const attempt = (addresses: readonly IpAddress[], index: number): void => {
    const ip = addresses[index]!
    const destination = {
      to: [ip, port] as const,
      from_ip: options.ip === undefined ? undefined : bound_to(options.ip, ip.length === 8),
      from_port: options.port,
    }
    const attempted = inet_driver().connect(destination, reason => {
      if (!request.open) return
      if (reason === undefined) request.settle(['ok', opened(request, attempted, options)])
      else if (index + 1 < addresses.length) attempt(addresses, index + 1)
      else request.settle(['error', reason])
    })
    stream = attempted
  }

  getaddrs(host, options.inet6 ? 'inet6' : 'inet').then(([tag, found]) => {
    if (!request.open) return
    if (tag === 'error') request.settle([tag, found])
    else attempt(found, 0)
  })
  return request.answer
}

export function open_listener(port: number, options: ListenOptions): Promise<Result<Socket>> {
  const { backlog = default_backlog, ipv6_v6only = false, ip = 'any' } = options
  const at: SocketAddress = [bound_to(ip, options.inet6 === true), port]
  let listener: Listener | undefined
  const request = new Request<Result<Socket>>('infinity', ['error', 'timeout'], () => server.close())
  const server = inet_driver().listen(
    { at, backlog, ipv6_v6only },
    {
      listening() {
        if (!request.open) {
          server.close()
          return
        }
        listener = new Listener(request.process, server, socket_options(options), backlog)
        request.settle(['ok', listener.port])
      },
      connection: stream => listener?.arrived(stream),
      failed(reason) {
        if (listener === undefined) request.settle(['error', reason])
        else listener.failed(reason)
      },
    },
  )
  return request.answer
}

/** The socket starts passive, so that `active` counts and tells as when it is set later. */
function opened(request: Request<Result<Socket>>, stream: InetStream, options: ConnectOptions): Socket {
  const { active, ...initial } = socket_options(options)
  const connection = new Connection(request.process, stream, { ...initial, active: false })
  connection.setopts({ active })
  return connection.port
}

const any = { ip4: [0, 0, 0, 0], ip6: [0, 0, 0, 0, 0, 0, 0, 0] } as const
const loopback = { ip4: [127, 0, 0, 1], ip6: [0, 0, 0, 0, 0, 0, 0, 1] } as const

function bound_to(ip: NonNullable<ListenOptions['ip']>, is_ip6: boolean): IpAddress {
  if (ip === 'any') return is_ip6 ? any.ip6 : any.ip4
  if (ip === 'loopback') return is_ip6 ? loopback.ip6 : loopback.ip4
  return typeof ip === 'string' ? ok(parse_address(ip)) : ip
}
