// The peer programs that we wrote ourselves (test/interop/peers) say all that they do in the same few lines.

import { type Connected, found, type RunningServer } from './peer.ts'
import { PeerFailed, type PeerProcess } from './peer_process.ts'

/** Waits for `LISTENING port`. Such a server sends each line back as it is. */
export async function listening(server: PeerProcess): Promise<RunningServer> {
  const port = await server.wait_for(({ stdout }) => found(/^LISTENING (\d+)$/m, stdout))
  return {
    port: Number(port),
    answer_to: line => line,
    output: () => server.said.output,
    stop: () => server.stop(),
  }
}

/**
 * Waits until the client has ended, and reads what it said of its last connection.
 *
 * @throws {@link PeerFailed} if that got no answer
 */
export async function last_connection(client: PeerProcess): Promise<Omit<Connected, 'ok' | 'output'>> {
  await client.wait_for(({ stdout }) => /^(FAILED|DONE)/m.exec(stdout) ?? undefined)
  const { stdout, output } = client.said
  const connections = [...stdout.matchAll(/^CONNECTED (.*)\nRECEIVED (.*)$/gm)]
  const [, facts, received] = connections.at(-1) ?? []
  if (facts === undefined || received === undefined || /^FAILED/m.test(stdout)) throw new PeerFailed(output)
  const fact = (name: string) => found(new RegExp(`\\b${name}=(\\S+)`), facts)
  return {
    received,
    protocol: fact('protocol') ?? '',
    suite: fact('suite') ?? '',
    resumed: fact('resumed') === 'true',
    alpn: fact('alpn'),
  }
}
