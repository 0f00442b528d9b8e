import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import {
  shared_trust_store,
  shared_trust_store_count,
} from '../../../ssl_app/certificate/shared_trust_stores.ts'
import { make_pki } from '../../support/chain_maker.ts'

setFlagsFromString('--expose-gc')
const collect_garbage = runInNewContext('gc') as () => void

const names = Array.from({ length: 20 }, (_, index) => `ca${index}`)
const pki = make_pki(Object.fromEntries(names.map(name => [name, {}])))
const ders = names.map(name => pki.certificate(name).der)
const copies = () => ders.map(der => Buffer.from(der))

describe('a trust store', () => {
  test('is one for all lists of the same certificates', () => {
    const store = shared_trust_store(ders)
    expect(shared_trust_store(ders)).toBe(store)
    expect(shared_trust_store([...ders])).toBe(store)
    expect(shared_trust_store(copies())).toBe(store)
    expect(store.has(decode_certificate(ders[7]!))).toBe(true)
  })

  test('is another one for other certificates, fewer, more, or with bytes between them moved', () => {
    const [first, second] = ders as [Uint8Array, Uint8Array]
    const moved = [first.subarray(0, -1), Buffer.concat([first.subarray(-1), second])]
    const all = [[first, second], [first], [second], ders, [first, second, first], moved, []].map(
      shared_trust_store,
    )
    expect(new Set(all).size).toBe(all.length)
  })

  test('stays what it is for the others when somebody overwrites what it was made of', () => {
    const own = [Buffer.from(ders[3]!)]
    const store = shared_trust_store(own)
    own[0]!.fill(0)
    const certificate = decode_certificate(ders[3]!)
    expect(shared_trust_store([ders[3]!])).toBe(store)
    expect(store.has(certificate)).toBe(true)
    expect(store.issuers(certificate)[0]!.tbsCertificate.subjectPublicKeyInfo).toEqual(
      certificate.tbsCertificate.subjectPublicKeyInfo,
    )
  })

  test('is held once for ten thousand connections, each with a list of its own', () => {
    const store = shared_trust_store(ders)
    collect_garbage()
    const before = process.memoryUsage().heapUsed
    const held = Array.from({ length: 10_000 }, () => shared_trust_store(copies()))
    collect_garbage()
    const grown = process.memoryUsage().heapUsed - before
    expect(held.every(one => one === store)).toBe(true)
    // A store of twenty certificates takes some hundred kilobytes.
    expect(grown / held.length).toBeLessThan(1_000)
  })

  test('goes with the last who use it', async () => {
    const before = shared_trust_store_count()
    const count = 50
    for (let index = 0; index < count; index++)
      shared_trust_store(ders.slice(0, 2).concat(Buffer.from([index])))
    expect(shared_trust_store_count()).toBe(before + count)
    for (let turn = 0; turn < 100 && shared_trust_store_count() >= before + count; turn++) {
      await new Promise(setImmediate)
      collect_garbage()
    }
    expect(shared_trust_store_count()).toBeLessThan(before + count)
  })
})
