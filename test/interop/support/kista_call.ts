// One call of Kista's client with options of the test's, and what came of it.

import { run } from '../../../runtime/erlang/spawn.ts'
import { ok, type Reason } from '../../../runtime/erlang/term.ts'
import * as ssl from '../../../ssl_app/ssl.ts'

/** How long one step may take, in milliseconds. */
const patience = 10_000

/**
 * Connects to `localhost`, which is verified, sends a line and reads one.
 *
 * @returns the line without its end; or why there was none, the text of an alert if it was one
 */
export function call(port: number, options: ssl.ConnectOptions, line = 'hello'): Promise<Reason> {
  return run(async () => {
    const lines = { mode: 'binary', packet: 'line', active: false } as const
    const [tag, socket] = await ssl.connect('localhost', port, { ...lines, ...options }, patience)
    if (tag === 'error') return text_of(socket)
    ok(await ssl.send(socket, `${line}\n`))
    const [received, answer] = await ssl.recv(socket, 0, patience)
    await ssl.close(socket)
    return received === 'error' ? text_of(answer) : String(answer).trimEnd()
  })
}

/** `'certificate revoked'` of `['tls_alert', 'certificate revoked']`. */
export function text_of(reason: Reason): Reason {
  return Array.isArray(reason) && reason[0] === 'tls_alert' ? reason[1] : reason
}
