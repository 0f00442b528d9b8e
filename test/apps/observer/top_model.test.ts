import { describe, expect, test } from '@jest/globals'
import { most_rows } from '../../../apps/observer/observer_protocol.ts'
import { type Event, type Model, new_model, request_of, update } from '../../../apps/observer/top_model.ts'
import { snapshot } from '../../support/snapshots.ts'

const size = { columns: 80, rows: 16 } // of the table ten rows
const fresh = new_model('shop', { view: 'processes', sort_by: 'reductions_since', size, now: 1_000 })

/** What comes of it when this happens, one after the other. */
function after(model: Model, ...events: Event[]): Model {
  return events.reduce((now, event) => update(now, event)[0], model)
}
const action = (model: Model, event: Event) => update(model, event)[1]
const answered = (rows: number, model = fresh) => after(model, ['answer', snapshot(60, rows), 1_010])
const keys = (model: Model, ...pressed: string[]) =>
  pressed.reduce((now, key) => answered_at_once(after(now, ['key', key, 1_020])), model)
const answered_at_once = (model: Model) => after(model, ['answer', model.snapshot ?? snapshot(60), 1_030])

describe('kista top', () => {
  test('has asked when it begins, and asks again with each tick after the answer', () => {
    expect(action(fresh, ['tick', 1_500])).toBe('none')
    const model = answered(3)
    expect(model).toMatchObject({ asked_at: undefined, silent: undefined, previous: undefined })
    expect(update(model, ['tick', 2_000])).toEqual([expect.objectContaining({ asked_at: 2_000 }), 'ask'])
    const later = after(model, ['tick', 2_000], ['answer', snapshot(61), 2_010])
    expect(later.previous).toEqual(snapshot(60).system)
  })

  test('says so when the node is silent, until it answers', () => {
    expect(after(fresh, ['tick', 2_900]).silent).toBeUndefined()
    const silent = after(fresh, ['tick', 4_500])
    expect(silent.silent).toBe(3_500)
    expect(answered(3, silent).silent).toBeUndefined()
  })

  test('shows another view or order at once, and asks once more when an answer was under way', () => {
    const model = answered(3)
    expect(action(model, ['key', '6', 1_100])).toBe('ask')
    expect(request_of(after(model, ['key', '6', 1_100]))).toEqual({
      views: ['ets'],
      sort_by: 'reductions_since',
      limit: 21,
    })
    const hurried = after(fresh, ['key', '3', 1_100])
    expect(hurried).toMatchObject({ view: 'tree', outdated: true })
    expect(update(hurried, ['answer', snapshot(60), 1_200])).toEqual([
      expect.objectContaining({ asked_at: 1_200, outdated: false }),
      'ask',
    ])
  })

  test.each([
    ['r', 'reductions_since'],
    ['R', 'reductions'],
    ['m', 'message_queue_len'],
    ['n', 'name'],
    ['p', 'pid'],
  ])('sorts the processes with the key %s by %s', (key, sort_by) => {
    expect(keys(answered(30), 'page_down', '4', key)).toMatchObject({ view: 'processes', sort_by, first: 0 })
  })

  test('goes through the views with the tabulator', () => {
    const seen = Array.from(
      { length: 6 },
      (_, count) => keys(answered(3), ...Array(count + 1).fill('tab')).view,
    )
    expect(seen).toEqual(['queues', 'tree', 'ports', 'timers', 'ets', 'processes'])
  })

  test('moves within the rows there are', () => {
    const model = answered(30)
    const first = (...pressed: string[]) => keys(model, ...pressed).first
    expect([first('down'), first('j', 'j'), first('down', 'up', 'k')]).toEqual([1, 2, 0])
    expect([first('page_down'), first(' ', ' '), first(' ', ' ', ' ')]).toEqual([10, 20, 20])
    expect([first(' ', 'page_up'), first(' ', ' ', 'home')]).toEqual([0, 0])
    expect(request_of(keys(model, ' ')).limit).toBe(31)
    expect(request_of({ ...model, first: most_rows }).limit).toBe(most_rows)
    expect(keys(answered(3), 'page_down').first).toBe(0)
  })

  test('comes back when there are fewer rows than before, and when the window grows', () => {
    const far = keys(answered(30), ' ', ' ')
    expect(after(far, ['answer', snapshot(61, 15), 2_000]).first).toBe(5)
    expect(after(far, ['resize', { columns: 80, rows: 31 }])).toMatchObject({ first: 5, size: { rows: 31 } })
    expect(after(answered(3), ['resize', { columns: 1, rows: 1 }]).first).toBe(0)
  })

  test('ends with q and with control C, and minds no other key', () => {
    expect([action(fresh, ['key', 'q', 1]), action(fresh, ['key', 'ctrl_c', 1])]).toEqual(['quit', 'quit'])
    for (const key of ['x', '0', '7', '9', '-1', '', 'constructor', '\u{1b}', 'é']) {
      expect(update(answered(3), ['key', key, 1])).toEqual([answered(3), 'none'])
    }
  })
})
