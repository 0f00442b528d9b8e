// What is known of the open sockets, one by one and as a table for people.

import { format_term } from '../../runtime/erlang/io_lib.ts'
import type { Pid, Port } from '../../runtime/erlang/pid.ts'
import { port_info } from '../../runtime/erlang/port.ts'
import type { SocketAddress } from './inet_driver.ts'
import { ntoa } from './inet_parse.ts'
import {
  type InetSocket,
  open_sockets,
  type Socket,
  type SocketState,
  type Statistics,
  socket_of,
} from './inet_socket.ts'

/** OTP: what `inet:info/1` tells of a port. */
export type SocketInfo =
  | {
      readonly counters: Statistics
      readonly input: number
      readonly output: number
      readonly links: readonly (Pid | Port)[]
      readonly owner: Pid
      readonly states: readonly SocketState[]
    }
  | { readonly states: readonly ['closed'] }

/** What is known of a socket. OTP: `inet:info/1` */
export function info(socket: Socket): SocketInfo {
  const it = socket_of(socket)
  const port = port_info(socket)
  if (it === undefined || port === undefined) return { states: ['closed'] }
  const counters = it.getstat()
  return {
    counters,
    input: counters.recv_oct,
    output: counters.send_oct,
    links: port.links,
    owner: port.connected,
    states: it.states(),
  }
}

/** A row of the table of sockets. */
export interface SocketRow {
  readonly port: Socket
  readonly module: 'inet_tcp' | 'inet6_tcp' | 'local_tcp'
  /** Bytes received. */
  readonly recv: number
  /** Bytes sent. */
  readonly sent: number
  readonly owner: Pid
  /** Undefined once the connection is gone. */
  readonly local_address: SocketAddress | undefined
  /** Undefined for a listener, and once the connection is gone. */
  readonly foreign_address: SocketAddress | undefined
  /** `LN:O` listens; `ACCEPTING`, and somebody waits; `CONNECTED(O)`; `CLOSED` by the peer, and not here yet. */
  readonly state: 'LN:O' | 'ACCEPTING' | 'CONNECTED(O)' | 'CLOSED'
  readonly type: 'STREAM'
}

/** Every open socket, oldest first: the rows that {@link i} prints. */
export const sockets = (): SocketRow[] => open_sockets().map(([port, socket]) => row(port, socket))

/**
 * Prints the open sockets as a table.
 *
 * @param _proto - there is TCP
 * @param fields - the columns, in this order. Default: all
 * @see OTP: `inet:i/0,1,2`
 */
export function i(_proto: 'tcp' = 'tcp', fields: readonly (keyof SocketRow)[] = all_fields): 'ok' {
  const lines = [fields.map(title), ...sockets().map(socket => fields.map(field => cell(socket, field)))]
  const widths = fields.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  for (const line of lines)
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column]!))
        .join(' ')
        .trimEnd(),
    )
  return 'ok'
}

const all_fields: readonly (keyof SocketRow)[] = [
  'port',
  'module',
  'recv',
  'sent',
  'owner',
  'local_address',
  'foreign_address',
  'state',
  'type',
]

function row(port: Socket, socket: InetSocket): SocketRow {
  const { recv_oct, send_oct } = socket.getstat()
  const local_address = known(socket.sockname())
  return {
    port,
    module: module_of(local_address),
    recv: recv_oct,
    sent: send_oct,
    owner: port_info(port)!.connected,
    local_address,
    foreign_address: known(socket.peername()),
    state: state_of(socket.states()),
    type: 'STREAM',
  }
}

const known = ([tag, address]: readonly [string, unknown]): SocketAddress | undefined =>
  tag === 'ok' ? (address as SocketAddress) : undefined

function module_of(address: SocketAddress | undefined): SocketRow['module'] {
  if (address?.[0] === 'local') return 'local_tcp'
  return address !== undefined && address[0].length === 8 ? 'inet6_tcp' : 'inet_tcp'
}

function state_of(states: readonly SocketState[]): SocketRow['state'] {
  if (states.includes('accepting')) return 'ACCEPTING'
  if (states.includes('listen')) return 'LN:O'
  return states.includes('connected') ? 'CONNECTED(O)' : 'CLOSED'
}

const title = (field: string): string =>
  field.replace(/(^|_)([a-z])/g, (_, gap, letter) => (gap && ' ') + letter.toUpperCase())

function cell(socket: SocketRow, field: keyof SocketRow): string {
  const value = socket[field]
  if (field === 'local_address' || field === 'foreign_address')
    return address_text(value as SocketAddress | undefined)
  return typeof value === 'object' ? format_term(value) : String(value)
}

function address_text(address: SocketAddress | undefined): string {
  if (address === undefined) return '*:*'
  const [ip, port] = address
  if (ip === 'local') return `local:${port}`
  return `${ip.every(part => part === 0) ? '*' : ntoa(ip)}:${port}`
}
