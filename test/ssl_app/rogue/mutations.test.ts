// One message of a good handshake is not what it should be: whatever that is, it ends in an alert or a close, or in a
// connection about which both sides agree.

import { beforeAll, describe, expect, test } from '@jest/globals'
import { run_cases } from '../../support/mutations/cases.ts'
import { honest } from '../../support/mutations/play.ts'
import { remember_crypto } from '../../support/mutations/remembered_crypto.ts'
import { open_theatre, type Theatre } from '../../support/mutations/stages.ts'
import { roles } from '../../support/walks.ts'

let theatre: Theatre
beforeAll(async () => {
  remember_crypto()
  theatre = await open_theatre()
})

describe.each(roles)('to a %s', role => {
  test('on every stage, who does not meddle gets a connection', () => {
    const failed = [...new Set(theatre.stages)].filter(stage => {
      const { victim, rogue, gave_up } = honest(role, stage, theatre)
      return !victim.connected || !rogue.connected || gave_up
    })
    expect(failed.map(({ name }) => name)).toEqual([])
  })

  test('whatever is changed in one message comes to no harm', () => {
    const tally = run_cases(theatre, role, 2000)
    for (const ending of ['refused', 'ended', 'connected', 'waiting']) {
      expect({ ending, was_there: tally.has(ending) }).toEqual({ ending, was_there: true })
    }
  })
})
