// What tables cost: rows put in, looked up and counted up, one by one; beside the same programs on the BEAM.

import { ets, run } from '../../runtime/index.ts'
import { type Bench, bench_beside_beam } from './beam.ts'
import { measure, type Rates, rates } from './measure.ts'

type Row = readonly [key: number, count: number]

const rows = 200_000

export const bench_ets = (): Promise<void> =>
  bench_beside_beam('ets', [...benches_of('set'), ...benches_of('ordered_set')])

const benches_of = (type: 'set' | 'ordered_set'): Bench[] => [
  [`${type} insert`, 'rows/s', async () => rates(await measure(rows, () => run(() => filled(type))))],
  [`${type} lookup`, 'rows/s', () => with_each_key(type, ets.lookup)],
  [`${type} update_counter`, 'rows/s', () => with_each_key(type, count_up)],
]

/** A table with all rows, which goes when the running process ends. */
function filled(type: 'set' | 'ordered_set'): ets.Tid<Row> {
  const table = ets.new<Row>('rows', { type, access: 'public' })
  for (let key = 1; key <= rows; key++) ets.insert(table, [key, key])
  return table
}

/** Does something with each key of a table that is filled beforehand. */
function with_each_key(
  type: 'set' | 'ordered_set',
  act: (table: ets.Tid<Row>, key: number) => unknown,
): Promise<Rates> {
  return run(async () => {
    const table = filled(type)
    const work = async () => {
      for (let key = 1; key <= rows; key++) act(table, key)
    }
    return rates(await measure(rows, work))
  })
}

const count_up = (table: ets.Tid<Row>, key: number) => ets.update_counter(table, key, 1)
