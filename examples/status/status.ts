// What the page tells: of the connection it is asked on, and of the processes there are.

import { matches, ok, type Pid, self } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type Branch, supervision_trees } from './supervision_tree.ts'

export interface Status {
  /** Facts of the connection, by what they are called. */
  readonly connection: readonly (readonly [name: string, value: string])[]
  readonly trees: readonly (readonly [application: string, Branch])[]
  /** The process that answers. */
  readonly answering: Pid
}

/** @param count - of the requests on this connection, this one included */
export async function status_of(socket: ssl.SslSocket, count: number): Promise<Status> {
  const { protocol, cipher_suite, session_resumption } = ok(await ssl.connection_information(socket))
  return {
    connection: [
      ['protocol', protocol],
      ['cipher suite', openssl_name(cipher_suite)],
      ['session', session_resumption ? 'resumed' : 'new'],
      ['request', `${count} on this connection`],
      ['socket', `${socket}, served by ${self()}`],
    ],
    trees: await supervision_trees(),
    answering: self(),
  }
}

/** As curl and openssl call it. */
function openssl_name(suite: readonly string[]): string {
  const index = ssl.cipher_suites().findIndex(known => matches(known, suite))
  return String(ssl.cipher_suites('openssl')[index] ?? suite)
}
