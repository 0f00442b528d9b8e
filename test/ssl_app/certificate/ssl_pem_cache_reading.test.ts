// How PEM files are read: by many at once, while they change, under several names, and too many of them.

import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { set_env, unset_env } from '../../../apps/kernel/application.ts'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { encode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import {
  clear,
  generation,
  pem_entries,
  start_link,
  trust_store,
} from '../../../ssl_app/certificate/ssl_pem_cache.ts'
import { make_ca } from '../../support/certificates.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { beginning, in_manual_time, type ManualClock } from '../../support/manual_time.ts'

setFlagsFromString('--expose-gc')
const collect_garbage = runInNewContext('gc') as () => void

const interval = 10_000
const pem = (content: string) => encode_pem([['Certificate', Buffer.from(content), 'not_encrypted']])
const texts = async (path: string) =>
  ok(await pem_entries(path)).map(([, der]) => Buffer.from(der).toString())

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kista-'))
  file = join(folder, 'file.pem')
})

afterEach(async () => {
  kill_everybody()
  unset_env('ssl', 'bypass_pem_cache')
  await rm(folder, { recursive: true })
})

/** Written long before the cache was started. */
async function write(path: string, content: string): Promise<void> {
  const when = (beginning - 60_000) / 1_000
  await writeFile(path, content)
  await utimes(path, when, when)
}

const with_cache = (body: (clock: ManualClock) => Promise<void>, most_files?: number): Promise<void> =>
  in_manual_time(async clock => {
    ok(await start_link(interval, most_files))
    await body(clock)
  })

async function next_check(clock: ManualClock): Promise<void> {
  clock.pass(interval)
  await clear_nothing()
}

/** Calls are served in turn: once this one is, the check is over. */
const clear_nothing = () => pem_entries(join(folder, 'no such file'))

/** A file that has its reader wait until somebody writes. */
function make_pipe(): string {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  return pipe
}

describe('a file that is being read', () => {
  test('is read once for two thousand who want it', async () => {
    const pipe = make_pipe()
    await with_cache(async () => {
      const all = Promise.all(Array.from({ length: 2_000 }, () => pem_entries(pipe)))
      await writeFile(pipe, pem('one'))
      const [first, ...others] = (await all).map(ok)
      expect(others.every(entries => entries === first)).toBe(true)
    })
  })

  test('is tried once for two thousand who want it, where it cannot be used', async () => {
    await write(file, pem('one').slice(0, -10))
    await with_cache(async () => {
      const all = await Promise.all(Array.from({ length: 2_000 }, () => pem_entries(file)))
      expect(all[0]).toEqual(['error', ['decode_error', 'no end of CERTIFICATE']])
      expect(new Set(all.map(([, reason]) => reason)).size).toBe(1)
      await write(file, pem('one'))
      expect(await texts(file)).toEqual(['one'])
    })
  })

  test('has nobody else wait', async () => {
    const pipe = make_pipe()
    await write(file, pem('one'))
    await with_cache(async () => {
      const slow = texts(pipe)
      expect(await texts(file)).toEqual(['one'])
      await writeFile(pipe, pem('slow'))
      expect(await slow).toEqual(['slow'])
    })
  })

  test('and is written meanwhile, is not kept', async () => {
    const pipe = make_pipe()
    await with_cache(async () => {
      for (const content of ['one', 'two']) {
        const read = texts(pipe)
        await writeFile(pipe, pem(content))
        expect(await read).toEqual([content])
      }
    })
  })

  test('is read anew for those who come after everything was cleared', async () => {
    const pipe = make_pipe()
    await with_cache(async () => {
      const before = texts(pipe)
      // Done once the other end is open too.
      const writer = await open(pipe, 'w')
      await clear()
      await unlink(pipe)
      await write(pipe, pem('two'))
      expect(await texts(pipe)).toEqual(['two'])
      await writer.writeFile(pem('one'))
      await writer.close()
      expect(await before).toEqual(['one'])
      expect(await texts(pipe)).toEqual(['two'])
    })
  })
})

describe('a file under several names', () => {
  test('is one file, as long as they are the same path', async () => {
    await write(file, pem('one'))
    await with_cache(async () => {
      const entries = ok(await pem_entries(file))
      for (const path of [
        relative(process.cwd(), file),
        join(folder, '.', 'file.pem'),
        `${folder}/x/../file.pem`,
      ])
        expect(ok(await pem_entries(path))).toBe(entries)
    })
  })

  test('makes for one trust store, by links and copies too', async () => {
    const { cert_pem, cert_der } = await make_ca()
    const [link, copy] = [join(folder, 'link.pem'), join(folder, 'copy.pem')]
    await write(file, cert_pem)
    await write(copy, cert_pem)
    await symlink(file, link)
    await with_cache(async () => {
      const store = ok(await trust_store(file))
      expect(store.has(decode_certificate(cert_der))).toBe(true)
      expect(ok(await trust_store(link))).toBe(store)
      expect(ok(await trust_store(copy))).toBe(store)
    })
  })

  test('is another one once the link to it leads elsewhere, of whatever age that is', async () => {
    const [one, two, link] = ['one', 'two', 'link'].map(name => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await write(one, pem('one'))
    await write(two, pem('two'))
    await symlink(one, link)
    await with_cache(async clock => {
      expect(await texts(link)).toEqual(['one'])
      await symlink(two, `${link}.new`)
      await rename(`${link}.new`, link)
      await next_check(clock)
      expect(await texts(link)).toEqual(['two'])
    })
  })
})

test('ten thousand connections with one file of authorities hold it once', async () => {
  const authorities = await Promise.all(
    Array.from({ length: 20 }, (_, index) => make_ca({ subject: `CN=${index}` })),
  )
  await write(file, authorities.map(({ cert_pem }) => cert_pem).join(''))
  await with_cache(async () => {
    const first = ok(await trust_store(file))
    collect_garbage()
    const before = process.memoryUsage().heapUsed
    const held = (await Promise.all(Array.from({ length: 10_000 }, () => trust_store(file)))).map(ok)
    collect_garbage()
    expect((process.memoryUsage().heapUsed - before) / held.length).toBeLessThan(1_000)
    expect(held.every(store => store === first)).toBe(true)
  })
})

test('of too many files those are forgotten that were used longest ago', async () => {
  const paths = ['a', 'b', 'c', 'd'].map(name => join(folder, name)) as [string, string, string, string]
  for (const path of paths) await write(path, pem(path.slice(-1)))
  const [a, b, c, d] = paths
  await with_cache(async () => {
    for (const path of [a, b, c]) await texts(path)
    await texts(a)
    const before = generation()
    await texts(d)
    expect(generation()).not.toBe(before)
    for (const path of paths) await unlink(path)
    for (const path of [a, c, d]) expect(await texts(path)).toEqual([path.slice(-1)])
    expect(await pem_entries(b)).toEqual(['error', 'enoent'])
  }, 3)
})

test('where the cache is bypassed every file is read each time, and nothing made of it is good any longer', async () => {
  await write(file, pem('one'))
  set_env('ssl', 'bypass_pem_cache', true)
  expect(await texts(file)).toEqual(['one'])
  await write(file, pem('two'))
  expect(await texts(file)).toEqual(['two'])
  expect(generation()).not.toBe(generation())
  set_env('ssl', 'bypass_pem_cache', false)
  expect(generation()).toBe(generation())
})
