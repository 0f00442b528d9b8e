import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  check_directory,
  directory,
  make_directory,
  remove_socket,
  socket_names,
  socket_path,
} from '../../../apps/observer/observer_directory.ts'

let place: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'kista-observer-'))
  process.env.KISTA_OBSERVER_DIR = join(place, 'sockets')
})
afterEach(() => {
  delete process.env.KISTA_OBSERVER_DIR
  rmSync(place, { recursive: true })
})

describe('The directory', () => {
  test("is the user's own, unless another one is told", () => {
    expect(directory()).toBe(join(place, 'sockets'))
    delete process.env.KISTA_OBSERVER_DIR
    expect(directory()).toBe(`${tmpdir()}/kista-${process.getuid?.()}`)
  })

  test('is made so that nobody else can enter it', () => {
    expect(check_directory()).toEqual(['error', 'enoent'])
    expect(socket_names()).toEqual([])
    expect([make_directory(), make_directory(), check_directory()]).toEqual(['ok', 'ok', 'ok'])
    expect(statSync(directory()).mode & 0o777).toBe(0o700)
  })

  test('is not trusted when others can enter it, or when it is none', () => {
    make_directory()
    const unsafe = ['error', ['unsafe_directory', directory()]]
    chmodSync(directory(), 0o750)
    expect([make_directory(), check_directory()]).toEqual([unsafe, unsafe])
    expect(socket_names()).toEqual([])
    chmodSync(directory(), 0o700)
    process.env.KISTA_OBSERVER_DIR = join(place, 'link')
    symlinkSync(join(place, 'sockets'), directory())
    expect(check_directory()).toEqual(['error', ['unsafe_directory', directory()]])
  })

  test('cannot be made everywhere', () => {
    writeFileSync(join(place, 'file'), '')
    process.env.KISTA_OBSERVER_DIR = join(place, 'file', 'below')
    expect(make_directory()).toEqual(['error', 'enotdir'])
  })
})

describe('A socket', () => {
  test.each(['', '.', '..', '../x', 'a/b', '.hidden', 'a b', 'x'.repeat(65), 'é', '\u{1b}', 7, undefined])(
    'cannot be called %p',
    name => {
      expect(socket_path(name as string)).toEqual(['error', ['bad_name', name]])
    },
  )

  test('has a path that the system takes', () => {
    expect(socket_path('shop-1.a_b')).toEqual(['ok', join(directory(), 'shop-1.a_b.sock')])
    process.env.KISTA_OBSERVER_DIR = `/tmp/${'x'.repeat(95)}`
    expect(socket_path('shop')).toEqual(['error', 'enametoolong'])
  })

  test('is listed, and nothing else', () => {
    make_directory()
    for (const name of ['b.sock', 'a.sock', 'notes.txt', '.sock', '.x.sock']) {
      writeFileSync(join(directory(), name), '')
    }
    expect(socket_names()).toEqual(['a', 'b'])
    remove_socket(join(directory(), 'a.sock'))
    remove_socket(join(directory(), 'gone.sock'))
    expect(socket_names()).toEqual(['b'])
  })
})
