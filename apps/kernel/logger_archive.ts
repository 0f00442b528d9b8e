// Compresses full log files while the program goes on; they may be moved on meanwhile, or go.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { report } from '../../runtime/erlang/report.ts'
import { run_outside } from '../../runtime/erlang/self.ts'

/** The full files of one log file. One is compressed at a time, so that only one is held in memory. */
export class Archives {
  readonly #file: string
  #count = 0
  #busy = false
  /** The number of the one that is being compressed; undefined if it is kept no longer. */
  #index: number | undefined

  constructor(file: string) {
    this.#file = file
  }

  /** All files have been moved on by one, and only so many are kept. */
  move_on(count: number): void {
    if (this.#index !== undefined) this.#index = this.#index + 1 < count ? this.#index + 1 : undefined
  }

  /** Compresses those that are not. Each keeps its own name until that is done; if it fails that is told, and it stays. */
  compress(count: number): void {
    this.#count = count
    if (this.#busy) return
    this.#busy = true
    const failed = (reason: unknown) =>
      report('error', { label: ['logger_std_h', 'compress'], report: { file: this.#file, reason } })
    run_outside(() => this.#work())
      .catch(failed)
      .finally(() => {
        this.#busy = false
        this.#index = undefined
      })
  }

  async #work(): Promise<void> {
    for (let plain = this.#next(); plain !== undefined; plain = this.#next()) {
      const zipped = await gzip(readFileSync(plain))
      if (this.#index === undefined) continue
      const name = this.#name(this.#index)
      writeFileSync(`${name}.gz.part`, zipped)
      renameSync(`${name}.gz.part`, `${name}.gz`)
      rmSync(name)
    }
  }

  #next(): string | undefined {
    const numbers = Array.from({ length: this.#count }, (_none, index) => index)
    this.#index = numbers.findLast(index => existsSync(this.#name(index)))
    return this.#index === undefined ? undefined : this.#name(this.#index)
  }

  #name(index: number): string {
    return `${this.#file}.${index}`
  }
}

/** RFC 1952, by the platform's own stream: Node has it, and every browser. */
async function gzip(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
