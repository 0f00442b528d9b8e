// Diffie-Hellman modulo primes, and SRP: whose value leads to a secret, and whose is refused. The vectors are
// those of test/vectors/verdicts.

import { expect, test } from '@jest/globals'
import {
  type DhGroup,
  dh_compute_key,
  dh_generate_key,
  is_dh_group,
  type SrpGroupName,
  srp_client_key,
  srp_client_premaster,
  srp_server_key,
  srp_server_premaster,
  srp_user_key,
} from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex, to_hex } from '../../support/hex.ts'
import { hold_verdicts, read_verdicts } from '../../support/verdicts.ts'

interface Group {
  readonly p: string
  readonly g: string
  readonly private: string
}

interface Agreement extends Group {
  readonly peer: string
  readonly shared?: string
}

interface Exchange {
  readonly group: SrpGroupName
  readonly user: string
  readonly password: string
  readonly salt: string
  readonly x: string
  readonly a: string
  readonly b: string
  readonly client_public?: string
  readonly server_public?: string
  readonly premaster?: string
}

const group_of = ({ p, g }: Group): DhGroup => ({ p: hex(p), g: hex(g) })

const dh = read_verdicts<Agreement>('verdicts/dh').filter(({ name }) => name !== 'groups')
const dh_groups = read_verdicts<Group>('verdicts/dh').filter(({ name }) => name === 'groups')
const srp = read_verdicts<Exchange>('verdicts/srp')
const whole = srp.filter(({ tests }) => tests.every(vector => vector.client_public && vector.server_public))
const halves = srp.filter(group => !whole.includes(group))

with_each_provider(() => {
  test.each(dh)('the secret is the right one, as long as the prime, or there is none: $name', group => {
    hold_verdicts(group, vector => {
      const pair = dh_generate_key(group_of(vector), hex(vector.private))
      const shared = dh_compute_key(group_of(vector), hex(vector.peer), pair!.private_key)
      if (shared) expect(to_hex(shared)).toBe(vector.shared)
      return shared !== undefined
    })
  })

  test.each(dh_groups)('keys are made in what is a group, and only there', group => {
    hold_verdicts(group, vector => is_dh_group(group_of(vector)))
    hold_verdicts(group, vector => dh_generate_key(group_of(vector), hex(vector.private)) !== undefined)
  })

  test.each(whole)('both sides of SRP send and come to what they should: $name', ({ tests }) => {
    for (const vector of tests) {
      const { group, x, client_public, server_public, premaster, comment } = vector
      expect([
        comment,
        to_hex(srp_user_key(hex(vector.salt), hex(vector.user), hex(vector.password))),
      ]).toEqual([comment, x])
      const client = srp_client_key(group, hex(vector.a))
      const server = srp_server_key(group, hex(x), hex(vector.b))
      expect(to_hex(client.public_key)).toBe(client_public)
      expect(to_hex(server.public_key)).toBe(server_public)
      expect(secret(srp_client_premaster(group, client, hex(server_public!), hex(x)))).toBe(premaster)
      expect(secret(srp_server_premaster(group, server, hex(client_public!)))).toBe(premaster)
    }
  })

  test.each(whole)('another password comes to another secret: $name', ({ tests }) => {
    for (const { group, salt, user, a, x, server_public, premaster } of tests) {
      const wrong = srp_user_key(hex(salt), hex(user), new TextEncoder().encode('wrong'))
      const client = srp_client_key(group, hex(a))
      expect(to_hex(wrong)).not.toBe(x)
      expect(secret(srp_client_premaster(group, client, hex(server_public!), wrong))).not.toBe(premaster)
    }
  })

  test.each(halves)('a public value of SRP leads to the right secret, or is refused: $name', group => {
    hold_verdicts(group, vector => {
      const premaster = premaster_of_half(vector)
      if (premaster !== undefined) expect(premaster).toBe(vector.premaster)
      return premaster !== undefined
    })
  })
})

/** What the one side comes to that is given the other's public value. */
function premaster_of_half({ group, x, a, b, client_public, server_public }: Exchange): string | undefined {
  if (client_public === undefined) {
    return secret(srp_client_premaster(group, srp_client_key(group, hex(a)), hex(server_public!), hex(x)))
  }
  return secret(srp_server_premaster(group, srp_server_key(group, hex(x), hex(b)), hex(client_public)))
}

const secret = (premaster: Uint8Array | undefined) => premaster && to_hex(premaster)
