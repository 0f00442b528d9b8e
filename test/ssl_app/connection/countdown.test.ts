import { expect, test } from '@jest/globals'
import { countdown } from '../../../ssl_app/connection/countdown.ts'
import { in_manual_time } from '../../support/manual_time.ts'

test('a countdown tells what is left, and never less than nothing', () =>
  in_manual_time(async clock => {
    const left = countdown(1_000)
    expect(left()).toBe(1_000)
    clock.pass(400)
    expect(left()).toBe(600)
    clock.pass(599.5)
    expect(left()).toBe(1)
    clock.pass(1)
    expect(left()).toBe(0)
    clock.pass(1_000)
    expect(left()).toBe(0)
  }))

test('of no limit there is always as much left', () =>
  in_manual_time(async clock => {
    const left = countdown('infinity')
    clock.pass(1e9)
    expect(left()).toBe('infinity')
  }))
