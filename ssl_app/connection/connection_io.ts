// What flows through a connection: bytes from and to the transport, data to and from the user.

import { bump_reductions } from '../../runtime/erlang/scheduler.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import type { Done, Reason, Term } from '../../runtime/erlang/term.ts'
import { cancel_timer } from '../../runtime/erlang/timers.ts'
import type { ReplyAction } from '../../runtime/otp/gen_statem.ts'
import type { Connection, Ending } from './connection_data.ts'
import { active_after } from './user_data.ts'

/** Tells the connection's process that the transport takes data again. */
export const transport_ready = Symbol('transport_ready')
/** Tells it that the transport has taken what was said by {@link answer}. */
export const answer_taken = Symbol('answer_taken')

/** Tells it that so much was sent under its keys that new ones are due. */
export const keys_are_old = Symbol('keys_are_old')

/** Bytes that are encrypted before others get their turn. */
const bytes_per_turn = 1 << 20
/** Bytes of data that are taken in unasked, where a new handshake stands behind them. */
const most_unasked = 1 << 20
/** What a connection's work on so many bytes is worth in reductions. */
const bytes_per_reduction = 4_096

// ---- To the peer

const closed = ['error', 'closed'] as const

/** Hands bytes to the transport, behind whatever is on its way already. A promise does not reject. */
export function transmit(connection: Connection, bytes: readonly Uint8Array[]): Done | PromiseLike<Done> {
  const { cb_info, transport_socket } = connection.socket
  const done = cb_info[0].send(transport_socket, bytes)
  return done !== 'ok' && 'then' in done ? done.then(undefined, () => closed) : done
}

/**
 * Sends what the peer has given cause for. If the transport has to wait for the peer, the peer has to wait as well:
 * else one that asks and does not listen could fill the memory.
 */
export function answer(connection: Connection, bytes: readonly Uint8Array[]): void {
  const done = transmit(connection, bytes)
  if (done === 'ok' || !('then' in done)) return
  connection.answering = true
  tell_when_done(done, answer_taken)
}

/**
 * Sends what users have given, as long as the transport takes it.
 *
 * @returns the replies that are due
 */
export function pump(connection: Connection): ReplyAction[] {
  const replies: ReplyAction[] = []
  for (let sent = 0; !connection.congested && connection.senders.length > 0; ) {
    const sender = connection.senders[0]!
    if (sender.pieces.length === 0) {
      connection.senders.shift()
      replies.push(['reply', sender.from, 'ok'])
      continue
    }
    if (!may_send(connection)) break
    if (sent >= bytes_per_turn) {
      wake(connection)
      break
    }
    const piece = sender.pieces.shift()!
    sent += piece.length
    bump_reductions(Math.ceil(piece.length / bytes_per_reduction))
    const done = transmit(connection, connection.engine!.send(piece))
    if (done === 'ok') continue
    if ('then' in done) {
      connection.congested = true
      tell_when_done(done, transport_ready)
    } else {
      replies.push(...refuse_senders(connection, done))
    }
  }
  return replies
}

/** Nothing is sent during a handshake: what waits goes out under its keys. */
function may_send(connection: Connection): boolean {
  const { engine, renegotiation } = connection
  if (!engine!.connected || renegotiation !== undefined || !has_hearer(connection)) return false
  if (!are_keys_old(connection)) return true
  send(self(), keys_are_old)
  return false
}

/**
 * Whether somebody may listen: not behind an alert that ends it all. A peer that has closed its side can still be answered,
 * until the user has been told that there is no more; but not if it owes us its part of a handshake.
 */
export function has_hearer({ ending, engine, renegotiation }: Connection): boolean {
  if (ending === undefined) return true
  const has_closed = ending === 'closed' && engine!.behind_close !== undefined
  return has_closed && engine!.connected && renegotiation === undefined
}

/** Whether as many records were sent under the present keys as the option `renegotiate_at` allows. */
export const are_keys_old = ({ engine, options, records_before }: Connection): boolean =>
  engine!.records_sent - records_before >= options.renegotiate_at

/** Whoever waits to send, or is being sent, is told that it cannot be; and whoever waits for new keys. */
export function refuse_senders(connection: Connection, error: Done): ReplyAction[] {
  const refused = connection.senders.map(({ from }): ReplyAction => ['reply', from, error])
  const waiting = connection.renegotiation?.from
  connection.senders = []
  connection.renegotiation = undefined
  return waiting === undefined ? refused : [...refused, ['reply', waiting, closed]]
}

/** Tells the connection's process, if it still lives, what came of something that does not reject. */
export function tell_when_done(done: PromiseLike<unknown>, tag: symbol): void {
  const connection = self()
  // Not `send`, which is for processes that still live.
  done.then(result => connection.entity?.deliver([tag, result]))
}

/** Lets others have their turn first. */
function wake(connection: Connection): void {
  connection.congested = true
  send(self(), [transport_ready, 'ok'])
}

// ---- From the peer

/**
 * Asks the transport for data, if any is wanted and none was asked for.
 *
 * @returns false when the transport turns out to have gone: this is the end
 */
export function read_on(connection: Connection): boolean {
  if (connection.reading || connection.answering || connection.ending !== undefined) return true
  if (connection.asked_name !== undefined || connection.inquiring) return true
  if (connection.seeking && !connection.engine!.established) return true
  if (!wants_data(connection)) return true
  const { cb_info, transport_socket } = connection.socket
  connection.reading = cb_info[0].setopts(transport_socket, { active: 'once' }) === 'ok'
  if (!connection.reading) connection.ending = 'closed'
  return connection.reading
}

/** In passive mode nothing is read unless somebody waits for it, so that a peer that sends too much has to wait. */
function wants_data({ engine, user, receivers, renegotiation }: Connection): boolean {
  if (user.options.active !== false || receivers.length > 0) return true
  if (!engine!.established) return true
  return (!engine!.connected || renegotiation !== undefined) && user.size < most_unasked
}

/** What {@link deliver} came to. */
export interface Delivery {
  readonly replies: ReplyAction[]
  /** The connection is over: the user was told all there is to tell. */
  readonly over: boolean
}

/** Gives the user what is there, in the way it was asked for, and then, in its turn, the end. */
export function deliver(connection: Connection): Delivery {
  const replies: ReplyAction[] = []
  for (;;) {
    const active = connection.user.options.active
    const receiver = active === false ? connection.receivers[0] : undefined
    if (active === false && receiver === undefined) return { replies, over: false }

    const unit = connection.user.next(receiver?.length ?? 0)
    if (unit === 'none') break
    if (unit[0] === 'error') return { replies: [...replies, ...fail(connection, unit[1])], over: true }
    if (receiver === undefined) deliver_message(connection, unit[1])
    else replies.push(served(connection, unit))
  }
  if (connection.ending === undefined) return { replies, over: false }
  const over = !stays_half_open(connection)
  return { replies: [...replies, ...tell_end(connection, connection.ending)], over }
}

/** With `exit_on_close: false` a passive user who was told that the peer has closed its side can still send. */
function stays_half_open(connection: Connection): boolean {
  const { cb_info, transport_socket } = connection.socket
  if (connection.user.options.active !== false || !has_hearer(connection)) return false
  const [tag, options] = cb_info[0].getopts(transport_socket, ['exit_on_close'])
  return tag === 'ok' && options.exit_on_close === false
}

function served(connection: Connection, answer: Term): ReplyAction {
  const { from, timer } = connection.receivers.shift()!
  if (timer !== undefined) cancel_timer(timer)
  return ['reply', from, answer]
}

/** The user is told that there is no more, and why. */
export function tell_end(connection: Connection, ending: Ending): ReplyAction[] {
  if (connection.user.options.active === false) return refuse_receivers(connection, ending)
  const { owner, socket } = connection
  send(owner, ending === 'closed' ? ['ssl_closed', socket] : ['ssl_error', socket, ending])
  return []
}

function fail(connection: Connection, reason: Reason): ReplyAction[] {
  if (connection.user.options.active === false) return refuse_receivers(connection, reason)
  send(connection.owner, ['ssl_error', connection.socket, reason])
  return []
}

/** The first is told why; to those behind it the connection is closed. */
export function refuse_receivers(connection: Connection, reason: Reason): ReplyAction[] {
  const refused: ReplyAction[] = []
  while (connection.receivers.length > 0) {
    refused.push(served(connection, ['error', refused.length === 0 ? reason : 'closed']))
  }
  return refused
}

/** Whoever waits for anything is told that the connection is closed. */
export function refuse_all(connection: Connection): ReplyAction[] {
  const { starter } = connection
  const refused = [...refuse_senders(connection, closed), ...refuse_receivers(connection, 'closed')]
  return starter === undefined ? refused : [['reply', starter, closed], ...refused]
}

function deliver_message({ owner, socket, user }: Connection, data: unknown): void {
  send(owner, ['ssl', socket, data])
  const active = active_after(user.options.active)
  if (active === user.options.active) return
  const counted_down = typeof user.options.active === 'number' && active === false
  user.change({ active })
  if (counted_down) send(owner, ['ssl_passive', socket])
}
