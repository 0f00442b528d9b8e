// What the options of a connection point at, read and decoded; and why that cannot be done.

import type { PemEntry } from '../../apps/public_key/public_key.ts'
import type { Reason } from '../../runtime/erlang/term.ts'
import * as ssl_pem_cache from '../certificate/ssl_pem_cache.ts'

/** Why options cannot be used: `reason` is for the user. */
export class Unusable extends Error {
  readonly reason: Reason

  constructor(reason: Reason) {
    super('unusable options')
    this.reason = reason
  }
}

/**
 * The entries of a PEM file that an option names.
 *
 * @throws {@link Unusable} as {@link unreadable}
 */
export async function read_pem(option: string, file: string): Promise<readonly PemEntry[]> {
  const [tag, found] = await ssl_pem_cache.pem_entries(file)
  if (tag === 'error') throw unreadable(option, file, found)
  return found
}

/** `['options', [option, file, ['error', code]]]`, or `[option, why]` for what is no PEM. */
export const unreadable = (option: string, file: string, why: ssl_pem_cache.PemError): Unusable =>
  new Unusable(Array.isArray(why) ? [option, why] : ['options', [option, file, ['error', why]]])

/**
 * What goes wrong in decoding is told without what was to be decoded.
 *
 * @throws {@link Unusable} `['options', [option, why]]`, or `['options', [option, file, why]]`
 */
export function decoded<Value>(
  decode: () => Value,
  [option, file]: readonly [option: string, file?: string | undefined],
): Value {
  try {
    return decode()
  } catch (error) {
    const why = ['error', error instanceof Error ? error.message : 'badarg']
    throw new Unusable(['options', file === undefined ? [option, why] : [option, file, why]])
  }
}
