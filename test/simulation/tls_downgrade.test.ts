// Connections that go over to TLS and back, however their bytes come and whoever goes on first. Spec 1.7.

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { application, gen_tcp, inet, logger } from '../../apps/kernel/index.ts'
import { leave_tls, serve } from '../../examples/starttls.ts'
import { ok, process_flag, run, spawn_link } from '../../runtime/index.ts'
import { explore, type Simulation } from '../../simulation/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { make_ca, make_leaf } from '../support/certificates.ts'
import { kill_everybody } from '../support/clean_slate.ts'
import { seeds, time_limit } from './how_many.ts'

jest.setTimeout(time_limit)

const lines = { mode: 'list', packet: 'line', active: false } as const

let server_options: ssl.ListenOptions
let client_options: ssl.ConnectOptions

beforeAll(async () => {
  const ca = await make_ca()
  const leaf = await make_leaf(ca)
  server_options = { cert: leaf.cert_der, key: ['PrivateKeyInfo', leaf.key_pkcs8_der] }
  client_options = { cacerts: [ca.cert_der], server_name_indication: 'localhost' }
  logger.set_primary_config('level', 'none')
  await run(async () => ok(await ssl.start()))
  await run(() => ssl.stop())
})

afterEach(() => {
  if (application.which_applications().some(([name]) => name === 'ssl')) kill_everybody()
})

/** Goes over and back some times. A client in a hurry says its next line before it has had the answer to its last. */
async function visit(tcp: gen_tcp.Socket, { random }: Simulation): Promise<string[]> {
  const heard: string[] = []
  for (let round = 0; round < 3; round++) {
    ok(await gen_tcp.send(tcp, 'AUTH TLS\n'))
    heard.push(ok(await gen_tcp.recv(tcp, 0, 5_000)) as string)
    const secret = ok(await ssl.connect(tcp, client_options, 5_000))
    ok(await ssl.send(secret, `${round}\n`))
    if (random.chance(0.5)) heard.push(ok(await ssl.recv(secret, 0, 5_000)) as string)
    ok(await ssl.send(secret, 'CCC\n'))
    for (let last = ''; !last.includes('in the clear'); heard.push(last)) {
      last = ok(await ssl.recv(secret, 0, 5_000)) as string
    }
    await leave_tls(secret)
    if (random.chance(0.5)) continue
    ok(await gen_tcp.send(tcp, `${round}\n`))
    heard.push(ok(await gen_tcp.recv(tcp, 0, 5_000)) as string)
  }
  return heard
}

describe('A connection that goes over to TLS and back', () => {
  test('says each line to the other side, once and as it was meant', async () => {
    const explored = await explore(
      seeds(40),
      async simulation => {
        process_flag('trap_exit', true)
        ok(await ssl.start())
        const listener = ok(await gen_tcp.listen(0, lines))
        spawn_link(async () => serve(ok(await gen_tcp.accept(listener)), server_options))
        const tcp = ok(await gen_tcp.connect('localhost', ok(inet.port(listener)), lines))
        const heard = (await visit(tcp, simulation)).filter(line => !line.startsWith('200 clear'))
        gen_tcp.close(tcp)
        gen_tcp.close(listener)
        ok(await ssl.stop())
        const expected = [0, 1, 2].flatMap(round => [
          '234 in secret from here\n',
          `200 secret: ${round}\n`,
          '200 in the clear from here\n',
        ])
        if (heard.join('') !== expected.join('')) throw new Error(`heard ${JSON.stringify(heard)}`)
      },
      { network: { delay: [0, 5] } },
    )
    expect(explored.schedules).toBeGreaterThan(0.9 * explored.runs)
  })
})
