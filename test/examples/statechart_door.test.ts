import { expect, test } from '@jest/globals'
import { try_the_door } from '../../examples/statechart_door.ts'
import { run } from '../../runtime/index.ts'

test('The door opens for the right code only, and locks itself again', async () => {
  expect(await run(try_the_door)).toEqual({
    states: ['asking', 'locked', 'asking', 'open', 'locked'],
    failures: 1,
  })
})
