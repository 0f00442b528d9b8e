import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { VersionedMap } from '../../../runtime/otp/versioned_map.ts'

describe('a map of versions', () => {
  test('is in every version what a map copied at each change would be', () => {
    const change = fc.record({ of: fc.nat(), key: fc.nat(5), value: fc.option(fc.nat(), { nil: undefined }) })
    fc.assert(
      fc.property(fc.array(change), changes => {
        const versions = [new VersionedMap<number, number>()]
        const copies = [new Map<number, number>()]
        for (const { of, key, value } of changes) {
          const at = of % versions.length
          const copy = new Map(copies[at])
          if (value === undefined) copy.delete(key)
          else copy.set(key, value)
          copies.push(copy)
          const version = versions[at]!
          versions.push(value === undefined ? version.without(key) : version.with(key, value))
        }
        for (const [at, version] of versions.entries()) expect(new Map(version.entries)).toEqual(copies[at])
      }),
    )
  })
})
