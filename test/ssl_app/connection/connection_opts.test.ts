import { describe, expect, test } from '@jest/globals'
import { run } from '../../../runtime/index.ts'
import {
  get_options,
  type Holder,
  is_emulated,
  set_options,
} from '../../../ssl_app/connection/connection_opts.ts'
import { default_emulated, type EmulatedOptions } from '../../../ssl_app/connection/user_data.ts'
import { MemoryTransport } from '../../support/memory_transport.ts'

/** Options of a socket, with a transport that is there, and what has changed. */
const with_holder = (body: (holder: Holder, changes: object[]) => void, own: Partial<EmulatedOptions> = {}) =>
  run(async () => {
    const transport = new MemoryTransport()
    const [transport_socket, far] = transport.pair()
    const changes: object[] = []
    const change = (options: object) => changes.push(options)
    body({ transport, transport_socket, own: { ...default_emulated, ...own }, change }, changes)
    transport.close(transport_socket)
    transport.close(far)
  })

describe('setting options', () => {
  test('changes the own ones, and hands the others to the transport', () =>
    with_holder((holder, changes) => {
      const options = { mode: 'binary', packet: 4, packet_size: 9, header: 1, active: 'once', nodelay: true }
      expect(set_options(holder, options)).toBe('ok')
      const { nodelay: _nodelay, ...own } = options
      expect(Object.assign({}, ...changes)).toEqual(own)
      expect(holder.transport.getopts(holder.transport_socket, ['nodelay', 'mode'])).toEqual([
        'ok',
        { nodelay: true, mode: 'binary' },
      ])
    }))

  test('of nothing is done at once', () =>
    with_holder((holder, changes) => {
      expect(set_options(holder, {})).toBe('ok')
      expect(changes).toEqual([])
    }))

  test.each([
    ['mode', 'text'],
    ['mode', undefined],
    ['packet', 3],
    ['packet', 'lines'],
    ['packet_size', -1],
    ['packet_size', 1.5],
    ['header', '1'],
    ['active', 'twice'],
    ['active', 32_768],
    ['active', -32_769],
    ['active', null],
  ])('stops at %s: %p, and keeps what was before it', (name, value) =>
    with_holder((holder, changes) => {
      const wrong = ['error', ['options', ['socket_options', [name, value]]]]
      const first = name === 'mode' ? { packet: 2 } : { mode: 'binary' }
      expect(set_options(holder, { ...first, [name]: value, nodelay: true })).toEqual(wrong)
      expect(changes).toEqual([first])
      expect(holder.transport.getopts(holder.transport_socket, ['nodelay'])).toEqual([
        'ok',
        { nodelay: false },
      ])
    }),
  )

  test('tells which of the transport’s it refuses', () =>
    with_holder(holder => {
      const others = { nodelay: true, foo: 1 }
      expect(set_options(holder, { mode: 'binary', ...others })).toEqual([
        'error',
        ['options', ['socket_options', others, 'einval']],
      ])
    }))

  test.each([[5], ['mode'], [null], [undefined], [['mode', 'list']]])('of %p is refused', options =>
    with_holder(holder => {
      expect(set_options(holder, options)).toEqual(['error', ['options', ['not_a_proplist', options]]])
    }),
  )

  test.each([
    [false, 5, 5],
    [true, 5, 5],
    ['once', 5, 5],
    [3, 5, 8],
    [3, -2, 1],
    [3, -3, false],
    [3, -9, false],
    [3, true, true],
    [3, 'once', 'once'],
    [32_760, 7, 32_767],
  ] as const)('counts active: %p and %p make %p', (before, asked, after) =>
    with_holder(
      (holder, changes) => {
        expect(set_options(holder, { active: asked })).toBe('ok')
        expect(changes).toEqual([{ active: after }])
      },
      { active: before },
    ),
  )

  test('does not count active beyond 32767', () =>
    with_holder(
      holder => {
        const wrong = ['error', ['options', ['socket_options', ['active', 8]]]]
        expect(set_options(holder, { active: 8 })).toEqual(wrong)
      },
      { active: 32_760 },
    ))
})

describe('getting options', () => {
  test('gives the own ones, and the transport’s', () =>
    with_holder(({ own, transport, transport_socket }) => {
      const get = (names: unknown) => get_options(own, transport, transport_socket, names)
      expect(get(['mode', 'nodelay', 'active'])).toEqual([
        'ok',
        { mode: 'list', nodelay: false, active: true },
      ])
      expect(get([])).toEqual(['ok', {}])
      expect(get(['mode', 'foo', 'bar'])).toEqual(['error', ['options', ['socket_options', 'foo', 'einval']]])
      for (const names of ['mode', 5, null, {}]) {
        expect(get(names)).toEqual(['error', ['options', ['socket_options', names]]])
      }
    }))
})

test('the own options are those that have a default', () => {
  expect(Object.keys(default_emulated).every(is_emulated)).toBe(true)
  expect(['nodelay', 'toString', 'constructor'].some(is_emulated)).toBe(false)
})
