// One handshake, in which one message is meddled with, and what comes of it.

import type { Effect } from '../../../ssl_app/handshake/effects.ts'
import { TlsEngine } from '../../../ssl_app/handshake/tls_engine.ts'
import type { AlertDescription } from '../../../ssl_app/record/ssl_alert.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { serve, those } from '../engine_pair.ts'
import { RoguePeer } from '../rogue_peer.ts'
import { meddle } from './deeds.ts'
import type { Dice } from './dice.ts'
import type { Deed } from './messages.ts'
import { meddled_hello, old_hello } from './old_hello.ts'
import { type Stage, stage_config, type Theatre } from './stages.ts'
import { steady_environment } from './steady_environment.ts'

/** How it ended for the side that keeps to the protocol. */
export type Ending =
  /** It has refused what it was sent. */
  | 'refused'
  /** The other side has ended it. */
  | 'ended'
  | 'connected'
  /** It waits for more. */
  | 'waiting'

/** All there is to say about a case. */
export interface Play {
  readonly ending: Ending
  readonly deed: Deed
  readonly victim: TlsEngine
  readonly rogue: RoguePeer
  readonly effects: readonly Effect[]
  /** The alert with which it refused. */
  readonly refusal: AlertDescription | undefined
  /** Handshakes that came to their end before anything was meddled with. */
  readonly good_before: number
  /** Whether the other side has given up: it did not understand the answer to what it sent. */
  readonly gave_up: boolean
}

const not_yet: Deed = { label: 'nothing', pieces: [], is_other: false }

/** Mutable: an engine, and the peer that meddles. */
export class Scene {
  readonly stage: Stage
  readonly victim: TlsEngine
  readonly rogue: RoguePeer
  readonly effects: Effect[] = []
  /** Steps that the peer has taken. */
  steps = 0
  gave_up = false
  is_protected = false
  #is_again = false

  constructor(role: Role, stage: Stage, theatre: Theatre) {
    const other = role === 'client' ? 'server' : 'client'
    const { offered, kept } = stage.settings
    const world = (side: Role) => steady_environment(side, kept, offered?.ticket)
    this.stage = stage
    this.victim = new TlsEngine(role, stage_config(role, stage, theatre), world(role))
    this.rogue = new RoguePeer(other, stage_config(other, stage, theatre), world(other))
    if (role === 'client') this.tell(this.victim.start(offered))
    else this.rogue.start(offered)
  }

  /** Whether the peer has something to say; a stage with another handshake goes on to that. */
  goes_on(): boolean {
    if (this.is_over || this.gave_up) return false
    if (this.rogue.plan.length > 0) return true
    if (!this.stage.again || this.#is_again || !this.victim.connected || !this.rogue.connected) return false
    this.#is_again = true
    if (this.victim.role === 'client') this.tell(this.victim.renegotiate())
    else this.#attempt(() => this.rogue.begin_again())
    return this.rogue.plan.length > 0
  }

  get is_over(): boolean {
    return this.effects.some(
      ([kind, told]) =>
        kind === 'own_alert' ||
        kind === 'fatal' ||
        (kind === 'warning' && (told as { description: unknown }).description === 'close_notify'),
    )
  }

  /** What an honest peer does next. */
  step(): void {
    const is_old = this.says_old_hello
    this.steps++
    if (this.rogue.plan[0]?.[0] === 'change_cipher_spec') this.is_protected = true
    this.give(is_old ? old_hello(this.rogue) : this.rogue.next())
  }

  /** Something else than what an honest peer does. */
  meddle(lies: boolean, dice: Dice): Deed {
    const { rogue, is_protected } = this
    const is_old = this.says_old_hello
    this.steps++
    if (rogue.plan[0]?.[0] === 'change_cipher_spec') this.is_protected = true
    return is_old ? meddled_hello(rogue, dice) : meddle({ rogue, dice, lies, is_protected })
  }

  get says_old_hello(): boolean {
    return this.stage.old_hello && this.steps === 0 && this.rogue.role === 'client'
  }

  give(bytes: Uint8Array): void {
    this.tell(serve(this.victim, bytes))
  }

  tell(effects: readonly Effect[]): void {
    this.effects.push(...effects)
    const pieces = those(effects, 'transmit').flatMap(([, bytes]) => bytes)
    if (!this.gave_up) this.#attempt(() => this.rogue.hear(pieces))
  }

  /** Who meddles has to expect not to understand the answer. */
  #attempt(run: () => void): void {
    try {
      run()
    } catch {
      this.gave_up = true
    }
  }
}

/** One case: the numbers say where and how. */
export function play(stage: Stage, role: Role, theatre: Theatre, dice: Dice): Play {
  const scene = new Scene(role, stage, theatre)
  const target = dice.below(step_count(role, stage, theatre))
  const lies = dice.below(2) === 0
  const cut = dice.pick(cuts)
  while (scene.steps < target && scene.goes_on()) scene.step()
  const good_before = those(scene.effects, 'connected').length
  const deed = scene.goes_on() ? scene.meddle(lies, dice) : not_yet
  for (const bytes of deed.pieces.flatMap(cut)) scene.give(bytes)
  while (scene.goes_on()) scene.step()
  const { victim, rogue, effects, gave_up } = scene
  const refusal = those(effects, 'own_alert')[0]?.[1].description
  return { ending: ending(scene), deed, victim, rogue, effects, refusal, good_before, gave_up }
}

function ending({ effects, victim, is_over }: Scene): Ending {
  if (effects.some(([kind]) => kind === 'own_alert')) return 'refused'
  if (is_over) return 'ended'
  return victim.connected ? 'connected' : 'waiting'
}

/** How bytes come in. */
const cuts: readonly ((bytes: Uint8Array) => readonly Uint8Array[])[] = [
  ...Array.from({ length: 8 }, () => (bytes: Uint8Array) => [bytes]),
  bytes => [bytes.subarray(0, 3), bytes.subarray(3)],
  bytes => [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)],
  bytes => [...Array.from(bytes.subarray(0, 300), byte => Uint8Array.of(byte)), bytes.subarray(300)],
]

const step_counts = new Map<Stage, Map<Role, number>>()

/** Steps that a peer takes which does not meddle. */
export function step_count(role: Role, stage: Stage, theatre: Theatre): number {
  const known = step_counts.get(stage) ?? new Map<Role, number>()
  step_counts.set(stage, known)
  const count = known.get(role) ?? honest(role, stage, theatre).steps
  known.set(role, count)
  return count
}

/** A handshake in which nobody meddles. */
export function honest(role: Role, stage: Stage, theatre: Theatre): Scene {
  const scene = new Scene(role, stage, theatre)
  while (scene.goes_on()) scene.step()
  return scene
}
