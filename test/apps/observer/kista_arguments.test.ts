import { describe, expect, test } from '@jest/globals'
import { parse_arguments } from '../../../apps/observer/kista_arguments.ts'

const parse = (line: string) => parse_arguments(line.split(' ').filter(word => word !== ''))

const defaults = {
  node: undefined,
  view: undefined,
  sort_by: 'reductions_since',
  limit: 100,
  interval: 1_000,
  once: false,
  json: false,
}

describe('The arguments of kista', () => {
  test.each([
    ['', { command: 'help' }],
    ['help', { command: 'help' }],
    ['--help', { command: 'help' }],
    ['top shop -h', { command: 'help' }],
    ['--version', { command: 'version' }],
    ['list', { command: 'list' }],
    ['list --json', { command: 'list', json: true }],
    ['top', { command: 'top' }],
    ['top shop', { command: 'top', node: 'shop' }],
    ['--once top shop', { command: 'top', node: 'shop', once: true }],
    ['top --interval 0.5 --view ets', { command: 'top', interval: 500, view: 'ets' }],
    ['top --sort=name --limit=7 12', { command: 'top', sort_by: 'name', limit: 7, node: '12' }],
  ])('%p are understood', (line, expected) => {
    expect(parse(line)).toEqual(['ok', { ...defaults, ...expected }])
  })

  test.each([
    ['pot', 'there is no command pot'],
    ['top a b', 'kista top does not take b'],
    ['list a', 'kista list does not take a'],
    ['top --fast', 'there is no option --fast'],
    ['top --once=yes', 'there is no option --once=yes'],
    ['top --constructor', 'there is no option --constructor'],
    ['top --view', '--view cannot be without a value'],
    ['top --view files', '--view cannot be files'],
    ['top --sort x', '--sort cannot be x'],
    ['top --limit 0', '--limit cannot be 0'],
    ['top --limit 1.5', '--limit cannot be 1.5'],
    ['top --limit many', '--limit cannot be many'],
    ['top --interval 0', '--interval cannot be 0'],
    ['top --interval 1e9', '--interval cannot be 1e9'],
  ])('%p are refused: %s', (line, text) => {
    expect(parse(line)).toEqual(['error', text])
  })
})
