// Options, addresses and errors of sockets.

import { afterEach, describe, expect, test } from '@jest/globals'
import * as gen_tcp from '../../../apps/kernel/gen_tcp.ts'
import * as inet from '../../../apps/kernel/inet.ts'
import { posix_code } from '../../../apps/kernel/inet_posix.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { in_process, loopback, pair } from '../../support/tcp.ts'

afterEach(kill_everybody)

const einval = ['error', 'einval']

describe('options', () => {
  test('are those of OTP when nobody says otherwise', () =>
    in_process(async () => {
      const listening = ok(await gen_tcp.listen(0, { ip: loopback }))
      const names = [
        ...(['active', 'mode', 'packet', 'packet_size', 'header', 'exit_on_close', 'send_timeout'] as const),
        ...(['send_timeout_close', 'high_watermark', 'low_watermark', 'show_econnreset', 'nodelay'] as const),
        ...(['keepalive', 'linger', 'buffer', 'line_delimiter'] as const),
      ]
      expect(ok(inet.getopts(listening, names))).toEqual({
        active: true,
        mode: 'list',
        packet: 0,
        packet_size: 0,
        header: 0,
        exit_on_close: true,
        send_timeout: 'infinity',
        send_timeout_close: false,
        high_watermark: 8192,
        low_watermark: 4096,
        show_econnreset: false,
        nodelay: false,
        keepalive: false,
        linger: [false, 0],
        buffer: 65_536,
        line_delimiter: 10,
      })
    }))

  test('are set all or none, and only to values they have', () =>
    in_process(async () => {
      const [client] = await pair()
      const refused: object[] = [
        { foo: 1 },
        { backlog: 3 },
        { ip: loopback },
        { packet: 3 },
        { packet: 'toString' },
        { active: 'twice' },
        { active: 1.5 },
        { mode: 'text' },
        { header: -1 },
        { buffer: 0 },
        { line_delimiter: 256 },
        { send_timeout: -1 },
        { linger: [true] },
        { nodelay: 1 },
      ]
      for (const options of refused) {
        expect(inet.setopts(client, { packet: 2, ...options })).toEqual(einval)
        expect(ok(inet.getopts(client, ['packet']))).toEqual({ packet: 0 })
      }
      expect(inet.setopts(client, 'active' as never)).toEqual(einval)
      expect(inet.setopts(client, { nodelay: true, keepalive: true, packet: 'line' })).toBe('ok')
      expect(ok(inet.getopts(client, ['packet', 'nodelay']))).toEqual({ packet: 'line', nodelay: true })
    }))

  test('that nobody knows cannot be asked for', () =>
    in_process(async () => {
      const [client] = await pair()
      expect(inet.getopts(client, ['active', 'foo' as never])).toEqual(einval)
      expect(inet.getopts(client, ['toString' as never])).toEqual(einval)
      expect(inet.getopts(client, 'active' as never)).toEqual(einval)
      expect(inet.getopts(client, [])).toEqual(['ok', {}])
    }))

  test('buffer cuts a raw stream and long lines into pieces', () =>
    in_process(async () => {
      const [client, server] = await pair({}, { buffer: 4 })
      gen_tcp.send(client, 'abcdefg\n')
      expect(String(ok(await gen_tcp.recv(server, 0)))).toBe('abcd')
      inet.setopts(server, { packet: 'line', line_delimiter: 0x67 })
      expect(String(ok(await gen_tcp.recv(server, 0)))).toBe('efg')
    }))
})

test('two ends know each other by address', () =>
  in_process(async () => {
    const [client, server] = await pair()
    expect(inet.peername(client)).toEqual(inet.sockname(server))
    expect(inet.sockname(client)).toEqual(inet.peername(server))
    expect(inet.peernames(client)).toEqual(['ok', [ok(inet.peername(client))]])
    expect(inet.socknames(client)).toEqual(['ok', [ok(inet.sockname(client))]])
    expect(ok(inet.sockname(client))).toEqual([loopback, ok(inet.port(client))])
    gen_tcp.close(client)
    expect(inet.peernames(client)).toEqual(['error', 'einval'])
    expect(inet.socknames(client)).toEqual(['error', 'einval'])
  }))

describe('names', () => {
  test('resolve to addresses, and addresses to themselves', async () => {
    expect(await inet.getaddrs('localhost')).toEqual(['ok', expect.arrayContaining([loopback])])
    expect(await inet.getaddr('localhost', 'inet')).toEqual(['ok', loopback])
    expect(await inet.getaddr(loopback)).toEqual(['ok', loopback])
    expect(await inet.getaddr('::1')).toEqual(['ok', [0, 0, 0, 0, 0, 0, 0, 1]])
  })

  test('that do not resolve are nxdomain', async () => {
    expect(await inet.getaddr('no.such.host.invalid')).toEqual(['error', 'nxdomain'])
    expect(await inet.getaddrs('')).toEqual(['error', 'nxdomain'])
  })
})

describe('errors', () => {
  test('of Node are POSIX codes in lower case', () => {
    expect(posix_code({ code: 'ECONNREFUSED' })).toBe('econnrefused')
    expect(posix_code({ code: 'EHOSTUNREACH' })).toBe('ehostunreach')
    expect(posix_code({ code: 'ENOTFOUND' })).toBe('nxdomain')
    expect(posix_code({ code: 'EAI_AGAIN' })).toBe('nxdomain')
    expect(posix_code({ code: 'ERR_SOMETHING' })).toBe('einval')
    expect(posix_code(new Error('without a code'))).toBe('einval')
    expect(posix_code(undefined)).toBe('einval')
  })

  test('have texts', () => {
    expect(inet.format_error('econnrefused')).toBe('connection refused')
    expect(inet.format_error('eaddrinuse')).toBe('address already in use')
    expect(inet.format_error('nxdomain')).toBe('non-existing domain')
    expect(inet.format_error('toString')).toBe('unknown POSIX error')
    expect(inet.format_error(['badarg', 1])).toBe("[ 'badarg', 1 ]")
  })
})
