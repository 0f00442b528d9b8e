// The other end of a watched node's socket: finds nodes, and asks them.

import type { Reason, Result, Timeout } from '../../runtime/erlang/term.ts'
import * as gen_tcp from '../kernel/gen_tcp.ts'
import { check_directory, socket_names, socket_path } from './observer_directory.ts'
import { type Answer, decode_answer, encode_request, longest_answer } from './observer_protocol.ts'
import type { SnapshotRequest } from './snapshot.ts'
import type { SystemInfo } from './system_info.ts'

/** A node that can be watched. */
export interface WatchedNode {
  readonly name: string
  /** Undefined when it does not answer. */
  readonly system: SystemInfo | undefined
}

/**
 * Why no node was found: there are none, there are several and nobody said which, there is none of that name, or the
 * directory of the sockets cannot be trusted or read.
 */
export type NotFound =
  | 'none'
  | readonly ['several', names: readonly string[]]
  | readonly ['unknown', wanted: string]
  | readonly ['directory', Reason]

/** Milliseconds that a node may take to answer when it is looked for. */
const patience = 1_000

/**
 * Connects to a node. The socket is passive.
 *
 * @returns `['error', reason]` with a reason of `observer.start`, or `'econnrefused'` or `'enoent'` when it is gone
 */
export async function connect(name: string): Promise<Result<gen_tcp.Socket>> {
  const checked = check_directory()
  if (checked !== 'ok') return checked
  const [tag, path] = socket_path(name)
  if (tag === 'error') return [tag, path]
  const options = { active: false, mode: 'binary', packet: 4, packet_size: longest_answer } as const
  return gen_tcp.connect(['local', path], 0, options, patience)
}

/**
 * Asks a node for a snapshot.
 *
 * @returns `['error', reason]`: `'timeout'`, `'closed'`, `'version'` when it speaks another one, or what the node says
 */
export async function ask(
  socket: gen_tcp.Socket,
  request: SnapshotRequest,
  timeout: Timeout,
): Promise<Answer> {
  const sent = await gen_tcp.send(socket, encode_request(request))
  if (sent !== 'ok') return sent
  const [tag, packet] = await gen_tcp.recv<Buffer>(socket, 0, timeout)
  return tag === 'ok' ? decode_answer(packet) : [tag, packet]
}

/**
 * The nodes that can be watched, in alphabetical order. Sockets that a program left behind are passed over.
 *
 * @returns `['error', ['directory', reason]]`, where the reason is `['unsafe_directory', path]` when others can enter
 *   the directory of the sockets, or a POSIX code
 */
export async function nodes(): Promise<Result<WatchedNode[], NotFound>> {
  const checked = check_directory()
  if (checked !== 'ok') return checked[1] === 'enoent' ? ['ok', []] : ['error', ['directory', checked[1]]]
  const found = await Promise.all(socket_names().map(look_at))
  return ['ok', found.filter(node => node !== undefined)]
}

/** The node of that name, or of that process of the operating system; without either, the only one there is. */
export async function find(wanted: string | undefined): Promise<Result<WatchedNode, NotFound>> {
  const [tag, found] = await nodes()
  if (tag === 'error') return [tag, found]
  if (wanted !== undefined) {
    const node =
      found.find(({ name }) => name === wanted) ?? found.find(({ system }) => `${system?.os_pid}` === wanted)
    return node === undefined ? ['error', ['unknown', wanted]] : ['ok', node]
  }
  const [only, ...others] = found
  if (only === undefined) return ['error', 'none']
  return others.length === 0 ? ['ok', only] : ['error', ['several', found.map(({ name }) => name)]]
}

async function look_at(name: string): Promise<WatchedNode | undefined> {
  const [tag, socket] = await connect(name)
  if (tag === 'error') return undefined
  const [told, answer] = await ask(socket, { views: [], sort_by: 'pid', limit: 1 }, patience)
  gen_tcp.close(socket)
  return { name, system: told === 'ok' ? answer.system : undefined }
}
