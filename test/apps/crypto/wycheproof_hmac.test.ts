// Which tags are right: the vectors of test/vectors/verdicts/hmac.json.

import { test } from '@jest/globals'
import { type HashType, hash_equals, mac } from '../../../apps/crypto/crypto.ts'
import { with_each_provider } from '../../support/each_provider.ts'
import { hex } from '../../support/hex.ts'
import { hold_verdicts, read_verdicts } from '../../support/verdicts.ts'

interface Tagged {
  readonly digest: HashType
  readonly key: string
  readonly message: string
  readonly tag: string
}

with_each_provider(() => {
  test.each(read_verdicts<Tagged>('verdicts/hmac'))('a tag is right when all of it is: $name', group => {
    hold_verdicts(group, ({ digest, key, message, tag }) =>
      hash_equals(mac('hmac', digest, hex(key), hex(message)), hex(tag)),
    )
  })

  test.each(read_verdicts<Tagged>('verdicts/hmac'))('a message may come in pieces: $name', group => {
    hold_verdicts(group, ({ digest, key, message, tag }) => {
      const whole = hex(message)
      const pieces = [whole.subarray(0, 1), whole.subarray(1, 1), whole.subarray(1)]
      return hash_equals(mac('hmac', digest, hex(key), pieces), hex(tag))
    })
  })
})
