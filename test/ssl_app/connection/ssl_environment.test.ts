import { afterEach, describe, expect, test } from '@jest/globals'
import { set_env, unset_env } from '../../../apps/kernel/application.ts'
import {
  alert_timeout,
  available_versions,
  supported_versions,
} from '../../../ssl_app/connection/ssl_environment.ts'

const usual = ['tlsv1.2', 'tlsv1.1', 'tlsv1']

afterEach(() => {
  for (const key of ['protocol_version', 'alert_timeout']) unset_env('ssl', key)
})

describe('protocol_version', () => {
  test('is all but SSL 3.0 where nothing is set, and nothing is written', () => {
    expect(supported_versions()).toEqual(usual)
    expect(supported_versions()).toEqual(usual)
    expect(available_versions).toEqual([...usual, 'sslv3'])
  })

  test.each([
    [['tlsv1.2'], ['tlsv1.2']],
    ['tlsv1.1', ['tlsv1.1']],
    [
      ['sslv3', 'tlsv1', 'tlsv1.2'],
      ['tlsv1.2', 'tlsv1', 'sslv3'],
    ],
    [['sslv2', 'sslv3'], ['sslv3']],
    [['tlsv1.3', 'tlsv1', 5], ['tlsv1']],
    [[], usual],
    [['sslv2'], usual],
    ['sslv2', usual],
    [5, usual],
    [undefined, usual],
    [{ tlsv1: true }, usual],
  ])('%j stands for %j', (set, versions) => {
    set_env('ssl', 'protocol_version', set)
    expect(supported_versions()).toEqual(versions)
  })
})

describe('alert_timeout', () => {
  test.each([
    [undefined, 5_000],
    [0, 0],
    [250, 250],
    [-1, 5_000],
    [1.5, 5_000],
    ['infinity', 5_000],
    [2 ** 40, 5_000],
  ])('%p stands for %i milliseconds', (set, milliseconds) => {
    if (set !== undefined) set_env('ssl', 'alert_timeout', set)
    expect(alert_timeout()).toBe(milliseconds)
  })
})
