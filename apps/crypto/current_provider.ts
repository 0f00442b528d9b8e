// Which provider does the work. It can change at any time, so that everybody asks here each time.

import { node_provider } from './node_provider.ts'
import type { Provider, ProviderName, Supports } from './provider.ts'

/** The provider in use. */
export let provider: Provider = node_provider

/**
 * Chooses what does the work from now on: `'node'` (the default) or `'noble'`, which is loaded when it is first
 * asked for. Keys made before stay valid; states and key agreement keys stay with the provider that made them.
 *
 * `'noble'` is JavaScript alone. It computes with BigInt and looks things up in tables, which is not constant in
 * time: do not use it where somebody can measure what it does with secrets.
 *
 * @returns once the provider is in use
 */
export async function use_provider(name: ProviderName): Promise<void> {
  provider = name === 'node' ? node_provider : (await import('./noble_provider.ts')).noble_provider
}

/** The name of the provider in use. */
export function provider_name(): ProviderName {
  return provider.name
}

/**
 * What the provider in use can do. What is not listed throws `['notsup', what]`.
 *
 * @see OTP: `crypto:supports/0`
 */
export function supports(): Supports {
  return provider.supports()
}
