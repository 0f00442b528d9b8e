// The import table of docs/architecture.md, held against every import line; and the habits a compiler does not check.

import { describe, expect, test } from '@jest/globals'
import {
  code_of,
  exported_files,
  type Import,
  imports_of,
  read_sources,
  type Source,
} from './support/sources.ts'

// ---- The table

/** Where a file lives decides what it may import. The first folder that fits counts. */
const layers: readonly { readonly folder: string; readonly may: readonly string[] }[] = [
  { folder: 'runtime/binary/', may: ['runtime/binary/'] },
  { folder: 'runtime/erlang/', may: ['runtime/erlang/'] },
  { folder: 'runtime/otp/', may: ['runtime/otp/', 'runtime/erlang/'] },
  { folder: 'runtime/', may: ['runtime/'] },
  { folder: 'apps/crypto/', may: ['apps/crypto/', 'runtime/erlang/term.ts'] },
  {
    folder: 'apps/public_key/',
    may: ['apps/public_key/', 'apps/crypto/', 'runtime/binary/', 'runtime/erlang/'],
  },
  { folder: 'apps/kernel/', may: ['apps/kernel/', 'runtime/'] },
  { folder: 'apps/observer/', may: ['apps/observer/', 'apps/kernel/', 'runtime/'] },
  { folder: 'simulation/', may: ['simulation/', 'apps/kernel/', 'runtime/'] },
  ...ssl_layers(['record', 'certificate', 'session', 'handshake', 'connection']),
]

/** Each folder of ssl may import those to its left; the root files may import all of them. */
function ssl_layers(folders: readonly string[]) {
  const below = ['apps/', 'runtime/']
  const layers = folders.map((folder, index) => ({
    folder: `ssl_app/${folder}/`,
    may: [...folders.slice(0, index + 1).map(name => `ssl_app/${name}/`), ...below],
  }))
  return [...layers, { folder: 'ssl_app/', may: ['ssl_app/', ...below] }]
}

/** One door per outside package: the only files that may import it. */
const doors: readonly { readonly name: RegExp; readonly files: RegExp }[] = [
  { name: /^@noble\//, files: /^apps\/crypto\/noble_\w+\.ts$/ },
  { name: /^(@peculiar\/x509|reflect-metadata)$/, files: /^apps\/public_key\/x509\.ts$/ },
  { name: /^node:crypto$/, files: /^apps\/crypto\/node_\w+\.ts$/ },
  { name: /^node:net$/, files: /^apps\/kernel\/inet_tcp\.ts$/ },
  { name: /^xstate$/, files: /_chart\.ts$|^runtime\/otp\/statechart\.ts$/ },
  { name: /^node:async_hooks$/, files: /^runtime\/erlang\/self\.ts$/ },
  { name: /^sorted-btree$/, files: /^runtime\/erlang\/ets_tree\.ts$/ },
  { name: /^node:util$/, files: /^runtime\/erlang\/io_lib\.ts$/ },
  {
    name: /^node:fs(\/promises)?$/,
    files:
      /^(ssl_app\/certificate\/(ssl_pem_cache|crl_files)|apps\/public_key\/pubkey_os_cacerts|apps\/kernel\/(application|logger)\w*)\.ts$/,
  },
  { name: /^node:path$/, files: /^ssl_app\/certificate\/ssl_pem_cache\.ts$/ },
  // The directory of the sockets at which nodes can be watched.
  { name: /^node:(fs|os)$/, files: /^apps\/observer\/observer_directory\.ts$/ },
  // The certificates that Node brings along are the platform's where it has none of its own.
  { name: /^node:tls$/, files: /^apps\/public_key\/pubkey_os_cacerts\.ts$/ },
  // Node's own API, imitated on top of sockets: streams and agents.
  { name: /^node:(events|stream|https)$/, files: /^ssl_app\/node_\w+\.ts$/ },
  // Revocation lists are fetched by it.
  { name: /^node:http$/, files: /^ssl_app\/certificate\/http_get\.ts$/ },
  { name: /^node:(dns(\/promises)?|os)$/, files: /^apps\/kernel\/inet\w*\.ts$/ },
]

/** Pure: bytes and states in, bytes and states out. */
const pure = /^ssl_app\/(record|handshake)\//
const process_modules = /^runtime\/(?!binary\/|erlang\/term\.ts$)|^apps\/kernel\//
const impure =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bprocess\.|\bgetRandomValues\b|\bcrypto\.(strong_rand_bytes|generate_key)\b/
const random_source = /\b(strong_rand_bytes|generate_key)\b/

const entry_points = ['runtime/index.ts', 'apps/kernel/index.ts', ...exported_files()]
const longest_file = 400
const longest_example = 60

// ---- The laws

const product = read_sources('runtime', 'apps', 'ssl_app', 'simulation')
const examples = read_sources('examples')
const everything = [...product, ...examples, ...read_sources('test')]
const imports = product.flatMap(source => source.imports)
const at = ({ file, line, target }: Import): string => `${file}:${line} imports ${target}`

function breaks_layers({ file, target, outside }: Import): boolean {
  if (outside) return false
  const layer = layers.find(({ folder }) => file.startsWith(folder))
  return !layer?.may.some(allowed => target.startsWith(allowed))
}

function lacks_door({ file, target, outside }: Import): boolean {
  return outside && !doors.some(({ name, files }) => name.test(target) && files.test(file))
}

/** The cycles that are left when every file that no cycle goes through has been taken away. */
function cycles_of(imports: readonly Import[]): string[] {
  let edges = imports.filter(({ outside }) => !outside).map(({ file, target }) => [file, target] as const)
  for (;;) {
    const sources = new Set(edges.map(([file]) => file))
    const targets = new Set(edges.map(([, target]) => target))
    const left = edges.filter(([file, target]) => targets.has(file) && sources.has(target))
    if (left.length === edges.length) return left.map(([file, target]) => `${file} -> ${target}`)
    edges = left
  }
}

/** Whether it only hands on what others hold. A module may have a part of its page in another file. */
function is_barrel({ file, code }: Source): boolean {
  if (entry_points.includes(file)) return false
  const hands_on_all = /^export\s+\*/m.test(code)
  const hands_on = /^export\s+(type\s+)?\{[^}]*\}\s*from\b/m.test(code)
  const has_its_own = /^export\s+(const|let|function|async|class|abstract|interface|type\s+\w)/m.test(code)
  return hands_on_all || (hands_on && !has_its_own)
}

const edge = (file: string, target: string, outside = false): Import => {
  return { file, target, line: 1, outside, names: '', only_types: false }
}

describe('the readers of this test', () => {
  test('find imports of every form, and only imports', () => {
    const text = [
      "import { a, type B } from './a.ts'",
      "import type { C } from '../c.ts'",
      "import { type D,\n  type E } from './d.ts'",
      "import 'reflect-metadata'",
      "import * as f from 'node:fs'",
      "export { g } from './g.ts'",
      "export type { G } from './g.ts'",
      "export * from './h.ts'",
      "const i = await import('./i.ts')",
      "type J = import('./j.ts').J",
      "// import { k } from './k.ts'",
      "/* import { l } from './l.ts' */",
      "export const m = 'from'",
    ].join('\n')
    const found = imports_of('runtime/otp/x.ts', text).map(({ target, only_types }) => [target, only_types])
    expect(found).toEqual([
      ['runtime/otp/a.ts', false],
      ['runtime/c.ts', true],
      ['runtime/otp/d.ts', true],
      ['reflect-metadata', false],
      ['node:fs', false],
      ['runtime/otp/g.ts', false],
      ['runtime/otp/g.ts', true],
      ['runtime/otp/h.ts', false],
      ['runtime/otp/i.ts', false],
      ['runtime/otp/j.ts', false],
    ])
  })

  test('see code and no comments, strings or patterns', () => {
    expect(code_of("a('Date.now') // Date.now\n/* Date.now */ b(/Date.now/) / 2").match(/Date/)).toBeNull()
    expect(code_of('const now = Date.now() / 2 / 3')).toContain('Date.now()')
  })

  test('find a cycle and nothing else', () => {
    const chain = [edge('a', 'b'), edge('b', 'c'), edge('c', 'd')]
    expect(cycles_of(chain)).toEqual([])
    expect(cycles_of([...chain, edge('c', 'b')])).toEqual(['b -> c', 'c -> b'])
  })

  test('read the sources of the product', () => {
    expect(product.length).toBeGreaterThan(20)
    expect(imports.length).toBeGreaterThan(product.length)
    expect(product.some(({ file }) => file === 'runtime/erlang/process.ts')).toBe(true)
  })
})

describe('who imports whom', () => {
  test.each([
    ['runtime/erlang/pid.ts', 'runtime/otp/gen.ts', true],
    ['runtime/otp/gen.ts', 'runtime/erlang/pid.ts', false],
    ['apps/crypto/crypto.ts', 'runtime/erlang/pid.ts', true],
    ['apps/kernel/inet.ts', 'ssl_app/ssl.ts', true],
    ['ssl_app/record/tls_record.ts', 'ssl_app/handshake/hello.ts', true],
    ['ssl_app/handshake/hello.ts', 'ssl_app/record/tls_record.ts', false],
    ['ssl_app/connection/ssl_socket.ts', 'ssl_app/ssl.ts', true],
    ['ssl_app/ssl.ts', 'ssl_app/connection/ssl_socket.ts', false],
    ['ssl_app/ssl.ts', 'test/support/virtual_time.ts', true],
    ['ssl_app/unknown_folder/x.ts', 'examples/echo.ts', true],
  ])('the table is asked whether %s may import %s', (file, target, refused) => {
    expect(breaks_layers(edge(file, target))).toBe(refused)
  })

  test('a package is let in at its door only, and an unknown one nowhere', () => {
    expect(lacks_door(edge('runtime/erlang/self.ts', 'node:async_hooks', true))).toBe(false)
    expect(lacks_door(edge('runtime/otp/gen.ts', 'node:async_hooks', true))).toBe(true)
    expect(lacks_door(edge('ssl_app/handshake/client_chart.ts', 'xstate', true))).toBe(false)
    expect(lacks_door(edge('ssl_app/ssl.ts', 'left-pad', true))).toBe(true)
  })

  test('every folder imports only what the table allows it', () => {
    expect(imports.filter(breaks_layers).map(at)).toEqual([])
  })

  test('every outside package comes in through its one door', () => {
    expect(imports.filter(lacks_door).map(at)).toEqual([])
  })

  test('there are no cycles, of types neither', () => {
    expect(cycles_of(imports)).toEqual([])
  })

  test('every import within the package names a file that is there, with its ending', () => {
    const files = new Set(everything.map(({ file }) => file))
    const own = everything.flatMap(source => source.imports).filter(({ outside }) => !outside)
    const missing = own.filter(
      ({ file, target }) => !files.has(target) && file !== 'test/architecture.test.ts',
    )
    expect(missing.map(at)).toEqual([])
  })
})

describe('records and handshakes are pure', () => {
  const sources = product.filter(({ file }) => pure.test(file))

  test('they know no process, and nothing of the machine', () => {
    const wrong = sources
      .flatMap(source => source.imports)
      .filter(({ target, outside }) => (outside ? target.startsWith('node:') : process_modules.test(target)))
    expect(wrong.map(at)).toEqual([])
  })

  test('they read no clock, set no timer and draw no random numbers', () => {
    const wrong = sources.filter(({ code }) => impure.test(code))
    expect(wrong.map(({ file, code }) => `${file}: ${impure.exec(code)?.[0]}`)).toEqual([])
    const random = sources.flatMap(source => source.imports).filter(({ names }) => random_source.test(names))
    expect(random.map(at)).toEqual([])
  })
})

describe('every file', () => {
  test('is no barrel, unless it is an entry point', () => {
    expect(product.filter(is_barrel).map(({ file }) => file)).toEqual([])
  })

  test('has names for all that it exports', () => {
    const wrong = everything.filter(({ code }) => /^export\s+default\b|\bas\s+default\b/m.test(code))
    expect(wrong.map(({ file }) => file)).toEqual([])
  })

  test('is named after what it holds', () => {
    const vague = /(^|\/)(utils?|helpers?|misc|common|types|constants)(\/|\.ts$)/
    expect(everything.map(({ file }) => file).filter(file => vague.test(file))).toEqual([])
  })

  test('is named in snake_case', () => {
    const name = /^([a-z0-9_]+\/)+[a-z0-9_]+(\.slow)?(\.test)?\.ts$/
    expect(everything.map(({ file }) => file).filter(file => !name.test(file))).toEqual([])
  })

  test(`has at most ${longest_file} lines`, () => {
    const long = everything.filter(({ text }) => text.split('\n').length - 1 > longest_file)
    expect(long.map(({ file, text }) => `${file}: ${text.split('\n').length - 1}`)).toEqual([])
  })

  test('says at its head what it is for', () => {
    const head = (text: string) => text.replace(/^#!.*\n/, '')
    expect(product.filter(({ text }) => !head(text).startsWith('// ')).map(({ file }) => file)).toEqual([])
  })

  test('silences no check of the compiler', () => {
    const wrong = everything.filter(({ text }) => /@ts-(?:ignore|nocheck|expect-error)\b/.test(text))
    expect(wrong.map(({ file }) => file)).toEqual([])
  })

  test('leaves nothing to be done later', () => {
    const mark = new RegExp(['TO', 'DO\\b|\\bFIX', 'ME\\b'].join(''))
    const wrong = everything.filter(({ text }) => mark.test(text))
    expect(wrong.map(({ file }) => file)).toEqual([])
  })

  test('of the examples is under sixty lines', () => {
    const long = examples.filter(({ text }) => text.split('\n').length - 1 >= longest_example)
    expect(long.map(({ file }) => file)).toEqual([])
  })
})
