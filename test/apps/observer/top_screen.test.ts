import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { views } from '../../../apps/observer/snapshot.ts'
import {
  enter_screen,
  leave_screen,
  overview,
  page,
  type Shown,
  screen,
  to_ansi,
} from '../../../apps/observer/top_screen.ts'
import { view_lines } from '../../../apps/observer/top_tables.ts'
import { process_row, snapshot } from '../../support/snapshots.ts'

const shown: Shown = {
  name: 'shop',
  view: 'processes',
  snapshot: snapshot(61),
  previous: snapshot(60).system,
  silent: undefined,
  first: 0,
}
const size = { columns: 110, rows: 11 }
const texts = (of: Partial<Shown>, at = size) => screen({ ...shown, ...of }, at).map(({ text }) => text)

describe('The screen', () => {
  test('has an overview, the views, a table and the keys', () => {
    expect(texts({})).toEqual([
      'shop  pid 4711  up 00:01:01  kista 0.1.0  node 24.1.0  /srv/shop.js',
      'processes 1234  ports 2  timers 3  ets 4  run queue 5  reductions 20000/s  cpu 25.0 %',
      'memory 90.0 MB  heap 40.0 MB of 60.0 MB  external 2.0 MB  buffers 1.0 MB',
      '[1 processes] 2 queues  3 tree  4 ports  5 timers  6 ets ',
      expect.stringMatching(/^PID {9}NAME .* CURRENT FUNCTION *$/),
      '<0.1.0>     worker_1                   shop         waiting        10    1000       1 loop',
      '<0.2.0>     worker_2                   shop         waiting        20    2000       2 loop',
      '<0.3.0>     worker_3                   shop         waiting        30    3000       3 loop',
      '',
      '',
      expect.stringMatching(/^q quit .*reds\/s/),
    ])
    expect(screen(shown, size).findIndex(({ reverse }) => reverse)).toBe(4)
  })

  test('shows rows from where it was moved to', () => {
    const moved = texts({ first: 2, snapshot: snapshot(61, 20) })
    expect(moved[3]).toMatch(/from row 3$/)
    expect(moved.slice(5, 10).map(line => line.slice(0, 8))).toEqual(
      [3, 4, 5, 6, 7].map(number => `<0.${number}.0> `),
    )
  })

  test('says when there is nothing to be shown yet, and when the node is silent', () => {
    expect(texts({ snapshot: undefined, previous: undefined })).toEqual([
      'shop',
      '',
      '',
      expect.stringMatching(/ waiting$/),
      ' '.repeat(110),
      ...['', '', '', '', ''],
      expect.any(String),
    ])
    expect(texts({ silent: 3_200 })[3]).toMatch(/ no answer for 3\.2 s$/)
    expect(texts({ view: 'ets' })[5]).toBe('')
  })

  test('fits into every window', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 0, max: 150 }),
      rows: fc.integer({ min: 0, max: 40 }),
    })
    fc.assert(
      fc.property(sizes, fc.constantFrom(...views), fc.nat(30), (at, view, first) => {
        const lines = texts({ view, first, snapshot: snapshot(61, 30) }, at)
        expect(lines.length).toBe(Math.min(at.rows, page(at) + 6))
        expect(Math.max(0, ...lines.map(line => line.length))).toBeLessThanOrEqual(at.columns)
      }),
    )
  })

  test('without an earlier snapshot has totals instead of rates', () => {
    expect(overview('shop', snapshot(61).system)[1]).toMatch(/ {2}reductions 1220k {2}cpu 15\.2 s$/)
    expect(texts({ previous: undefined })[5]).toMatch(/waiting {14}1000 {7}1 loop$/)
  })
})

test('A terminal is sent each line, and what clears the rest', () => {
  expect(to_ansi([{ text: 'a' }, { text: 'b', reverse: true }])).toBe(
    '\u{1b}[Ha\u{1b}[K\r\n\u{1b}[7mb\u{1b}[0m\u{1b}[K\u{1b}[J',
  )
  const switches = (text: string) => text.match(/\?\d+/g)?.sort()
  expect(switches(leave_screen)).toEqual(switches(enter_screen))
})

describe('Each view as a table', () => {
  const lines = (view: (typeof views)[number], rows: unknown) =>
    view_lines({ ...snapshot(1), [view]: rows }, view).map(line => line.split(/ {2,}/))

  test('processes that hang are shown with the time', () => {
    const row = { ...process_row(1), current_function: "handle_call 'x'", in_callback: 12_345 }
    const shown = view_lines({ ...snapshot(1), processes: [row, { ...row, in_callback: 900 }] }, 'processes')
    expect(shown[1]).toMatch(/ for 12\.3 s: handle_call 'x'$/)
    expect(shown[2]).toMatch(/1 handle_call 'x'$/)
  })

  test('queues', () => {
    const row = {
      pid: '<0.1.0>',
      name: 'till',
      message_queue_len: 2,
      current_function: 'loop',
      messages: ["'a'", "'b'"],
    }
    expect(lines('queues', [row])).toEqual([
      ['PID', 'NAME', 'MSGS CURRENT FUNCTION', 'OLDEST MESSAGES'],
      ['<0.1.0>', 'till', '2 loop', "'a' 'b'"],
    ])
  })

  test('the tree is drawn', () => {
    const node = { name: undefined, pid: '<0.2.0>', type: 'worker', state: 'running', message_queue_len: 0 }
    const worker = (id: string, more = {}) => ({ ...node, id, children: [], more: 0, ...more })
    const pool = worker('pool', {
      name: 'pool_sup',
      type: 'supervisor',
      strategy: 'simple_one_for_one',
      children: [worker('', { name: 'till:init/1' }), worker('')],
      more: 7,
    })
    const top = worker('', {
      name: 'shop_sup',
      children: [worker('a'), pool, worker('b', { state: 'stopped' })],
    })
    const apps = [
      { application: 'stdlib', status: 'running', trees: [] },
      { application: 'shop', status: 'running', trees: [top] },
      { application: undefined, status: 'running', trees: [worker('', { state: 'busy' })] },
    ]
    expect(
      view_lines({ ...snapshot(1), tree: apps as never }, 'tree').map(line => line.slice(0, 30).trimEnd()),
    ).toEqual([
      'APPLICATION',
      'stdlib',
      'shop',
      '└─ shop_sup',
      '   ├─ a',
      '   ├─ pool (pool_sup)',
      '   │  ├─ till:init/1',
      '   │  ├─ worker',
      '   │  └─ … 7 more',
      '   └─ b',
      '(no application)',
      '└─ worker',
    ])
  })

  test('ports', () => {
    const socket = {
      states: ['connected', 'open'],
      local_address: '127.0.0.1:80',
      foreign_address: '127.0.0.1:9',
    }
    const row = {
      port: '#Port<0.1>',
      name: 'tcp_inet',
      owner: '<0.1.0>',
      owner_name: 'shop',
      input: 1_500,
      output: 7,
      socket,
    }
    expect(
      lines('ports', [row, { ...row, input: undefined, output: undefined, socket: undefined }]).slice(1),
    ).toEqual([
      [
        '#Port<0.1>',
        'tcp_inet',
        '<0.1.0> shop',
        '1.5 kB',
        '7 B connected open',
        '127.0.0.1:80',
        '127.0.0.1:9',
      ],
      ['#Port<0.1>', 'tcp_inet', '<0.1.0> shop'],
    ])
  })

  test('timers, the own ones of the runtime too', () => {
    const row = { left: 1_500, destination: '<0.1.0>', name: 'shop', message: "'ding'" }
    expect(
      lines('timers', [row, { ...row, destination: undefined, name: '', message: '' }]).slice(1),
    ).toEqual([
      ['', '1.5 s <0.1.0>', 'shop', "'ding'"],
      ['', '1.5 s runtime'],
    ])
  })

  test('ets', () => {
    const row = {
      name: 'prices',
      type: 'set',
      protection: 'public',
      size: 12,
      owner: '<0.1.0>',
      owner_name: 'shop',
    }
    expect(lines('ets', [row]).slice(1)).toEqual([['prices', 'set', 'public', '12 <0.1.0> shop']])
  })

  test.each(views)('%s has no lines when it was not asked for', view => {
    expect(view_lines({ system: snapshot(1).system }, view)).toEqual([])
  })
})
