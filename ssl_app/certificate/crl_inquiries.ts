// What a cache of revocation lists is asked. A module of the user's may fail, give back what is no list, and never
// answer: whoever asks here is told of lists, or of none.

import type { CertificateList } from '../../apps/public_key/pubkey_crl.ts'
import type { DistributionPoint } from '../../apps/public_key/pubkey_extensions.ts'
import type { GeneralName, Name } from '../../apps/public_key/pubkey_names.ts'
import { DecodeError } from '../../runtime/binary/reader.ts'
import { clear_timer, set_timer } from '../../runtime/erlang/alarm.ts'
import { monotonic_time } from '../../runtime/erlang/clock.ts'
import { report } from '../../runtime/erlang/report.ts'
import { Exit, type Reason, type Term } from '../../runtime/erlang/term.ts'
import { type Awaitable, is_pending, type Steps, wait } from './awaitable.ts'
import { known_crl } from './crl_files.ts'
import * as ssl_crl_cache from './ssl_crl_cache.ts'
import type { CrlCacheApi, CrlCheck } from './ssl_crl_cache_api.ts'

/**
 * Milliseconds that a module may take for all its answers about one certificate. The one that is there anyway keeps to
 * what it was told.
 */
export const patience = 30_000

/** One certificate's: what has been asked once is not asked again. */
export class CrlInquiries {
  readonly #module: CrlCacheApi
  readonly #handle: Term
  readonly #issuer: Name
  #deadline: number | undefined
  readonly #found = new Map<DistributionPoint, readonly CertificateList[]>()

  /** @param issuer - of the certificate */
  constructor([module, handle]: CrlCheck['cache'], issuer: Name) {
    this.#module = module
    this.#handle = handle
    this.#issuer = issuer
  }

  /** The lists of that distribution point. */
  *lookup(point: DistributionPoint): Steps<readonly CertificateList[]> {
    const known = this.#found.get(point)
    if (known !== undefined) return known
    const call = () => this.#module.lookup(point, this.#handle, this.#issuer)
    const found = yield* this.#ask('lookup', call, answer =>
      answer === 'not_available' ? [] : lists(answer),
    )
    this.#found.set(point, found ?? [])
    return found ?? []
  }

  /** The lists that were issued under that name, or one of those names. */
  *select(issuer: Name | readonly GeneralName[]): Steps<readonly CertificateList[]> {
    return (yield* this.#ask('select', () => this.#module.select(issuer, this.#handle), lists)) ?? []
  }

  /** A newer list, or the same one. */
  *fresh_crl(point: DistributionPoint, crl: CertificateList): Steps<CertificateList> {
    const call = () => this.#module.fresh_crl(point, crl.der)
    const newer = yield* this.#ask('fresh_crl', call, answer => known_crl(bytes(answer)))
    return newer ?? crl
  }

  /** @param read - what the answer means; throws what is no answer */
  *#ask<Value>(
    callback: keyof CrlCacheApi,
    call: () => Awaitable<unknown>,
    read: (answer: unknown) => Value,
  ): Steps<Value | undefined> {
    try {
      const answer = call()
      return read(yield* wait(is_pending(answer) ? this.#in_time(answer) : answer))
    } catch (thrown) {
      const reason = reason_of(thrown)
      report('error', { label: ['ssl', 'crl_cache'], report: { callback, reason } })
      return undefined
    }
  }

  #in_time<Value>(answer: PromiseLike<Value>): PromiseLike<Value> {
    if (this.#module.lookup === ssl_crl_cache.lookup) return answer
    this.#deadline ??= monotonic_time() + patience
    return within(this.#deadline - monotonic_time(), answer)
  }
}

/** One that cannot be decoded is no reason to do without the others. */
function lists(answer: unknown): CertificateList[] {
  if (!Array.isArray(answer)) throw new Exit(['bad_return_value', answer])
  return answer.flatMap(der => {
    try {
      return known_crl(bytes(der))
    } catch (thrown) {
      if (!(thrown instanceof DecodeError)) throw thrown
      report('error', { label: ['ssl', 'crl_cache'], report: { reason: reason_of(thrown) } })
      return []
    }
  })
}

function bytes(answer: unknown): Uint8Array {
  if (answer instanceof Uint8Array) return answer
  throw new Exit(['bad_return_value', answer])
}

/** Whoever is too late is not listened to. */
function within<Value>(milliseconds: number, answer: PromiseLike<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Exit('timeout'))
    const timer = milliseconds > 0 ? set_timer(milliseconds, late, false) : undefined
    if (timer === undefined) late()
    const settled = <Result>(settle: (result: Result) => void) => {
      return (result: Result) => {
        if (timer !== undefined) clear_timer(timer)
        settle(result)
      }
    }
    answer.then(settled(resolve), settled(reject))
  })
}

function reason_of(thrown: unknown): Reason {
  if (thrown instanceof Exit) return thrown.reason
  return thrown instanceof DecodeError ? ['decode_error', thrown.message] : thrown
}
