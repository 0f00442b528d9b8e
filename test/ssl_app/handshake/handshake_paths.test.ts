// An engine and an honest peer, step by step through the charts.

import { beforeAll, describe, expect, test } from '@jest/globals'
import type { KeyAlgorithm } from '../../../apps/public_key/x509.ts'
import type { Role } from '../../../ssl_app/record/tls_v1.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { those } from '../../support/engine_pair.ts'
import { type Everybody, make_everybody } from '../../support/everybody.ts'
import { special_ways } from '../../support/scenes.ts'
import {
  make_world,
  roles,
  type Walk,
  type Way,
  type World,
  walk_to_the_end,
  ways,
} from '../../support/walks.ts'

const by_role = <Who extends World>(given: readonly Way<Who>[]) =>
  roles.flatMap(role => given.map(way => [role, way.name, way] as readonly [Role, string, Way<Who>]))

function expect_to_talk({ victim, rogue }: Walk): void {
  expect(victim.connected).toBe(true)
  const data = those(victim.receive(rogue.raw('application_data', Buffer.from('ping'))), 'data')
  expect(Buffer.concat(data.map(([, bytes]) => bytes)).toString()).toBe('ping')
  rogue.hear(victim.send(Buffer.from('pong')))
  expect(rogue.heard).toBe('pong')
}

describe('an engine comes to connection, at each step by what is legal there', () => {
  const algorithms: KeyAlgorithm[] = ['rsa', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519']

  describe.each(algorithms)('with keys of type %s', algorithm => {
    let world: World
    beforeAll(async () => {
      world = await make_world(algorithm)
    })

    test.each(by_role(ways))('as %s by %s', (role, _name, way) => {
      expect_to_talk(walk_to_the_end(role, way, world).walk)
    })
  })

  with_each_provider(() => {
    let everybody: Everybody
    beforeAll(async () => {
      everybody = await make_everybody()
    })

    test.each(by_role(special_ways))('as %s by %s', (role, _name, way) => {
      expect_to_talk(walk_to_the_end(role, way, everybody).walk)
    })
  })
})
