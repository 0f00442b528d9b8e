// How connections and listeners come to be: one attempt after another, on behalf of a process that may give up.

import { Exit, ok, type Reason, type Result, type Timeout } from '../../runtime/erlang/term.ts'
import { inet_driver } from './inet_db.ts'
import type { Destination, Family, InetStream, LocalAddress, SocketAddress } from './inet_driver.ts'
import { getaddrs, type Host } from './inet_gethost.ts'
import { type ConnectOptions, is_local_address, type ListenOptions, socket_options } from './inet_options.ts'
import { type IpAddress, parse_address } from './inet_parse.ts'
import { Request } from './inet_request.ts'
import type { Socket } from './inet_socket.ts'
import { Connection } from './tcp_connection.ts'
import { Listener } from './tcp_listener.ts'

/** Connections that wait to be accepted when nobody says how many may. */
const default_backlog = 1_024

/** Connects to the first address of `host` that answers. */
export async function open_connection(
  host: Host,
  port: number,
  options: ConnectOptions,
  timeout: Timeout,
): Promise<Result<Socket>> {
  const { inet6, local, port: from_port, ip: bound = options.ifaddr } = options
  if (local || is_local_address(bound)) return ['error', 'einval']
  const opening = new Opening(options, timeout)
  getaddrs(host, inet6 ? 'inet6' : 'inet').then(([tag, found]) => {
    if (tag === 'error') opening.fail(found)
    else {
      const from_ip = (ip: IpAddress) => (bound === undefined ? undefined : bound_to(bound, family_of(ip)))
      opening.attempt(found.map(ip => ({ to: [ip, port], from_ip: from_ip(ip), from_port })))
    }
  })
  return opening.answer
}

/** Connects to a unix domain socket. Node cannot give the own end a path. */
export async function open_local_connection(
  to: LocalAddress,
  options: ConnectOptions,
  timeout: Timeout,
): Promise<Result<Socket>> {
  if (options.ip !== undefined || options.ifaddr !== undefined || options.port) return ['error', 'einval']
  if (!is_path_whole(to)) return ['error', 'einval']
  const opening = new Opening(options, timeout)
  opening.attempt([{ to, from_ip: undefined, from_port: undefined }])
  return opening.answer
}

/** Attempts at one destination after another, for a process that may give up. */
class Opening {
  readonly #options: ConnectOptions
  readonly #request: Request<Result<Socket>>
  #stream: InetStream | undefined

  constructor(options: ConnectOptions, timeout: Timeout) {
    this.#options = options
    this.#request = new Request<Result<Socket>>(timeout, ['error', 'timeout'], () => this.#stream?.destroy())
  }

  get answer(): Promise<Result<Socket>> {
    return this.#request.answer
  }

  fail(reason: Reason): void {
    this.#request.settle(['error', reason])
  }

  attempt([destination, ...others]: readonly Destination[]): void {
    if (destination === undefined || !this.#request.open) return
    const stream = inet_driver().connect(destination, reason => {
      if (!this.#request.open) return
      if (reason === undefined) this.#request.settle(['ok', this.#opened(stream)])
      else if (others.length > 0) this.attempt(others)
      else this.fail(reason)
    })
    this.#stream = stream
  }

  /** The socket starts passive, so that `active` counts and tells as when it is set later. */
  #opened(stream: InetStream): Socket {
    const { active, ...initial } = socket_options(this.#options)
    const connection = new Connection(this.#request.process, stream, { ...initial, active: false })
    connection.setopts({ active })
    return connection.port
  }
}

/** Listens where the options say, and else on `port` of any address. */
export async function open_listener(port: number, options: ListenOptions): Promise<Result<Socket>> {
  const { backlog = default_backlog, ipv6_v6only = false, keeps_alive = true } = options
  const at = listening_at(port, options)
  if (at === undefined || (is_local_address(at) && !is_path_whole(at))) return ['error', 'einval']
  let listener: Listener | undefined
  const request = new Request<Result<Socket>>('infinity', ['error', 'timeout'], () => server.close())
  const server = inet_driver().listen(
    { at, backlog, ipv6_v6only, keeps_alive },
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

/** Bytes that the system has room for. */
const longest_path = process.platform === 'linux' ? 107 : 103

/** Node passes on what fits of a path, up to a zero, unless it begins with one, as Linux's abstract names do. */
const is_path_whole = ([, path]: LocalAddress): boolean =>
  Buffer.byteLength(path) <= longest_path && path.indexOf('\0', 1) < 0

/**
 * @returns undefined for a unix domain socket without a path
 * @throws Exit `'badarg'` for one with a port or an IP family
 */
function listening_at(argument: number, options: ListenOptions): SocketAddress | undefined {
  const { ip: bound = options.ifaddr, inet, inet6, local, port = argument } = options
  if (is_local_address(bound)) {
    if (port !== 0 || inet || inet6) throw new Exit('badarg')
    return bound
  }
  return local ? undefined : [bound_to(bound ?? 'any', inet6 ? 'inet6' : 'inet'), port]
}

const any = { inet: [0, 0, 0, 0], inet6: [0, 0, 0, 0, 0, 0, 0, 0] } as const
const loopback = { inet: [127, 0, 0, 1], inet6: [0, 0, 0, 0, 0, 0, 0, 1] } as const

const family_of = (ip: IpAddress): Family => (ip.length === 8 ? 'inet6' : 'inet')

function bound_to(ip: IpAddress | string, family: Family): IpAddress {
  if (ip === 'any') return any[family]
  if (ip === 'loopback') return loopback[family]
  return typeof ip === 'string' ? ok(parse_address(ip)) : ip
}
