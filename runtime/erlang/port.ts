// Ports: outside resources, such as sockets, that belong to a process, are linked to it and end with it.

import { add, type Few, has, members, remove } from './few.ts'
import { type Entity, type Pid, Port } from './pid.ts'
import { current, type Monitor, type Monitored, type Process, stop_monitor } from './process.ts'
import { forget, name_of } from './registry.ts'
import { report } from './report.ts'
import { run_outside } from './self.ts'
import { Exit, type Reason, type Term } from './term.ts'

/** What the port is made of. */
export interface Driver {
  /** The port is closed: lets the resource go. Called once, outside any process. */
  close(reason: Reason): void
  /** A message was sent to the port. */
  command?(message: Term): void
  /** What else {@link port_info} tells: OTP's `name`, and bytes that came in and went out. */
  info?(): { readonly name?: string; readonly input?: number; readonly output?: number }
}

const all = new Map<number, OpenPort>()

/** An open port. */
export class OpenPort implements Entity, Monitored {
  readonly port = new Port()
  /** Who owns the port and gets its messages. OTP: `{connected, Pid}`. */
  connected: Pid
  monitored_by: Few<Monitor> = undefined
  readonly #driver: Driver
  #links: Few<Pid | Port> = undefined

  constructor(owner: Process, driver: Driver) {
    this.connected = owner.pid
    this.#driver = driver
    this.port.entity = this
    all.set(this.port.id, this)
    this.link(owner.pid)
    owner.link(this.port)
  }

  deliver(message: Term): void {
    this.#driver.command?.(message)
  }

  /** A port has no say: whatever signal comes from its owner or with a reason ends it. */
  exit_signal(from: Pid | Port, reason: Reason, by_link: boolean): void {
    if (by_link) {
      if (!has(this.#links, from)) return
      this.#links = remove(this.#links, from)
    }
    if (reason !== 'normal' || from === this.connected) this.close(reason)
  }

  link(other: Pid | Port): void {
    this.#links = add(this.#links, other)
  }

  unlink(other: Pid | Port): void {
    this.#links = remove(this.#links, other)
  }

  links(): (Pid | Port)[] {
    return members(this.#links)
  }

  info(): PortInfo {
    const { name, input, output } = this.#driver.info?.() ?? {}
    return {
      id: this.port.id,
      registered_name: name_of(this.port),
      connected: this.connected,
      links: this.links(),
      monitored_by: members(this.monitored_by).map(monitor => monitor.watcher.pid),
      name,
      input,
      output,
    }
  }

  close(reason: Reason): void {
    if (this.port.entity === undefined) return
    this.port.entity = undefined
    all.delete(this.port.id)
    forget(this.port)
    this.#let_go(reason)
    const linked = this.links()
    this.#links = undefined
    for (const other of linked) other.entity?.exit_signal(this.port, reason, true)
    for (const monitor of members(this.monitored_by)) {
      stop_monitor(monitor)
      monitor.down(reason)
    }
  }

  /** A driver that fails is told of; whoever closed the port has no part in it. */
  #let_go(reason: Reason): void {
    try {
      run_outside(() => this.#driver.close(reason))
    } catch (failure) {
      report('error', { label: ['error', 'port'], report: { port: this.port, reason: failure } })
    }
  }
}

/** Opens a port that belongs to, and is linked to, the running process. OTP: `erlang:open_port/2`. */
export const open_port = (driver: Driver): OpenPort => new OpenPort(current(), driver)

/**
 * Closes a port; a process linked to it gets the exit signal `'normal'`.
 *
 * @throws {@link Exit} `'badarg'` when it is closed
 * @see OTP: `erlang:port_close/1`
 */
export function port_close(port: Port): true {
  opened(port).close('normal')
  return true
}

/**
 * Makes `owner` the owner of the port and links the two; the link to the former owner is left to that one.
 *
 * @throws {@link Exit} `'badarg'` when the port is closed or the process has ended
 * @see OTP: `erlang:port_connect/2`
 */
export function port_connect(port: Port, owner: Pid): true {
  const it = opened(port)
  if (owner.entity === undefined) throw new Exit('badarg')
  it.connected = owner
  it.link(owner)
  owner.entity.link(port)
  return true
}

/** What {@link port_info} tells. `name`, `input` and `output` (bytes) are undefined where the driver does not know. */
export interface PortInfo {
  readonly id: number
  readonly registered_name: string | undefined
  readonly connected: Pid
  readonly links: readonly (Pid | Port)[]
  readonly monitored_by: readonly Pid[]
  readonly name: string | undefined
  readonly input: number | undefined
  readonly output: number | undefined
}

/**
 * What is known of an open port: one item, or all of them; undefined when it is closed.
 *
 * @throws {@link Exit} `'badarg'` for an item that is not known
 * @see OTP: `erlang:port_info/1,2`
 */
export function port_info(port: Port): PortInfo | undefined
export function port_info<Item extends keyof PortInfo>(
  port: Port,
  item: Item,
): [Item, PortInfo[Item]] | undefined
export function port_info(port: Port, item?: keyof PortInfo): Term {
  if (item !== undefined && !items.has(item)) throw new Exit('badarg')
  const info = all.get(port.id)?.info()
  return item === undefined || info === undefined ? info : [item, info[item]]
}

const items: ReadonlySet<keyof PortInfo> = new Set([
  'id',
  'registered_name',
  'connected',
  'links',
  'monitored_by',
  'name',
  'input',
  'output',
])

/** Every open port, oldest first. OTP: `erlang:ports/0`. */
export const ports = (): Port[] => Array.from(all.values(), it => it.port)

function opened(port: Port): OpenPort {
  const it = all.get(port.id)
  if (it === undefined) throw new Exit('badarg')
  return it
}
