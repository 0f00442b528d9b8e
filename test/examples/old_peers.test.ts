import { beforeAll, expect, test } from '@jest/globals'
import { connect_to_any, try_ages } from '../../examples/old_peers.ts'
import { ok, run, spawn } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { catch_reports } from '../support/reports.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()
beforeAll(() => void catch_reports())

test('A client comes down as far as each server needs it', async () => {
  expect(await run(try_ages)).toEqual([
    { protocol: 'tlsv1.2', cipher_suite: ['ecdhe_rsa', 'chacha20_poly1305', 'null', 'sha256'] },
    { protocol: 'tlsv1.1', cipher_suite: ['ecdhe_rsa', 'aes_256_cbc', 'sha'] },
    { protocol: 'sslv3', cipher_suite: ['rsa', '3des_ede_cbc', 'sha'] },
  ])
})

test('It does not come down because it does not trust the server', () =>
  run(async () => {
    const listener = ok(await ssl.listen(0, pki().server))
    const [, port] = ok(ssl.sockname(listener))
    let tried = 0
    spawn(async () => {
      for (;;) {
        const accepted = ok(await ssl.transport_accept(listener))
        tried++
        await ssl.handshake(accepted)
      }
    })
    expect(await connect_to_any('localhost', port, {})).toEqual(['error', ['tls_alert', 'unknown ca']])
    expect(tried).toBe(1)
  }))
