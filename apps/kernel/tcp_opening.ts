// How connections and listeners come to be: one attempt after another, on behalf of a process that may give up.

import type { Result, Timeout } from '../../runtime/erlang/term.ts'
import { type Family, getaddrs, type Host } from './inet_gethost.ts'
import { type ConnectOptions, type ListenOptions, socket_options } from './inet_options.ts'
import { type IpAddress, ntoa, parse_address } from './inet_parse.ts'
import { posix_code } from './inet_posix.ts'
import { Request } from './inet_request.ts'
import type { Socket } from './inet_socket.ts'
import * as inet_tcp from './inet_tcp.ts'
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
  let stream: inet_tcp.Stream | undefined
  const request = new Request<Result<Socket>>(timeout, ['error', 'timeout'], () => stream?.destroy())

  const attempt = (addresses: readonly IpAddress[], index: number): void => {
    const destination = {
      host: text(addresses[index]!),
      port,
      local_host: options.ip === undefined ? undefined : bound_to(options.ip, addresses[index]!.length === 8),
      local_port: options.port,
    }
    const attempted = inet_tcp.connect(destination, error => {
      if (!request.open) return
      if (error === undefined) request.settle(['ok', opened(request, attempted, options)])
      else if (index + 1 < addresses.length) attempt(addresses, index + 1)
      else request.settle(['error', posix_code(error)])
    })
    stream = attempted
  }

  getaddrs(host, family_of(options)).then(([tag, found]) => {
    if (!request.open) return
    if (tag === 'error') request.settle([tag, found])
    else attempt(found, 0)
  })
  return request.answer
}

export function open_listener(port: number, options: ListenOptions): Promise<Result<Socket>> {
  const { backlog = default_backlog, ipv6_v6only = false, ip = 'any' } = options
  const host = bound_to(ip, options.inet6 === true)
  let listener: Listener | undefined
  const request = new Request<Result<Socket>>('infinity', ['error', 'timeout'], () => server.close())
  const server = inet_tcp.listen(
    { host, port, backlog, ipv6_v6only },
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
      error(error) {
        if (listener === undefined) request.settle(['error', posix_code(error)])
        else listener.failed(error)
      },
    },
  )
  return request.answer
}

/** The socket starts passive, so that `active` counts and tells as when it is set later. */
function opened(request: Request<Result<Socket>>, stream: inet_tcp.Stream, options: ConnectOptions): Socket {
  const { active, ...initial } = socket_options(options)
  const connection = new Connection(request.process, stream, { ...initial, active: false })
  connection.setopts({ active })
  return connection.port
}

const family_of = (options: { inet6?: true }): Family => (options.inet6 ? 'inet6' : 'inet')

const text = (ip: IpAddress): string => ntoa(ip) as string

function bound_to(ip: NonNullable<ListenOptions['ip']>, is_ip6: boolean): string {
  if (ip === 'any') return is_ip6 ? '::' : '0.0.0.0'
  if (ip === 'loopback') return is_ip6 ? '::1' : '127.0.0.1'
  if (typeof ip !== 'string') return text(ip)
  const [tag, parsed] = parse_address(ip)
  return tag === 'ok' ? text(parsed) : ip
}
