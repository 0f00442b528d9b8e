import { describe, expect, test } from '@jest/globals'
import { exit, monotonic_time, ok, send } from '../../../runtime/index.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { accepted_socket, idler, in_memory, sleep } from '../../support/memory_pair.ts'
import { with_ssl } from '../../support/tls_pair.ts'

const pki = with_ssl()

describe('a sni_fun', () => {
  const never = () => new Promise<undefined>(() => {})

  test('that never answers does not hold up the limit of the handshake', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: never })
      expect(await ssl.handshake(accepted, 5_000)).toEqual(['error', 'timeout'])
      expect(monotonic_time()).toBe(5_000)
      expect(await connecting).toEqual(['error', 'closed'])
    }))

  test('that never answers does not keep the connection of an owner that has ended', () =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: never })
      const owner = idler()
      ok(await ssl.controlling_process(accepted, owner))
      const shaking = ssl.handshake(accepted)
      await sleep(1)
      send(owner, 'end')
      expect(await shaking).toEqual(['error', 'closed'])
      expect(await connecting).toEqual(['error', 'closed'])
    }))

  test('that answers too late bothers nobody', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    await in_memory(async network => {
      let answer = (_options: undefined) => {}
      const late = () => new Promise<undefined>(resolve => (answer = resolve))
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: late })
      expect(await ssl.handshake(accepted, 5_000)).toEqual(['error', 'timeout'])
      answer(undefined)
      expect(await connecting).toEqual(['error', 'closed'])
    })
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('may take its time', () =>
    in_memory(async network => {
      const slow = () => sleep(1_000).then(() => undefined)
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun: slow })
      expect(await ssl.handshake(accepted, 5_000)).toEqual(['ok', accepted])
      expect(monotonic_time()).toBe(1_000)
      ok(await connecting)
    }))

  test.each<[string, NonNullable<ssl.ListenOptions['sni_fun']>]>([
    ['throws', () => exit('no')],
    ['fails later', () => Promise.reject(new Error('no'))],
    ['gives options that there are not', () => ({ nonsense: 1 }) as never],
    ['gives no options at all', () => 5 as never],
    ['gives a certificate that is none', () => ({ cert: Buffer.from('none') })],
  ])('that %s ends the handshake with an alert', (_name, sni_fun) =>
    in_memory(async network => {
      const { accepted, connecting } = await accepted_socket(network, pki(), { sni_fun })
      const failure = ['error', ['tls_alert', 'handshake failure']]
      expect(await ssl.handshake(accepted)).toEqual(failure)
      expect(await connecting).toEqual(failure)
    }),
  )
})
