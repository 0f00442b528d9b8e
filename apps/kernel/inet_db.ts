// Which network the sockets use: the machine's, or one that takes its place.

import type { InetDriver } from './inet_driver.ts'
import * as native from './inet_gethost_native.ts'
import * as inet_tcp from './inet_tcp.ts'

/** The machine's own network and resolver. */
const node_driver: InetDriver = { ...inet_tcp, ...native }

let driver: InetDriver = node_driver

/**
 * Has everything that `gen_tcp` and `inet` open or look up from now on use another network. Sockets that are open stay
 * where they are.
 *
 * @param next - the driver; `'node'`: the machine's own, which is what there is at the start
 */
export function use_inet_driver(next: InetDriver | 'node'): void {
  driver = next === 'node' ? node_driver : next
}

/** The network in use. */
export const inet_driver = (): InetDriver => driver
