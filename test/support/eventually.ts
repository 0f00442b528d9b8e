// For what will be so once the event loop has turned often enough, in real time.

/**
 * Checks after each turn of the event loop until the check holds.
 *
 * @param check - throws as long as it does not hold, as `expect` does
 * @param patience - milliseconds
 * @throws what `check` threw last
 */
export async function eventually(check: () => void, patience = 10_000): Promise<void> {
  const until = performance.now() + patience
  for (;;) {
    try {
      check()
      return
    } catch (failure) {
      if (performance.now() > until) throw failure
    }
    await new Promise(resolve => setImmediate(resolve))
  }
}
