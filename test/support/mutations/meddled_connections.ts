// Whole connections, the far end of which is a peer that meddles with one message.

import type { Port, Result, Term } from '../../../runtime/index.ts'
import type { HandshakeConfig } from '../../../ssl_app/handshake/handshake_data.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { config } from '../engine_pair.ts'
import { settle } from '../memory_pair.ts'
import type { MemoryTransport } from '../memory_transport.ts'
import { RoguePeer } from '../rogue_peer.ts'
import { meddle } from './deeds.ts'
import type { Dice } from './dice.ts'
import type { Deed } from './messages.ts'
import { steady_environment } from './steady_environment.ts'

/** What one side of ours is given, and what the peer of the other side is set to. */
export interface Sides {
  readonly client: ssl.ConnectOptions
  readonly server: ssl.ListenOptions
  readonly peer: Readonly<Record<Role, Partial<HandshakeConfig>>>
}

/** How a case ended. */
export interface Told {
  /** What the user was told: `'connected'`, or why not. */
  readonly answer: Term
  /** Undefined: the handshake had fewer steps. */
  readonly deed: Deed | undefined
  /** Whether the connection was given up, once the user had closed it or been told of its end. */
  readonly is_closed: boolean
}

/** Milliseconds of virtual time; what takes longer hangs. */
const patience = 60_000
const most_steps = 7

/** Shakes hands in `role` with a peer that meddles and then says no more, and closes what there is to close. */
export async function shake_hands(
  network: MemoryTransport,
  role: Role,
  sides: Sides,
  dice: Dice,
): Promise<Told> {
  const [near, far] = network.pair()
  const passive = { mode: 'binary', active: false, cb_info: network.cb_info } as const
  const shaking: Promise<Result<ssl.SslSocket>> =
    role === 'client'
      ? ssl.connect(near, { ...passive, ...sides.client }, patience)
      : ssl.handshake(near, { ...passive, ...sides.server }, patience)
  const other = role === 'client' ? 'server' : 'client'
  const peer = new RoguePeer(other, config(other, sides.peer[other]), steady_environment(other))
  if (other === 'client') peer.start()
  const deed = await talk(network, far, peer, dice)
  network.close(far)
  const [tag, answer] = await shaking
  if (tag === 'ok') await ssl.close(answer)
  await settle()
  const [, end] = await network.recv(near, 0, 1)
  return { answer: tag === 'ok' ? 'connected' : answer, deed, is_closed: end === 'closed' }
}

/** Until nothing more comes, or there is nothing more to say. */
async function talk(
  network: MemoryTransport,
  far: Port,
  peer: RoguePeer,
  dice: Dice,
): Promise<Deed | undefined> {
  const target = dice.below(most_steps)
  const lies = dice.below(2) === 0
  let is_protected = false
  let deed: Deed | undefined
  for (let step = 0; ; ) {
    if (peer.plan.length === 0) {
      if (!(await hear(network, far, peer))) return deed
      continue
    }
    const situation = { rogue: peer, dice, lies, is_protected }
    if (peer.plan[0]![0] === 'change_cipher_spec') is_protected = true
    if (step === target) deed = meddle(situation)
    const said = step++ === target ? deed!.pieces : [peer.next()]
    for (const bytes of said) network.send(far, [bytes])
  }
}

/** @returns whether it has understood something */
async function hear(network: MemoryTransport, far: Port, peer: RoguePeer): Promise<boolean> {
  const [tag, bytes] = await network.recv(far, 0, 1)
  if (tag === 'error') return false
  try {
    peer.hear([bytes])
    return true
  } catch {
    return false
  }
}
