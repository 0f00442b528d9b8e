// A foreign program as a child process: started, listened to, spoken to, and ended for certain.
// Whoever imports this file need not clean up: what a test file started ends with the file.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { afterAll } from '@jest/globals'

/** What the program has said so far: `stdout` alone, and `output`, mixed with stderr as it arrived. */
export interface Said {
  readonly stdout: string
  readonly output: string
}

export interface PeerProcess {
  readonly said: Said
  /**
   * Waits until `find` sees in what the program says what it looks for.
   *
   * @returns the first answer of `find` that is not `undefined`
   * @param milliseconds - how long to wait; default: {@link default_patience}
   * @throws {@link PeerFailed} once the program has ended, or after that time, without it
   */
  wait_for<T>(find: (said: Said) => T | undefined, milliseconds?: number): Promise<T>
  write(text: string): void
  /**
   * Closes its stdin and gives it time to end by itself.
   *
   * @param milliseconds - how long; default: {@link default_patience}
   */
  finish(milliseconds?: number): Promise<void>
  /** Ends it, and what it started, at once. Settles when it is gone. */
  stop(): Promise<void>
}

/** The program ended, or fell silent, before it said what was waited for. Carries its output. */
export class PeerFailed extends Error {}

/** How long one step of a program may take, in milliseconds. */
const default_patience = 15_000

/** A program ends after so many seconds even if the test runner was killed and can end it no more. */
const default_lifetime = 180

const running = new Set<PeerProcess>()

afterAll(async () => {
  await Promise.all([...running].map(process => process.stop()))
})

/**
 * Runs `program`, found in the PATH, with a bare environment and so without the user's proxies and CA files.
 *
 * @param lifetime - seconds after which it ends in any case
 */
export function start_process(
  program: string,
  args: readonly string[],
  lifetime: number = default_lifetime,
): PeerProcess {
  const child = spawn('timeout', ['--signal=KILL', `${lifetime}`, program, ...args], {
    detached: true, // a process group of its own, so that stop() reaches what it starts
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: 'C' },
  })
  const started = new ChildPeer(child)
  running.add(started)
  return started
}

class ChildPeer implements PeerProcess {
  said: Said = { stdout: '', output: '' }
  private readonly child: ChildProcessWithoutNullStreams
  private readonly gone: Promise<void>
  private ended = false
  private readonly watchers = new Set<() => void>()

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child
    child.stdin.on('error', () => {}) // it ended without reading; that is seen by its end
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.hear(text, text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.hear('', text))
    this.gone = new Promise(resolve => {
      const end = () => {
        this.ended = true
        running.delete(this)
        this.notify()
        resolve()
      }
      child.once('close', end)
      child.once('error', cause => {
        this.hear('', String(cause))
        end()
      })
    })
  }

  wait_for<T>(find: (said: Said) => T | undefined, milliseconds = default_patience): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (decide: () => void) => {
        clearTimeout(timer)
        this.watchers.delete(look)
        decide()
      }
      const look = () => {
        const found = find(this.said)
        if (found !== undefined) return settle(() => resolve(found))
        if (this.ended) settle(() => reject(this.failure('ended')))
      }
      const timer = setTimeout(() => settle(() => reject(this.failure('fell silent'))), milliseconds)
      this.watchers.add(look)
      look()
    })
  }

  write(text: string): void {
    this.child.stdin.write(text)
  }

  async finish(milliseconds = default_patience): Promise<void> {
    this.child.stdin.end()
    await this.wait_for(() => (this.ended ? true : undefined), milliseconds)
  }

  async stop(): Promise<void> {
    const { pid } = this.child
    if (!this.ended && pid !== undefined) kill_group(pid)
    await this.gone
  }

  private hear(stdout: string, output: string): void {
    this.said = { stdout: this.said.stdout + stdout, output: this.said.output + output }
    this.notify()
  }

  private notify(): void {
    for (const look of [...this.watchers]) look()
  }

  private failure(what: string): PeerFailed {
    return new PeerFailed(`${this.child.spawnargs.join(' ')} ${what}. It said:\n${this.said.output}`)
  }
}

function kill_group(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
