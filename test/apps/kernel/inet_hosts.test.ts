// Names of hosts, and what is known of this one: from a network of the test's own where the machine's would differ.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { use_inet_driver } from '../../../apps/kernel/inet_db.ts'
import type { InetDriver } from '../../../apps/kernel/inet_driver.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { in_process } from '../../support/tcp.ts'

afterEach(() => use_inet_driver('node'))

const nobody = ['error', 'nxdomain'] as const

/** A network with one host of two names, which nobody can reach. */
const small_network: InetDriver = {
  connect: (_, done) => {
    setImmediate(done, 'ehostunreach')
    return { destroy: () => {} } as never
  },
  listen: (_, { failed }) => {
    setImmediate(failed, 'eacces')
    return { sockname: undefined, close: () => {} }
  },
  resolve: (name, family, done) =>
    done(
      name === 'one' && family === 'inet'
        ? [
            'ok',
            [
              [10, 0, 0, 1],
              [10, 0, 0, 2],
            ],
          ]
        : nobody,
    ),
  reverse: (ip, done) => done(ip[3] === 1 ? ['ok', ['one', 'uno']] : nobody),
  poll: done => void setImmediate(done),
  gethostname: () => 'here',
  getifaddrs: () => [],
}

describe('in a network that takes the place of the machine', () => {
  test('names are those of that network, forth and back', async () => {
    use_inet_driver(small_network)
    expect(await inet.getaddr('one')).toEqual(['ok', [10, 0, 0, 1]])
    expect(await inet.gethostbyname('one')).toEqual([
      'ok',
      {
        h_name: 'one',
        h_aliases: [],
        h_addrtype: 'inet',
        h_length: 4,
        h_addr_list: [
          [10, 0, 0, 1],
          [10, 0, 0, 2],
        ],
      },
    ])
    expect(ok(await inet.gethostbyaddr('10.0.0.1'))).toMatchObject({ h_name: 'one', h_aliases: ['uno'] })
    expect(await inet.gethostbyaddr([10, 0, 0, 2])).toEqual(nobody)
    expect(await inet.gethostbyname('one', 'inet6')).toEqual(nobody)
    expect(inet.gethostname()).toEqual(['ok', 'here'])
    expect(inet.getifaddrs()).toEqual(['ok', []])
  })

  test('connections and listeners are made there', () =>
    in_process(async () => {
      use_inet_driver(small_network)
      expect(await gen_tcp.connect('one', 80)).toEqual(['error', 'ehostunreach'])
      expect(await gen_tcp.connect('two', 80)).toEqual(nobody)
      expect(await gen_tcp.listen(80)).toEqual(['error', 'eacces'])
    }))
})

describe('on the machine', () => {
  test('an address is a host of its own', async () => {
    const host = { h_name: '::1', h_aliases: [], h_addrtype: 'inet6', h_length: 16 }
    expect(ok(await inet.gethostbyname('::1', 'inet6'))).toMatchObject(host)
    expect(await inet.gethostbyname('127.0.0.1', 'inet6')).toEqual(nobody)
    expect(await inet.gethostbyname(7 as never)).toEqual(['error', 'einval'])
    expect(await inet.gethostbyaddr('localhost')).toEqual(['error', 'einval'])
  })

  test('localhost is found by its name and by its address', async () => {
    expect(ok(await inet.gethostbyname('localhost')).h_addr_list).toContainEqual([127, 0, 0, 1])
    expect(ok(await inet.gethostbyaddr([127, 0, 0, 1])).h_addr_list).toEqual([[127, 0, 0, 1]])
  })

  test('it has a name without a domain, and the interface that loops back', () => {
    expect(ok(inet.gethostname())).toMatch(/^[^.]+$/)
    const looping = ok(inet.getifaddrs()).filter(({ flags }) => flags.includes('loopback'))
    const addresses = looping.flatMap(one => one.addresses)
    expect(addresses).toContainEqual({ addr: [127, 0, 0, 1], netmask: [255, 0, 0, 0] })
    expect(looping.every(one => one.hwaddr === undefined)).toBe(true)
  })
})
