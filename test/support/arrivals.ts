// Things that come one by one, and those who wait for them, outside any process.

/** Mutable. What nobody waits for yet is kept. */
export class Arrivals<Thing> {
  readonly #kept: Thing[] = []
  readonly #waiting: ((thing: Thing) => void)[] = []

  put(thing: Thing): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#kept.push(thing)
    else waiting(thing)
  }

  /** The oldest that has not been taken yet. */
  take(): Promise<Thing> {
    if (this.#kept.length > 0) return Promise.resolve(this.#kept.shift()!)
    return new Promise(resolve => this.#waiting.push(resolve))
  }
}
