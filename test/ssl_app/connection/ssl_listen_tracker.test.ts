import { describe, expect, test } from '@jest/globals'
import { _, is_process_alive, ok, receive, send } from '../../../runtime/index.ts'
import type { Transport } from '../../../ssl_app/connection/ssl_socket.ts'
import * as ssl from '../../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle } from '../../support/memory_pair.ts'
import { MemoryTransport } from '../../support/memory_transport.ts'
import { with_ssl } from '../../support/tls_pair.ts'
import { in_virtual_time } from '../../support/virtual_time.ts'

const pki = with_ssl()

/** A transport whose sockets are no ports: nobody is told when they close. */
class PlainTransport extends MemoryTransport {
  closed = 0

  override async listen() {
    return ['ok', { number: 1 }] as never
  }

  override close() {
    this.closed++
    return 'ok' as const
  }
}

const listen_plainly = async () => {
  const transport = new PlainTransport()
  const cb_info = [transport as Transport, 'plain', 'plain_closed', 'plain_error'] as const
  return { transport, listener: ok(await ssl.listen(0, { cb_info, ...pki().server })) }
}

describe('a tracker', () => {
  test('ends with its listener, and when that is closed twice', () =>
    in_memory(async network => {
      const { listener } = await pair_in_memory(network, pki())
      expect(await ssl.close(listener)).toBe('ok')
      expect(await ssl.close(listener)).toBe('ok')
      await settle()
      expect(is_process_alive(listener.tracker)).toBe(false)
    }))

  test('ends with a listener that is no port, too', () =>
    in_virtual_time(async () => {
      const { listener, transport } = await listen_plainly()
      expect(await ssl.close(listener)).toBe('ok')
      await settle()
      expect(is_process_alive(listener.tracker)).toBe(false)
      expect(transport.closed).toBeGreaterThan(0)
    }))

  test('that is shut down closes a listener that is no port', () =>
    in_virtual_time(async () => {
      const { transport } = await listen_plainly()
      expect(await ssl.stop()).toBe('ok')
      expect(transport.closed).toBe(1)
      ok(await ssl.start())
    }))

  test('does not mind messages', () =>
    in_memory(async network => {
      const { listener } = await pair_in_memory(network, pki())
      for (const message of [null, undefined, 42, 'text', ['EXIT', 'x', 'y']]) send(listener.tracker, message)
      expect(await ssl.getopts(listener, ['mode'])).toEqual(['ok', { mode: 'binary' }])
    }))

  test('counts active as a connection does', () =>
    in_memory(async network => {
      const { listener } = await pair_in_memory(network, pki())
      ok(await ssl.setopts(listener, { active: 2 }))
      ok(await ssl.setopts(listener, { active: 3 }))
      expect(await ssl.getopts(listener, ['active'])).toEqual(['ok', { active: 5 }])
      ok(await ssl.setopts(listener, { active: -7 }))
      expect(await ssl.getopts(listener, ['active'])).toEqual(['ok', { active: false }])
      const wrong = ['error', ['options', ['socket_options', ['active', 40_000]]]]
      expect(await ssl.setopts(listener, { active: 40_000 })).toEqual(wrong)
      await expect(receive(_, 0)).rejects.toMatchObject({ reason: 'timeout' })
    }))
})
