// Lamps that have no certificates: each shares a key with the server, which knows by it which lamp it is.
//   node dist/examples/psk.js

import { strong_rand_bytes } from '../apps/crypto/crypto.ts'
import { ok, run, spawn_link } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'

/** Suites of PSK are for those who name them. With `dhe_psk` a key that becomes known tells nothing of the past. */
const ciphers = [['dhe_psk', 'aes_128_gcm', 'null']] as const
const options = { ciphers, active: false, log_alert: false } as const

/** The keys that the server knows, by lamp; a real one would look into a database, and may take its time. */
const keys = new Map(['hall', 'kitchen'].map(lamp => [lamp, strong_rand_bytes(32)]))

const key_of_lamp: ssl.UserLookupFun = async (_kind, lamp) => {
  const key = keys.get(String(lamp))
  return key ? ['ok', key] : 'error'
}

/** Has two lamps report, and a third one that nobody knows. @returns what the server heard, what became of the third */
export async function report_lamps(): Promise<string[]> {
  const listener = ok(await ssl.listen(0, { ...options, user_lookup_fun: [key_of_lamp, undefined] }))
  spawn_link(() => serve(listener))
  const [, port] = ok(ssl.sockname(listener))
  const heard = []
  for (const lamp of keys.keys()) heard.push(await report(port, lamp, keys.get(lamp)!))
  return [...heard, await report(port, 'cellar', strong_rand_bytes(32))]
}

/** What a lamp does: it says how bright it is, and hears what the server made of that. */
async function report(port: number, lamp: string, key: Uint8Array): Promise<string> {
  const own_key: ssl.UserLookupFun = () => ['ok', key]
  const own = { ...options, psk_identity: lamp, user_lookup_fun: [own_key, undefined] } as const
  const [tag, socket] = await ssl.connect('localhost', port, own, 5_000)
  if (tag === 'error') return `${lamp}: ${ssl.format_error(socket)}`
  ok(await ssl.send(socket, `${lamp} 70 %`))
  const answer = String(ok(await ssl.recv(socket, 0, 5_000)))
  await ssl.close(socket)
  return answer
}

async function serve(listener: ssl.SslListenSocket) {
  for (;;) {
    const [tag, socket] = await ssl.handshake(ok(await ssl.transport_accept(listener)), 5_000)
    if (tag === 'error') continue
    ok(await ssl.send(socket, `noted: ${ok(await ssl.recv(socket, 0, 5_000))}`))
    await ssl.close(socket)
  }
}

if (import.meta.filename === process.argv[1]) {
  const lines = await run(async () => {
    ok(await ssl.start())
    return report_lamps()
  })
  console.log(lines.join('\n'))
}
