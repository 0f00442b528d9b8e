// A peer program that runs for as long as the matrix does, because its start is slow, and is told line by line what to
// do. Each line begins with a number, which begins the lines of the answer too; words are separated by tabs:
//   7 listen version=… suites=… cert=…    -> 7 port 40123, and 7 served … for a connection that fails
//   8 close listener=7
//   9 connect port=… version=… suites=… times=2 line=…
//       -> 9 connected protocol=… suite=… resumed=… and 9 received …, each twice, and 9 done; or 9 failed …

import { type Connected, found, type Refused, type RunningServer } from '../support/peer.ts'
import { PeerFailed, type PeerProcess } from '../support/peer_process.ts'

/** What an order says besides; `undefined` is left out. */
export type Words = Readonly<Record<string, string | number | undefined>>

export class ToldProgram {
  private readonly process: PeerProcess
  private orders = 0

  constructor(process: PeerProcess) {
    this.process = process
  }

  /** A server that sends each line back, on any number of connections. */
  async listen(words: Words): Promise<RunningServer> {
    const answer = this.tell('listen', words)
    const port = await answer.wait_for(said => found(/^port (\d+)$/m, said))
    return {
      port: Number(port),
      answer_to: line => line,
      output: () => answer.said(),
      stop: async () => void this.tell('close', { listener: answer.id }),
    }
  }

  /** @returns what the client says of its last connection */
  async connect(words: Words): Promise<Connected | Refused> {
    const answer = this.tell('connect', words)
    try {
      await answer.wait_for(said => (/^done$/m.test(said) ? true : undefined))
    } catch (error) {
      if (error instanceof PeerFailed) return { ok: false, output: error.message }
      throw error
    }
    const output = answer.said()
    const [, protocol = '', suite = '', resumed] =
      [...output.matchAll(/^connected protocol=(\S+) suite=(\S+) resumed=(\S+)$/gm)].at(-1) ?? []
    const received = [...output.matchAll(/^received (.*)$/gm)].at(-1)?.[1] ?? ''
    return { ok: true, received, protocol, suite, resumed: resumed === 'true', alpn: undefined, output }
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  /** @returns what it answers, which may still be on its way */
  tell(order: string, words: Words) {
    const id = ++this.orders
    const start = this.process.said.stdout.length
    const given = Object.entries(words).filter(([, value]) => value !== undefined)
    this.process.write(`${[id, order, ...given.map(([name, value]) => `${name}=${value}`)].join('\t')}\n`)

    const said = () => lines_of(id, this.process.said.stdout.slice(start))
    const wait_for = async <T>(find: (said: string) => T | undefined): Promise<T> => {
      const found_or_failed = await this.process.wait_for(() => {
        const lines = said()
        if (/^failed /m.test(lines)) return ['failed', lines] as const
        const looked_for = find(lines)
        return looked_for === undefined ? undefined : (['found', looked_for] as const)
      })
      if (found_or_failed[0] === 'failed') throw new PeerFailed(found_or_failed[1])
      return found_or_failed[1]
    }
    return { id, said, wait_for }
  }
}

/** The whole lines that answer order `id`, without its number. */
function lines_of(id: number, stdout: string): string {
  const start = `${id} `
  const lines = stdout.split('\n').slice(0, -1)
  return lines.flatMap(line => (line.startsWith(start) ? `${line.slice(start.length)}\n` : [])).join('')
}
