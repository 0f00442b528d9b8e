// What TLS costs: full and resumed handshakes, and bytes one way; beside Node's `tls` doing the same.

import { measure, print_table, type Rates, type Row, rates } from './measure.ts'
import { kista_side } from './tls_kista.ts'
import { node_side } from './tls_node.ts'
import { type TlsSide, tls_material } from './tls_side.ts'

const handshakes = 200
const write_size = 16_384
const writes = 4_096
const mebibyte = 2 ** 20

export async function bench_tls(): Promise<void> {
  const material = await tls_material()
  const sides = { kista: await kista_side(material), other: await node_side(material) }
  const both = async (
    name: string,
    unit: string,
    measured: (side: TlsSide) => Promise<Rates>,
  ): Promise<Row> => {
    return { name, unit, kista: await measured(sides.kista), other: await measured(sides.other) }
  }
  const rows = [
    await both('full handshake', 'handshakes/s', side => often(handshakes, () => side.handshake())),
    await both('resumed handshake', 'handshakes/s', side => often(handshakes, () => side.resume())),
    await both('16 KiB writes, one way', 'MiB/s', transfer_rate),
  ]
  await Promise.all([sides.kista.close(), sides.other.close()])
  print_table('TLS 1.2, both ends in one process', 'node:tls', rows)
}

async function often(count: number, work: () => Promise<void>): Promise<Rates> {
  const all = async () => {
    for (let left = count; left > 0; left--) await work()
  }
  return rates(await measure(count, all))
}

async function transfer_rate(side: TlsSide): Promise<Rates> {
  const chunk = new Uint8Array(write_size).fill(0x5a)
  return rates(await measure((writes * write_size) / mebibyte, () => side.transfer(writes, chunk)))
}
