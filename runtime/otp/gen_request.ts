// Requests that are sent now and whose replies are waited for later, one by one or any of many.

import { monotonic_time } from '../erlang/clock.ts'
import { deep_freeze, freezes_messages } from '../erlang/debug.ts'
import type { Addressee } from '../erlang/pid.ts'
import { add_monitor, current, type Process, stop_monitor } from '../erlang/process.ts'
import { after, on, receive } from '../erlang/receive.ts'
import { _, Exit, type Reason, type Term, type Timeout } from '../erlang/term.ts'
import { Asked, process_of } from './gen.ts'
import { other_node, type ServerRef } from './gen_names.ts'
import { VersionedMap } from './versioned_map.ts'

/** Milliseconds from now, or, as `['abs', time]`, the moment by `monotonic_time`. OTP: `gen_server:response_timeout()`. */
export type ResponseTimeout = Timeout | readonly ['abs', number]

/** What came of a request. OTP: `gen_server:response()`. */
export type Response<Answer = Term> =
  | readonly ['reply', Answer]
  | readonly ['error', readonly [Reason, ServerRef]]

/** Requests with a label each; every change gives another collection. OTP: `gen_server:request_id_collection()`. */
export type Requests = VersionedMap<RequestId, Term>

/** What came of one of many requests: its label, and the requests that are left. */
export type LabelledResponse<Answer = Term> = readonly [Response<Answer>, label: Term, Requests]

/** A request whose reply has not been looked at. OTP: `gen_server:request_id()`. */
export class RequestId<Answer = Term> extends Asked implements Addressee {
  readonly server: ServerRef
  /** What its reply is; it holds nothing. */
  declare readonly answer?: Answer

  constructor(watcher: Process, target: Process, server: ServerRef) {
    super(watcher, target, target.pid)
    this.server = server
  }

  /** The reply: it comes once, and not after word that the other one ended. */
  deliver(message: Term): void {
    this.alias = undefined
    if (stop_monitor(this)) this.watcher.deliver(message)
  }

  /** No reply is wanted any more. */
  abandon(): void {
    this.alias = undefined
    stop_monitor(this)
  }

  /** What a message says of the request; undefined, if it is about something else. */
  response_in(message: Term): Response | undefined {
    if (!Array.isArray(message)) return undefined
    if (message[0] === this && message.length === 2) return ['reply', message[1]]
    return message[0] === 'DOWN' && message[1] === this ? ['error', [message[4], this.server]] : undefined
  }
}

// ---- Sending

/**
 * Sends a process `[label, from, request]`; its reply, or word of its end, will come as a message.
 *
 * @see OTP: `gen:send_request/3`
 */
export function start_request(server: ServerRef, label: string, request: Term): RequestId {
  const caller = current()
  if (freezes_messages()) deep_freeze(request)
  const callee = process_of(server)
  if (callee === undefined) return nobody_to_ask(caller, server)
  const id = new RequestId(caller, callee, server)
  id.alias = id
  add_monitor(id)
  callee.deliver([label, [caller.pid, id], request])
  return id
}

/** As when a monitor finds nobody. */
function nobody_to_ask(caller: Process, server: ServerRef): RequestId {
  const id = new RequestId(caller, caller, server)
  const elsewhere = other_node(server)
  const reason = elsewhere === undefined ? 'noproc' : ['nodedown', elsewhere]
  caller.deliver(['DOWN', id, 'process', server, reason])
  return id
}

// ---- Collections

/** An empty collection of requests. OTP: `gen_server:reqids_new/0`. */
export const reqids_new = (): Requests => new VersionedMap()

/**
 * The collection with one more request.
 *
 * @throws {@link Exit} `'badarg'` when it is in there already
 * @see OTP: `gen_server:reqids_add/3`
 */
export function reqids_add(id: RequestId, label: Term, requests: Requests): Requests {
  if (!(id instanceof RequestId) || entries_of(requests).has(id)) throw new Exit('badarg')
  return requests.with(id, label)
}

/** How many requests there are. OTP: `gen_server:reqids_size/1`. */
export const reqids_size = (requests: Requests): number => entries_of(requests).size

/** The requests with their labels. OTP: `gen_server:reqids_to_list/1`. */
export const reqids_to_list = (requests: Requests): [RequestId, label: Term][] => [...entries_of(requests)]

// ---- Responses

/**
 * What a message that was received says of a request, or of any of many.
 *
 * @param forget - whether the request that it is about is to be missing in the collection that is given back
 * @returns `['reply', answer]`, or `['error', [reason, server]]` when the server ended or is not there; for many
 *   `[that, label, requests]`. `'no_reply'` when the message is about something else, `'no_request'` when there are none
 * @throws {@link Exit} `'badarg'`
 * @see OTP: `gen_server:check_response/2,3`
 */
export function check_response<Answer>(message: Term, id: RequestId<Answer>): Response<Answer> | 'no_reply'
export function check_response(
  message: Term,
  requests: Requests,
  forget: boolean,
): LabelledResponse | 'no_request' | 'no_reply'
export function check_response(message: Term, asked: RequestId | Requests, forget = false): Term {
  if (asked instanceof RequestId) return asked.response_in(message) ?? 'no_reply'
  const ids = entries_of(asked)
  if (ids.size === 0) return 'no_request'
  const id = id_in(message, ids)
  const response = id?.response_in(message)
  if (response === undefined) return 'no_reply'
  return [response, ids.get(id!), forget ? (asked as Requests).without(id!) : asked]
}

/**
 * Waits for what comes of a request, or of any of many. What is late can be waited for again.
 *
 * @returns as {@link check_response}, or `'timeout'`
 * @throws {@link Exit} `'badarg'`
 * @see OTP: `gen_server:wait_response/2,3`
 */
export function wait_response<Answer>(
  id: RequestId<Answer>,
  timeout?: ResponseTimeout,
): Promise<Response<Answer> | 'timeout'>
export function wait_response(
  requests: Requests,
  timeout: ResponseTimeout,
  forget: boolean,
): Promise<LabelledResponse | 'no_request' | 'timeout'>
export function wait_response(
  asked: RequestId | Requests,
  timeout: ResponseTimeout = 'infinity',
  forget = false,
): Promise<Term> {
  return next_response(asked, timeout, forget)
}

/**
 * As {@link wait_response}, but what is late is abandoned: no response comes any more.
 *
 * @see OTP: `gen_server:receive_response/2,3`
 */
export function receive_response<Answer>(
  id: RequestId<Answer>,
  timeout?: ResponseTimeout,
): Promise<Response<Answer> | 'timeout'>
export function receive_response(
  requests: Requests,
  timeout: ResponseTimeout,
  forget: boolean,
): Promise<LabelledResponse | 'no_request' | 'timeout'>
export async function receive_response(
  asked: RequestId | Requests,
  timeout: ResponseTimeout = 'infinity',
  forget = false,
): Promise<Term> {
  const response = await next_response(asked, timeout, forget)
  if (response !== 'timeout') return response
  for (const id of asked instanceof RequestId ? [asked] : asked.entries.keys()) id.abandon()
  return response
}

async function next_response(
  asked: RequestId | Requests,
  timeout: ResponseTimeout,
  forget: boolean,
): Promise<Term> {
  const time = Array.isArray(timeout) ? Math.max(0, timeout[1] - monotonic_time()) : (timeout as Timeout)
  const late = after(time, () => 'timeout' as Term)
  if (asked instanceof RequestId) {
    // Patterns that name the request, so that messages which are older than that are not looked at.
    const response = (message: Term): Term => asked.response_in(message)
    return receive(on([asked, _], response), on(['DOWN', asked, _, _, _], response), late)
  }
  const ids = entries_of(asked)
  if (ids.size === 0) return 'no_request'
  const response = (message: Term): Term => check_response(message, asked, forget)
  return receive(
    on(_, response, message => id_in(message, ids) !== undefined),
    late,
  )
}

/** @throws {@link Exit} `'badarg'` for what is no collection of requests */
export function entries_of(requests: Requests): ReadonlyMap<RequestId, Term> {
  if (!(requests instanceof VersionedMap)) throw new Exit('badarg')
  return requests.entries
}

/** The request that a message is about. */
function id_in(message: Term, ids: ReadonlyMap<RequestId, Term>): RequestId | undefined {
  if (!Array.isArray(message)) return undefined
  const tag = message[0] === 'DOWN' ? message[1] : message.length === 2 ? message[0] : undefined
  return tag instanceof RequestId && ids.has(tag) ? tag : undefined
}
