// Every curve, by the option eccs, with OpenSSL: it says by itself which one it was.

import { expect, test } from '@jest/globals'
import { all_curves, type Curve } from '../../apps/crypto/curves.ts'
import { curve_name } from '../../apps/crypto/openssl_names.ts'
import { run } from '../../runtime/erlang/spawn.ts'
import { ok } from '../../runtime/erlang/term.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { type KistaServer, serve } from './support/kista.ts'
import { openssl } from './support/openssl.ts'
import { exchange_line, found } from './support/peer.ts'
import { type PeerProcess, start_process } from './support/peer_process.ts'
import { describe_with } from './support/requires.ts'
import { with_kista } from './support/setting.ts'

const { pki } = with_kista()

const suite = 'ECDHE-RSA-AES128-GCM-SHA256'

/** The small ones too. */
const weak_ones_too = `${suite}:@SECLEVEL=0`

const patience = 10_000

const names_of = (curves: readonly Curve[]): string => curves.map(curve_name).join(':')

describe_with([openssl], 'Kista as server of openssl', () => {
  const answering = async (options: ssl.ListenOptions, body: (server: KistaServer) => Promise<void>) => {
    const { cert, key } = pki().server.rsa
    const server = await serve({ certfile: cert, keyfile: key, ciphers: suite, ...options })
    await body(server)
    await server.stop()
  }

  test.each(all_curves)('agrees on %s with a client that knows nothing else', curve =>
    answering({ eccs: all_curves }, async server => {
      expect(await curve_of_client(server, [curve])).toBe(curve)
      expect(await server.visit()).toMatchObject({
        handshake: ['ok', { information: { ecc: ['named_curve', curve] } }],
      })
    }),
  )

  test.each<[boolean, Curve]>([
    [true, 'brainpoolP384r1'],
    [false, 'secp160r1'],
  ])('with honor_ecc_order: %j takes %s', (honor_ecc_order, curve) =>
    answering({ eccs: ['brainpoolP384r1', 'secp160r1'], honor_ecc_order }, async server => {
      expect(await curve_of_client(server, ['x25519', 'secp160r1', 'brainpoolP384r1'])).toBe(curve)
    }),
  )

  test('knows no small curves unless it is asked to', () =>
    answering({}, async server => {
      const small = all_curves.filter(curve => /(160|163|19\d|2[23]\d)/.test(curve))
      expect(small).toHaveLength(15)
      expect(await curve_of_client(server, small)).toBeUndefined()
      expect(await server.visit()).toMatchObject({
        handshake: ['error', ['tls_alert', 'insufficient security']],
      })
    }))

  /** Undefined: they did not get on. */
  async function curve_of_client({ port }: KistaServer, curves: readonly Curve[]) {
    const client = start_process('openssl', [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-nocommands', '-CAfile', pki().cacert],
      ...['-cipher', weak_ones_too, '-groups', names_of(curves)],
    ])
    try {
      await exchange_line(client, /^ +Extended master secret: .*\n---\n/m, 'hello')
      return temporary_key(client)
    } catch {
      return undefined
    } finally {
      await client.stop()
    }
  }
})

describe_with([openssl], 'Kista as client of openssl', () => {
  test.each(all_curves)('agrees on %s, which is all it asks for', async curve => {
    await at_openssl(all_curves, async port => {
      expect(await curve_of_kista(port, [curve])).toBe(curve)
    })
  })

  test('prefers what comes first', async () => {
    await at_openssl(['secp256r1', 'secp384r1', 'x448'], async port => {
      expect(await curve_of_kista(port, ['x25519', 'x448', 'secp384r1'])).toBe('x448')
      expect(await curve_of_kista(port, ['secp384r1', 'x448'])).toBe('secp384r1')
    })
  })
})

/** The curve that OpenSSL has seen. */
function temporary_key({ said }: PeerProcess): Curve | undefined {
  const name = found(/^Server Temp Key: (?:ECDH, )?([^,]+), \d+ bits$/m, said.stdout)
  return all_curves.find(curve => curve_name(curve).toLowerCase() === name?.toLowerCase())
}

async function at_openssl(curves: readonly Curve[], body: (port: number) => Promise<void>): Promise<void> {
  const { cert, key } = pki().server.rsa
  const server = start_process('openssl', [
    ...['s_server', '-accept', '127.0.0.1:0', '-rev', '-tls1_2', '-cert', cert, '-cert_chain', cert],
    ...['-key', key, '-cipher', weak_ones_too, '-groups', names_of(curves)],
  ])
  try {
    const port = await server.wait_for(({ stdout }) => found(/^ACCEPT 127\.0\.0\.1:(\d+)$/m, stdout))
    await body(Number(port))
  } finally {
    await server.stop()
  }
}

const curve_of_kista = (port: number, eccs: readonly Curve[]): Promise<Curve> =>
  run(async () => {
    const options = {
      cacertfile: pki().cacert,
      eccs,
      ciphers: suite,
      reuse_sessions: false,
      active: false,
    } as const
    const socket = ok(await ssl.connect('localhost', port, options, patience))
    ok(await ssl.send(socket, 'hello\n'))
    expect(String(ok(await ssl.recv(socket, 6, patience)))).toBe('olleh\n')
    const { ecc } = ok(await ssl.connection_information(socket, ['ecc']))
    await ssl.close(socket)
    return ecc[1]
  })
