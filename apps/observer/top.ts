// `kista top` at work: a process that asks the node, shows what it answers, and takes keys.

import { clear_timer, set_timer } from '../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { on, receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import { send } from '../../runtime/erlang/send.ts'
import { _, type Reason, type Result } from '../../runtime/erlang/term.ts'
import * as gen_tcp from '../kernel/gen_tcp.ts'
import * as inet from '../kernel/inet.ts'
import { decode_answer, encode_request } from './observer_protocol.ts'
import { type Event, type Model, request_of, update } from './top_model.ts'
import { screen, to_ansi } from './top_screen.ts'
import type { Terminal } from './top_terminal.ts'

/** What is watched, and how often it is asked, in milliseconds. */
export interface Watched {
  readonly socket: gen_tcp.Socket
  readonly interval: number
}

/**
 * Shows what a node does until the user has seen enough. Runs in a process, which owns the socket.
 *
 * @returns `['ok', 'quit']`; `['error', reason]` when the node has gone: `'closed'`, or what its answer was
 */
export async function watch(
  { socket, interval }: Watched,
  model: Model,
  terminal: Terminal,
): Promise<Result<'quit', Reason>> {
  const me = self()
  const close = terminal.open(event => send(me, event))
  let timer = set_timer(interval, function tick() {
    timer = set_timer(interval, tick)
    send(me, ['tick'])
  })
  try {
    return await show(socket, model, terminal)
  } finally {
    clear_timer(timer)
    close()
  }
}

async function show(
  socket: gen_tcp.Socket,
  first: Model,
  terminal: Terminal,
): Promise<Result<'quit', Reason>> {
  let model = first
  if (inet.setopts(socket, { active: true }) !== 'ok') return ['error', 'closed']
  gen_tcp.send(socket, encode_request(request_of(model)))
  for (;;) {
    terminal.write(to_ansi(screen(model, model.size)))
    const [tag, event] = await next_event(socket)
    if (tag === 'error') return [tag, event]
    const [next, action] = update(model, event)
    model = next
    if (action === 'quit') return ['ok', 'quit']
    if (action === 'ask') gen_tcp.send(socket, encode_request(request_of(model)))
  }
}

const next_event = (socket: gen_tcp.Socket): Promise<Result<Event, Reason>> =>
  receive(
    on(['key', _], ([, key]) => happened(['key', key, monotonic_time()])),
    on(['resize', _], ([, size]) => happened(['resize', size])),
    on(['tick'], () => happened(['tick', monotonic_time()])),
    on(['tcp', socket, _], ([, , packet]) => answer_in(packet)),
    on(['tcp_error', socket, _], ([, , reason]) => gone(reason)),
    on(['tcp_closed', socket], () => gone('closed')),
  )

const happened = (event: Event): Result<Event, Reason> => ['ok', event]
const gone = (reason: Reason): Result<Event, Reason> => ['error', reason]

function answer_in(packet: Uint8Array): Result<Event, Reason> {
  const [tag, answer] = decode_answer(packet)
  return tag === 'ok' ? [tag, ['answer', answer, monotonic_time()]] : [tag, answer]
}
