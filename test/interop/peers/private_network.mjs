// Run under `unshare --net`: gives a server that insists on listening on every address a network where
// there is nothing but a loopback, and lets connections in through a unix socket.
//
// node private_network.mjs UNIX_SOCKET PORT PROGRAM ARGUMENT...
// Says READY once PROGRAM listens on PORT, and ends with it.

import { execFileSync, spawn } from 'node:child_process'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const [unix_socket, port, program, ...args] = process.argv.slice(2)

execFileSync('ip', ['link', 'set', 'lo', 'up'])
const server = spawn(program, args, { stdio: 'inherit' })
server.once('error', fail)
server.once('exit', code => process.exit(code ?? 1))

while (!(await listens())) await delay(20)

net
  .createServer({ allowHalfOpen: true }, outside => {
    const inside = net.connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true })
    outside.pipe(inside).pipe(outside)
    outside.on('error', () => inside.destroy())
    inside.on('error', () => outside.destroy())
  })
  .listen(unix_socket, () => console.log('READY'))

function listens() {
  return new Promise(resolve => {
    const probe = net.connect(Number(port), '127.0.0.1')
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
    probe.once('close', () => probe.destroy()).end()
  })
}

function fail(error) {
  console.error(String(error))
  process.exit(1)
}
