// The order of the run queue as a seed decides it. Evenly random orders rarely let one process wait very long or run
// far ahead, which is where bugs hide; so the way to choose changes from time to time.

import type { Policy, Task } from '../runtime/erlang/scheduler.ts'
import type { Random } from './random.ts'

/** How the next is chosen: any, mostly who came last, or mostly who waits longest. */
type Mood = 'even' | 'newest' | 'oldest'

const moods: readonly Mood[] = ['even', 'even', 'newest', 'oldest']
/** Least and most choices made in one mood. */
const mood_lasts = [5, 120] as const
/** In any mood, how often the choice is an even one, so that nobody waits for ever. */
const exceptions = 0.25

export class SeededPolicy implements Policy {
  readonly direct = false
  readonly begins: (task: Task) => void
  /** Choices made so far: only where there was one. */
  choices = 0
  readonly #random: Random
  readonly #most_choices: number
  #mood: Mood = 'even'
  #mood_ends = 0
  #turn: (() => void) | undefined

  /**
   * @param most_choices - how many choices the seed makes; after them who came first is served first
   * @param begins - told of each task before it runs
   */
  constructor(random: Random, most_choices: number, begins: (task: Task) => void) {
    this.#random = random
    this.#most_choices = most_choices
    this.begins = begins
  }

  pick(length: number): number {
    if (length === 1 || this.choices >= this.#most_choices) return 0
    this.choices++
    const random = this.#random
    if (this.choices > this.#mood_ends) {
      this.#mood = random.pick(moods)
      this.#mood_ends = this.choices + random.between(...mood_lasts)
    }
    if (this.#mood === 'even' || random.chance(exceptions)) return random.below(length)
    return this.#mood === 'newest' ? length - 1 : 0
  }

  defer(next_turn: () => void): void {
    this.#turn = next_turn
  }

  /** Whether anybody can go on. */
  get waiting(): boolean {
    return this.#turn !== undefined
  }

  /** Lets the next one run. Nothing is decided when nobody can. */
  turn(): void {
    const turn = this.#turn
    this.#turn = undefined
    turn?.()
  }
}
