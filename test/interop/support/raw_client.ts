// A client that sends bytes over TCP, whatever they are, and takes what comes back.

import net from 'node:net'

/** How it leaves once it has sent its bytes: not before the server does, in order, or by a reset. */
export type Leaving = 'waits' | 'leaves' | 'resets'

/** @returns what came back until the connection was closed */
export function say(port: number, bytes: Uint8Array | string, leaving: Leaving): Promise<Buffer> {
  return new Promise(resolve => {
    const heard: Buffer[] = []
    const socket = net.connect(port, '127.0.0.1', () => {
      if (bytes.length > 0) socket.write(bytes)
      if (leaving === 'leaves') socket.end()
      if (leaving === 'resets') socket.resetAndDestroy()
    })
    socket.on('data', chunk => heard.push(chunk))
    socket.on('error', () => {}) // the server's reset; `close` follows
    socket.on('close', () => resolve(Buffer.concat(heard)))
  })
}
