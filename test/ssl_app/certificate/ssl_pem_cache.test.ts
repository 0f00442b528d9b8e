import { mkdtemp, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { decode_certificate } from '../../../apps/public_key/otp_certificate.ts'
import { encode_pem } from '../../../apps/public_key/pubkey_pem.ts'
import { type Report, use_report_handler } from '../../../runtime/erlang/report.ts'
import { run } from '../../../runtime/erlang/spawn.ts'
import { ok } from '../../../runtime/erlang/term.ts'
import * as gen_server from '../../../runtime/otp/gen_server.ts'
import {
  clear,
  generation,
  pem_entries,
  start_link,
  trust_store,
} from '../../../ssl_app/certificate/ssl_pem_cache.ts'
import { make_ca, make_leaf } from '../../support/certificates.ts'
import { kill_everybody } from '../../support/clean_slate.ts'
import { beginning, in_manual_time, type ManualClock } from '../../support/manual_time.ts'

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
  use_report_handler()
  await rm(folder, { recursive: true })
})

/** Writes a file as if that had been so many milliseconds after the beginning. */
async function write(path: string, content: string, when: number): Promise<void> {
  await writeFile(path, content)
  await utimes(path, (beginning + when) / 1_000, (beginning + when) / 1_000)
}

const with_cache = (body: (clock: ManualClock) => Promise<void>): Promise<void> =>
  in_manual_time(async clock => {
    ok(await start_link(interval))
    await body(clock)
  })

/** Lets one check come and go. */
async function next_check(clock: ManualClock): Promise<void> {
  clock.pass(interval)
  // Calls are served in turn: once this one is, the check is over.
  await pem_entries(join(folder, 'no such file'))
}

describe('a PEM file', () => {
  test('is read, every entry in its order, encrypted ones as they are', async () => {
    const key = ['ECPrivateKey', Uint8Array.of(7), ['AES-256-CBC', new Uint8Array(16)]] as const
    await write(file, pem('one') + encode_pem([key]) + pem('two'), -5_000)
    await with_cache(async () => {
      const entries = ok(await pem_entries(file))
      expect(entries.map(([type]) => type)).toEqual(['Certificate', 'ECPrivateKey', 'Certificate'])
      expect(entries[1]).toEqual(['ECPrivateKey', Buffer.of(7), ['AES-256-CBC', Buffer.alloc(16)]])
    })
  })

  test('is not read again', async () => {
    await write(file, pem('one'), -5_000)
    await with_cache(async () => {
      const first = ok(await pem_entries(file))
      await unlink(file)
      expect(ok(await pem_entries(file))).toBe(first)
    })
  })

  test('is read once for all who miss it at the same time', async () => {
    await write(file, pem('one'), -5_000)
    await with_cache(async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => pem_entries(file)))
      const [first] = all.map(ok)
      expect(all.map(ok).every(entries => entries === first)).toBe(true)
    })
  })

  test('that cannot be read gives the POSIX code, and is tried again', async () => {
    await with_cache(async () => {
      expect(await pem_entries(file)).toEqual(['error', 'enoent'])
      expect(await pem_entries(folder)).toEqual(['error', 'eisdir'])
      expect(await pem_entries('a\0b')).toEqual(['error', 'einval'])
      await write(file, pem('one'), -5_000)
      expect(await texts(file)).toEqual(['one'])
    })
  })

  test('that is no PEM file gives the reason, and is tried again', async () => {
    await write(file, '-----BEGIN CERTIFICATE-----\nAAAA\n', -5_000)
    await with_cache(async () => {
      expect(await pem_entries(file)).toEqual(['error', ['decode_error', 'no end of CERTIFICATE']])
      expect(await trust_store(file)).toEqual(['error', ['decode_error', 'no end of CERTIFICATE']])
      await write(file, 'no entries at all', -5_000)
      expect(await texts(file)).toEqual([])
    })
  })
})

describe('a check', () => {
  test('keeps a file that was written before the check before it', async () => {
    await write(file, pem('one'), -5_000)
    await with_cache(async clock => {
      const first = ok(await pem_entries(file))
      const before = generation()
      for (let checks = 0; checks < 3; checks++) await next_check(clock)
      expect(ok(await pem_entries(file))).toBe(first)
      expect(generation()).toBe(before)
    })
  })

  test('forgets a file that was written since, and only that one', async () => {
    const other = join(folder, 'other.pem')
    await write(file, pem('one'), -5_000)
    await write(other, pem('other'), -5_000)
    await with_cache(async clock => {
      const kept = ok(await pem_entries(other))
      expect(await texts(file)).toEqual(['one'])
      await write(file, pem('two'), 3_000)
      expect(await texts(file)).toEqual(['one'])
      const before = generation()
      await next_check(clock)
      expect(generation()).not.toBe(before)
      expect(await texts(file)).toEqual(['two'])
      expect(ok(await pem_entries(other))).toBe(kept)
    })
  })

  test('forgets a file that is gone', async () => {
    await write(file, pem('one'), -5_000)
    await with_cache(async clock => {
      expect(await texts(file)).toEqual(['one'])
      await unlink(file)
      await next_check(clock)
      expect(await pem_entries(file)).toEqual(['error', 'enoent'])
    })
  })

  test('forgets a file in whose place is an older one', async () => {
    await write(file, pem('one'), -5_000)
    await with_cache(async clock => {
      expect(await texts(file)).toEqual(['one'])
      await write(file, pem('older'), -50_000)
      await next_check(clock)
      expect(await texts(file)).toEqual(['older'])
    })
  })

  test('forgets once a file that was written in the second of the check before it, or later', async () => {
    await write(file, pem('one'), 900)
    await with_cache(async clock => {
      clock.pass(1_000)
      const first = ok(await pem_entries(file))
      await next_check(clock)
      const second = ok(await pem_entries(file))
      expect(second).not.toBe(first)
      await next_check(clock)
      expect(ok(await pem_entries(file))).toBe(second)
    })
  })

  test('comes again and again, and no program waits for it', async () => {
    await write(file, pem('0'), -5_000)
    await with_cache(async clock => {
      for (let time = 1; time <= 3; time++) {
        await texts(file)
        await write(file, pem(String(time)), time * interval - 2_000)
        await next_check(clock)
        expect(await texts(file)).toEqual([String(time)])
      }
      expect(clock.kept_alive).toBe(false)
    })
  })

  test('comes every two minutes unless something else is said', async () => {
    await write(file, pem('one'), -5_000)
    await in_manual_time(async clock => {
      ok(await start_link())
      expect(await texts(file)).toEqual(['one'])
      await unlink(file)
      clock.pass(119_999)
      await pem_entries(folder)
      expect(await texts(file)).toEqual(['one'])
      clock.pass(1)
      await pem_entries(folder)
      expect(await pem_entries(file)).toEqual(['error', 'enoent'])
    })
  })
})

describe('clear', () => {
  test('forgets everything, and says so by the generation', async () => {
    await write(file, pem('one'), -5_000)
    await with_cache(async () => {
      expect(await texts(file)).toEqual(['one'])
      const { mtime } = await stat(file)
      await writeFile(file, pem('two'))
      await utimes(file, mtime, mtime)
      const before = generation()
      expect(await clear()).toBe('ok')
      expect(generation()).not.toBe(before)
      expect(await texts(file)).toEqual(['two'])
    })
  })

  test('is an exit when the cache is not running, as is every read', async () => {
    await expect(run(clear)).rejects.toMatchObject({ reason: ['noproc', expect.anything()] })
    await expect(run(() => pem_entries(file))).rejects.toMatchObject({
      reason: ['noproc', expect.anything()],
    })
  })
})

test('a cache that was started anew knows nothing of what there was, and says so by the generation', async () => {
  await write(file, pem('one'), -5_000)
  await in_manual_time(async () => {
    const cache = ok(await start_link(interval))
    expect(await texts(file)).toEqual(['one'])
    await unlink(file)
    const before = generation()
    await gen_server.stop(cache)
    ok(await start_link(interval))
    expect(generation()).not.toBe(before)
    expect(await pem_entries(file)).toEqual(['error', 'enoent'])
  })
})

describe('a trust store', () => {
  test('is made of the certificates of a file, once for all who want it', async () => {
    const ca = await make_ca()
    const leaf = await make_leaf(ca)
    await write(file, ca.cert_pem + ca.key_pem, -5_000)
    await with_cache(async () => {
      const store = ok(await trust_store(file))
      expect(store.issuers(decode_certificate(leaf.cert_der)).map(({ der }) => der)).toEqual([
        Buffer.from(ca.cert_der),
      ])
      expect(ok(await trust_store(file))).toBe(store)
    })
  })

  test('goes with its file', async () => {
    const [old_ca, new_ca] = [await make_ca({ subject: 'CN=old' }), await make_ca({ subject: 'CN=new' })]
    await write(file, old_ca.cert_pem, -5_000)
    await with_cache(async () => {
      const old_store = ok(await trust_store(file))
      await write(file, new_ca.cert_pem, -4_000)
      await clear()
      const new_store = ok(await trust_store(file))
      const is_in = (ca: typeof old_ca) => decode_certificate(ca.cert_der)
      expect([old_store.has(is_in(old_ca)), new_store.has(is_in(old_ca))]).toEqual([true, false])
      expect([old_store.has(is_in(new_ca)), new_store.has(is_in(new_ca))]).toEqual([false, true])
    })
  })

  test('leaves out what cannot be decoded, with one warning', async () => {
    const warnings: Report[] = []
    use_report_handler((level, report) => {
      if (level === 'warning') warnings.push(report)
    })
    const ca = await make_ca()
    await write(file, pem('nonsense') + ca.cert_pem, -5_000)
    await with_cache(async () => {
      expect(ok(await trust_store(file)).ignored).toBe(1)
      await trust_store(file)
    })
    expect(warnings).toEqual([{ label: ['ssl', 'ignored_cacerts'], report: { file, ignored: 1 } }])
  })
})
