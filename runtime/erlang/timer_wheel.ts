// All timers of the program on one hierarchical wheel: starting and cancelling one takes constant time, however
// many there are. Six levels of 64 slots; a slot of level n spans 64^n milliseconds. A timer waits on the lowest
// level whose present round holds its tick, and comes down a level or more when a new round begins.

/** A timer on the wheel; `slot` is undefined once it has fired or was cancelled. */
export interface Entry {
  /** The tick, in milliseconds, at which it is due. */
  readonly due: number
  readonly fire: () => void
  /** Whether a program with nothing else to do waits for this timer. */
  readonly keeps_alive: boolean
  /** Whose it is and what it is for, if they say so. */
  readonly holder: TimerHolder | undefined
  slot: Slot | undefined
  previous: Entry | undefined
  next: Entry | undefined
}

/** What a timer can tell to who looks. */
export interface TimerHolder {
  /** Whom it is for. */
  readonly destination: unknown
  /** What it will send, or undefined when it does something else. */
  readonly message?: unknown
}

interface Slot {
  first: Entry | undefined
}

const slots_per_level = 64
const levels = 6
/** The longest delay, in milliseconds: what OTP allows, 2^32 - 1. */
export const max_delay = 2 ** 32 - 1

export class TimerWheel {
  /** All that is due at or before this tick has fired. */
  #now: number
  readonly #slots: Slot[] = Array.from({ length: levels * slots_per_level }, () => ({ first: undefined }))
  readonly #fire: (entry: Entry) => void
  #size = 0

  /** @param fire - is called with each timer that is due */
  constructor(now: number, fire: (entry: Entry) => void) {
    this.#now = Math.floor(now)
    this.#fire = fire
  }

  get size(): number {
    return this.#size
  }

  add(due: number, fire: () => void, keeps_alive = true, holder?: TimerHolder): Entry {
    const entry: Entry = {
      due: Math.max(due, this.#now + 1),
      fire,
      keeps_alive,
      holder,
      slot: undefined,
      previous: undefined,
      next: undefined,
    }
    this.#place(entry)
    this.#size++
    return entry
  }

  /** @returns whether the timer was still running */
  remove(entry: Entry): boolean {
    if (entry.slot === undefined) return false
    unlink(entry)
    this.#size--
    return true
  }

  /** All timers that run, in no order. */
  entries(): Entry[] {
    const all: Entry[] = []
    for (const { first } of this.#slots) {
      for (let entry = first; entry !== undefined; entry = entry.next) all.push(entry)
    }
    return all
  }

  /** Fires what is due up to `now`, in order of time. */
  advance(now: number): void {
    const target = Math.floor(now)
    while (this.#now < target) {
      const next = this.#size === 0 ? undefined : this.next_stop()
      if (next === undefined || next > target) {
        this.#now = target
        return
      }
      this.#now = next
      this.#turn()
    }
  }

  /** Forgets every timer. */
  clear(): void {
    for (const slot of this.#slots) drain(slot)
    this.#size = 0
  }

  /** The next tick at which something fires or moves down a level; undefined when the wheel is empty. */
  next_stop(): number | undefined {
    let span = 1
    for (let level = 0; level < levels; level++, span *= slots_per_level) {
      const current = Math.floor(this.#now / span)
      // What waits below the top is in the present round, and before all that waits above it.
      const steps = slots_per_level - 1 - (level < levels - 1 ? current % slots_per_level : 0)
      for (let step = 1; step <= steps; step++) {
        if (this.#slot(level, current + step).first !== undefined) return (current + step) * span
      }
    }
    return undefined
  }

  #turn(): void {
    for (let level = levels - 1; level > 0; level--) {
      const span = slots_per_level ** level
      if (this.#now % span !== 0) continue
      for (const entry of drain(this.#slot(level, this.#now / span))) this.#place(entry)
    }
    const slot = this.#slot(0, this.#now)
    while (slot.first !== undefined) {
      const entry = slot.first
      unlink(entry)
      this.#size--
      this.#fire(entry)
    }
  }

  #place(entry: Entry): void {
    let level = 0
    let span = 1
    let round = slots_per_level
    while (level < levels - 1 && Math.floor(entry.due / round) !== Math.floor(this.#now / round)) {
      level++
      span = round
      round *= slots_per_level
    }
    push(this.#slot(level, Math.floor(entry.due / span)), entry)
  }

  #slot(level: number, index: number): Slot {
    return this.#slots[level * slots_per_level + (index % slots_per_level)]!
  }
}

/** New entries go last, so that timers due at the same tick fire in the order they were started. */
function push(slot: Slot, entry: Entry): void {
  entry.slot = slot
  const { first } = slot
  if (first === undefined) {
    slot.first = entry
    entry.previous = entry
    entry.next = undefined
    return
  }
  const last = first.previous!
  last.next = entry
  entry.previous = last
  entry.next = undefined
  first.previous = entry
}

function unlink(entry: Entry): void {
  const slot = entry.slot!
  const first = slot.first!
  if (entry === first) {
    slot.first = entry.next
    if (entry.next) entry.next.previous = entry.previous
  } else {
    entry.previous!.next = entry.next
    if (entry.next) entry.next.previous = entry.previous
    else first.previous = entry.previous
  }
  entry.slot = entry.previous = entry.next = undefined
}

function drain(slot: Slot): Entry[] {
  const entries: Entry[] = []
  while (slot.first !== undefined) {
    const entry = slot.first
    unlink(entry)
    entries.push(entry)
  }
  return entries
}
