// The ports as a table; of those that are sockets, what inet knows of them.

import type { Pid, Port } from '../../runtime/erlang/pid.ts'
import { port_info, ports } from '../../runtime/erlang/port.ts'
import { inet } from '../kernel/index.ts'
import { largest } from './largest.ts'
import { process_name } from './process_table.ts'

/** A port. */
export interface PortRow {
  readonly port: Port
  /** Its registered name, else what its driver is called: `tcp_inet`. */
  readonly name: string
  readonly owner: Pid
  readonly owner_name: string
  /** Bytes that came in and went out; undefined where the port does not know. */
  readonly input: number | undefined
  readonly output: number | undefined
  /** What only sockets have. */
  readonly socket: SocketDetails | undefined
}

/** What is known of a socket. OTP: `inet:info/1`, `inet:i/0`. */
export interface SocketDetails {
  readonly states: readonly inet.SocketState[]
  /** As text: `127.0.0.1:80`, `[::1]:80`, or a path; undefined once it is gone. */
  readonly local_address: string | undefined
  /** Undefined of a listener too. */
  readonly foreign_address: string | undefined
  readonly statistics: inet.Statistics
}

/** Which ports, and in which order. */
export interface PortTableOptions {
  /** Numbers with the largest first; `'port'`: the oldest first. Default: `'port'` */
  readonly sort_by?: 'port' | 'input' | 'output'
  /** How many rows at most. Default: all */
  readonly limit?: number
}

/** The ports that are open. */
export function port_table(options: PortTableOptions = {}): PortRow[] {
  const { sort_by = 'port', limit = Number.POSITIVE_INFINITY } = options
  if (sort_by === 'port') return ports().slice(0, limit).map(row)
  return largest(ports(), limit, port => port_info(port)?.[sort_by] ?? 0).map(row)
}

function row(port: Port): PortRow {
  const { registered_name, name, connected, input, output } = port_info(port)!
  return {
    port,
    name: registered_name ?? name ?? '',
    owner: connected,
    owner_name: process_name(connected),
    input,
    output,
    socket: details(port),
  }
}

function details(port: Port): SocketDetails | undefined {
  const about = inet.info(port)
  if (!('counters' in about)) return undefined
  return {
    states: about.states,
    local_address: address_text(inet.sockname(port)),
    foreign_address: address_text(inet.peername(port)),
    statistics: about.counters,
  }
}

function address_text([tag, address]: ReturnType<typeof inet.sockname>): string | undefined {
  if (tag === 'error') return undefined
  const [ip, port] = address
  if (ip === 'local') return port
  const text = inet.ntoa(ip)
  return ip.length === 8 ? `[${text}]:${port}` : `${text}:${port}`
}
