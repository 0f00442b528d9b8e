import { beforeAll, expect, test } from '@jest/globals'
import { count_too_far } from '../../examples/supervised_counter.ts'
import { process_info, run } from '../../runtime/index.ts'
import { catch_reports, type Told } from '../support/reports.ts'

let told: Told[]

beforeAll(() => {
  told = catch_reports()
})

test('The counter fails where it must, and its supervisor starts another one from the beginning', async () => {
  const { counted, failure, first, second } = await run(count_too_far)
  expect(counted).toEqual([1, 2, 3, 1])
  expect(failure).toEqual(new RangeError('three is the most'))
  expect(second).not.toBe(first)
  expect(told.filter(({ level }) => level === 'error').map(({ label }) => label)).toEqual([
    'gen_server terminate',
    'proc_lib crash',
    'supervisor child_terminated',
  ])
  expect(process_info(first)).toBeUndefined()
})
