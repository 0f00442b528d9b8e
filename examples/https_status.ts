// The main program, npm start: an HTTPS server whose page tells how it came and which processes there are. It is an
// OTP application; its parts are in the folder status.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { application } from '../apps/kernel/index.ts'
import { pem_encode, pkix_test_data } from '../apps/public_key/public_key.ts'
import { ok, run } from '../runtime/index.ts'
import * as ssl from '../ssl_app/ssl.ts'
import { by_line } from './status/http_request.ts'
import { status_app } from './status/status_app.ts'
import { listener } from './status/status_listener.ts'

/**
 * Starts the server, with a certificate made on the spot.
 *
 * @param ports - the first that is free is taken; 0: any
 * @returns the port, and the file with the certificate of the authority to trust
 */
export async function start(ports: readonly number[]): Promise<[port: number, cacertfile: string]> {
  const { server_config, client_config } = await pkix_test_data()
  const [authority] = client_config.cacerts as [Uint8Array]
  ok(await ssl.start())
  ok(application.load(status_app({ ports, options: { ...server_config, ...by_line } })))
  ok(await application.start('https_status', 'permanent'))

  const cacertfile = join(mkdtempSync(join(tmpdir(), 'kista-')), 'ca.pem')
  writeFileSync(cacertfile, pem_encode([['Certificate', authority, 'not_encrypted']]))
  const [, port] = ok(ssl.sockname(await run(listener)))
  return [port, cacertfile]
}

/** Stops the server, its connections and `ssl`. */
export async function stop(cacertfile: string): Promise<void> {
  ok(await application.stop('https_status'))
  ok(application.unload('https_status'))
  ok(await ssl.stop())
  rmSync(dirname(cacertfile), { recursive: true })
}

if (import.meta.filename === process.argv[1]) {
  const { PORT } = process.env
  const ports = PORT ? [Number(PORT)] : Array.from({ length: 100 }, (_, index) => 8_443 + index)
  const [port, cacertfile] = await start(ports).catch(() => process.exit(1)) // the log says why
  const server = `-connect localhost:${port} -CAfile ${cacertfile}`
  console.log(`https://localhost:${port}/ tells how it came. Try:

  curl --cacert ${cacertfile} https://localhost:${port}/
  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet ${server}
  openssl s_client -reconnect ${server} < /dev/null | grep -E '^(New|Reused)'

Ctrl-C stops it.`)

  await new Promise(resolve => process.on('SIGINT', resolve).on('SIGTERM', resolve))
  await stop(cacertfile)
  process.exit(0)
}
