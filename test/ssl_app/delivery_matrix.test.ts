// Every packet type, in every active mode, in every form of data: what comes to the user is the same each time. The
// bytes are written down as the formats have them, and not made by our own code. Spec 1.11, 1.12.

import { describe, expect, test } from '@jest/globals'
import { _, ok, receive } from '../../runtime/index.ts'
import * as ssl from '../../ssl_app/ssl.ts'
import { in_memory, pair_in_memory, settle } from '../support/memory_pair.ts'
import { with_ssl } from '../support/tls_pair.ts'

const pki = with_ssl()

type Packet = NonNullable<ssl.ConnectOptions['packet']>
type Active = NonNullable<ssl.ConnectOptions['active']>

/** What is sent, and the packets in it; or the terms, where the type has such. */
interface Row {
  readonly packet: Packet
  readonly sent: readonly string[]
  readonly packets?: readonly string[]
  readonly terms?: readonly unknown[]
}

const bytes = (text: string) => Buffer.from(text, 'latin1')

const request = 'GET /a HTTP/1.1\r\nHost: b\r\nX-Y: c\r\n\r\n'
const response = 'HTTP/1.0 200 OK\r\n\r\n'
const giop = 'GIOP\x01\x00'

const rows: readonly Row[] = [
  { packet: 'raw', sent: ['ab', 'c', 'def'], packets: ['ab', 'c', 'def'] },
  { packet: 0, sent: ['ab', 'c', 'def'], packets: ['ab', 'c', 'def'] },
  { packet: 1, sent: ['\x02ab\x00\x01c'], packets: ['ab', '', 'c'] },
  { packet: 2, sent: ['\x00\x02ab\x00\x00\x00\x01c'], packets: ['ab', '', 'c'] },
  { packet: 4, sent: ['\0\0\0\x02ab\0\0\0\0\0\0\0\x01c'], packets: ['ab', '', 'c'] },
  {
    packet: 'asn1',
    sent: ['\x30\x03\x02\x01\x05\x04\x81\x02ab\x05\x00\x1f\x81\x01\x01c'],
    packets: ['\x30\x03\x02\x01\x05', '\x04\x81\x02ab', '\x05\x00', '\x1f\x81\x01\x01c'],
  },
  {
    packet: 'sunrm',
    sent: ['\x80\0\0\x02ab\0\0\0\x01c\x80\0\0\0'],
    packets: ['\x80\0\0\x02ab', '\0\0\0\x01c', '\x80\0\0\0'],
  },
  {
    packet: 'cdr',
    sent: [`${giop}\0\0\0\0\0\x02ab${giop}\x01\0\x01\0\0\0c`],
    packets: [`${giop}\0\0\0\0\0\x02ab`, `${giop}\x01\0\x01\0\0\0c`],
  },
  {
    packet: 'fcgi',
    sent: ['\x01\x01\0\x01\0\x02\x03\0ab\0\0\0\x01\x02\0\x01\0\x01\0\0c\x01\x03\0\x01\0\0\0\0'],
    packets: ['\x01\x01\0\x01\0\x02\x03\0ab', '\x01\x02\0\x01\0\x01\0\0c', '\x01\x03\0\x01\0\0\0\0'],
  },
  { packet: 'tpkt', sent: ['\x03\0\0\x06ab\x03\0\0\x05c'], packets: ['\x03\0\0\x06ab', '\x03\0\0\x05c'] },
  { packet: 'line', sent: ['ab\n\nc\r\n\xff\n'], packets: ['ab\n', '\n', 'c\r\n', '\xff\n'] },
  {
    packet: 'http',
    sent: [request, response],
    terms: [
      ['http_request', 'GET', ['abs_path', '/a'], [1, 1]],
      ['http_header', 14, 'Host', 'Host', 'b'],
      ['http_header', 0, 'X-Y', 'X-Y', 'c'],
      'http_eoh',
      ['http_response', [1, 0], 200, 'OK'],
      'http_eoh',
    ],
  },
  {
    packet: 'http_bin',
    sent: [request, response],
    terms: [
      ['http_request', 'GET', ['abs_path', bytes('/a')], [1, 1]],
      ['http_header', 14, 'Host', bytes('Host'), bytes('b')],
      ['http_header', 0, bytes('X-Y'), bytes('X-Y'), bytes('c')],
      'http_eoh',
      ['http_response', [1, 0], 200, bytes('OK')],
      'http_eoh',
    ],
  },
  {
    packet: 'httph',
    sent: ['Host: b\r\nX-Y: c\r\n\r\nDate: d\r\n\r\n'],
    terms: [
      ['http_header', 14, 'Host', 'Host', 'b'],
      ['http_header', 0, 'X-Y', 'X-Y', 'c'],
      'http_eoh',
      ['http_header', 3, 'Date', 'Date', 'd'],
      'http_eoh',
    ],
  },
  {
    packet: 'httph_bin',
    sent: ['Host: b\r\n\r\nX-Y: c\r\n\r\n'],
    terms: [
      ['http_header', 14, 'Host', bytes('Host'), bytes('b')],
      'http_eoh',
      ['http_header', 0, bytes('X-Y'), bytes('X-Y'), bytes('c')],
      'http_eoh',
    ],
  },
]

/** How data is asked for, and what it looks like then. Spec 1.11.2, 1.11.3 */
const forms: readonly [
  name: string,
  Pick<ssl.ListenOptions, 'mode' | 'header'>,
  (packet: string) => unknown,
][] = [
  ['a list', { mode: 'list' }, packet => packet],
  ['a list, whatever header says', { mode: 'list', header: 2 }, packet => packet],
  ['binary', { mode: 'binary' }, bytes],
  [
    'binary with a header of 2',
    { mode: 'binary', header: 2 },
    packet => [...bytes(packet.slice(0, 2)), ...(packet.length < 2 ? [] : [bytes(packet.slice(2))])],
  ],
]

/** All that comes, in the way that `active` has it; `'nothing'` stands where more had to be asked for, and was not. */
const ways: Readonly<Record<string, (socket: ssl.SslSocket, active: Active) => Promise<unknown[]>>> = {
  async messages(socket, active) {
    const told: unknown[] = []
    for (;;) {
      const [tag, from, data] = await receive(_, 1_000)
      expect(from).toBe(socket)
      if (tag === 'ssl_closed') return told
      told.push(tag === 'ssl' ? data : tag)
      if (tag !== 'ssl_passive' && active !== 'once') continue
      expect(await ssl.getopts(socket, ['active'])).toEqual(['ok', { active: false }])
      await settle()
      expect(await receive(_, 0).catch(() => 'nothing')).toBe('nothing')
      ok(await ssl.setopts(socket, { active }))
    }
  },
  async calls(socket) {
    const told: unknown[] = []
    for (;;) {
      const [tag, data] = await ssl.recv(socket, 0, 1_000)
      if (tag === 'error') {
        expect(data).toBe('closed')
        return told
      }
      told.push(data)
    }
  },
}

const actives: readonly [active: Active, way: string, expected: (units: readonly unknown[]) => unknown[]][] =
  [
    [true, 'messages', units => [...units]],
    ['once', 'messages', units => [...units]],
    [2, 'messages', units => units.flatMap((unit, at) => (at % 2 === 1 ? [unit, 'ssl_passive'] : [unit]))],
    [false, 'calls', units => [...units]],
  ]

/** A stream without borders may come in any pieces; of a raw one each piece is a unit. */
const pieces_of = ({ packet, sent }: Row): readonly string[] =>
  packet === 'raw' || packet === 0 ? sent : (sent.join('').match(/.{1,3}/gs) ?? [])

describe.each(rows.map(row => [row.packet, row] as const))(
  'packets of type %s (spec 1.11.4)',
  (packet, row) => {
    describe.each(actives)('with active %p (spec 1.11.1)', (active, way, expected) => {
      test.each(forms)('come as %s (spec 1.11.2, 1.11.3)', (_name, form, as_form) =>
        in_memory(async network => {
          const options = { packet, active, ...form } as const
          const { client, server } = await pair_in_memory(network, pki(), {}, options)
          for (const piece of pieces_of(row)) ok(await ssl.send(client, bytes(piece)))
          const closing = ssl.close(client)
          const told = await ways[way]!(server, active)
          expect(told).toEqual(expected(row.terms ?? row.packets!.map(as_form)))
          await closing
        }),
      )
    })
  },
)
