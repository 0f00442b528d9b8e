// Everything that a user of the package can name, or is handed, says what it is; what is OTP's says what it is there.

import { describe, expect, test } from '@jest/globals'
import { type Declaration, public_declarations } from './support/public_declarations.ts'
import { code_of, exported_files, read_sources } from './support/sources.ts'

const sources = new Map(
  read_sources('runtime', 'apps', 'ssl_app', 'simulation').map(({ file, text }) => [file, text]),
)
const entry_points = new Map(exported_files().map(file => [entry_name(file), file]))
const declarations = public_declarations(entry_points, file => sources.get(file) ?? '')

function entry_name(file: string): string {
  const parts = file.replace(/\.ts$/, '').split('/')
  return parts.at(-1) === 'index' ? parts.at(-2)! : parts.at(-1)!
}

const place = ({ file, line, kind, path }: Declaration): string => `${file}:${line} ${kind} ${path}`

const from_elsewhere = /\bOTP\b|\bErlang\b|\bRFC \d/

/** What neither OTP nor an RFC has. */
const our_own = [
  'crypto.aead_key',
  'crypto.crypto_one_time_aead_encrypt_parts',
  'crypto.provider_name',
  'crypto.use_provider',
  'crypto.wipe',
  'kernel.application.ensure_loaded',
  'kernel.inet.sockets',
  'kernel.logger_formatter.for_people',
  'public_key.subject_public_key',
  'runtime.freeze_messages',
  'runtime.gen_server.ref',
  'runtime.matches',
  'runtime.on',
  'runtime.proc_lib.leave',
  'runtime.run',
  'runtime.run_outside',
  'runtime.running_timers',
  'runtime.supervision_tree',
  'runtime.supervisor.child_spec',
  'runtime.sys.in_callback',
  'runtime.sys.status_items',
  'runtime.sys.use_sink',
  'runtime.timer_count',
  'ssl.decode_session',
  'ssl.encode_session',
]
const without_otp = /^(statechart|simulation|observer|node)\./

/** Reads a small package in memory. */
function read_package(files: Record<string, string>): Declaration[] {
  return public_declarations(new Map([['p', 'index.ts']]), file => files[file] ?? '')
}

describe('the reader of this test', () => {
  const found = read_package({
    'index.ts': [
      "export { a, type B as C } from './one.ts'",
      "export * as two from './sub/two.ts'",
      "import { d } from './one.ts'",
      'export { d }',
    ].join('\n'),
    'one.ts': [
      '/** About a. */',
      'export function a(first: First): void',
      'export function a(first?: First): void {}',
      '',
      'export type B = string',
      '/** About d. */',
      '',
      'export const d = hidden()',
      'function hidden(): Hidden {}',
      'interface Hidden {}',
      'export interface First { /** not Second */ readonly of: Third }',
      'export class Second {}',
      '/** About Third. */',
      'export interface Third {}',
    ].join('\n'),
    'sub/two.ts': ["import type { Second } from '../one.ts'", 'export async function* e(s: Second) {}'].join(
      '\n',
    ),
  })

  test('follows names, modules and types to what they stand for, once each', () => {
    expect(found.map(({ path, docstring }) => [path, docstring])).toEqual([
      ['p.a', 'About a.'],
      ['p.a > First', undefined],
      ['p.a > First > Third', 'About Third.'],
      ['p.C', undefined],
      ['p.d', 'About d.'],
      ['p.two.e', undefined],
      ['p.two.e > Second', undefined],
    ])
  })

  test('tells the place of each', () => {
    expect(found.map(place)).toContain('one.ts:5 type p.C')
    expect(found.map(place)).toContain('sub/two.ts:2 function p.two.e')
  })

  test('sees that something is missing', () => {
    expect(() => read_package({ 'index.ts': "export { a } from './one.ts'" })).toThrow('one.ts has no a')
  })
})

describe('what the package exports', () => {
  test('is found, by every entry point', () => {
    expect(declarations.length).toBeGreaterThan(700)
    const names = declarations.map(({ path }) => path.split('.')[0]!)
    expect(new Set(names)).toEqual(new Set(entry_points.keys()))
  })

  test('has a docstring, each of it', () => {
    expect(declarations.filter(({ docstring }) => !docstring).map(place)).toEqual([])
  })

  test('says which function of OTP it is, unless it is one of our own', () => {
    const functions = declarations.filter(({ kind }) => kind === 'function' || kind === 'const')
    const like_otp = functions.filter(({ path }) => !without_otp.test(path))
    const silent = like_otp.filter(({ docstring }) => !from_elsewhere.test(docstring ?? ''))
    expect(silent.map(({ path }) => path).sort()).toEqual(our_own)
  })

  test('links to names that its file knows', () => {
    const lost = declarations.flatMap(declaration => {
      const links = Array.from((declaration.docstring ?? '').matchAll(/\{@link (\w+)/g), ([, name]) => name!)
      const known = code_of(sources.get(declaration.file)!)
      const unknown = links.filter(name => !new RegExp(`\\b${name}\\b`).test(known))
      return unknown.map(name => `${place(declaration)}: ${name}`)
    })
    expect(lost).toEqual([])
  })
})
