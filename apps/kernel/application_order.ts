// In which order applications are started: each after those that it depends on.

import { type Done, matches, type Result, type Term } from '../../runtime/erlang/term.ts'
import * as table from './application_table.ts'

/** `serial`: one after the other; `concurrent`: each as soon as those it depends on run. */
export type Mode = 'serial' | 'concurrent'

/** All modes that there are. */
export const modes: readonly Mode[] = ['serial', 'concurrent']

/** How one application is started and stopped. */
export interface Means {
  start(name: string): Promise<Done>
  stop(name: string): Promise<Done>
}

type Failure = readonly ['error', readonly [name: string, reason: Term]]

/**
 * Starts applications and all that they depend on; stops them again if one fails.
 *
 * @returns `['ok', names]`, what had to be started, in that order; or `['error', [name, reason]]`
 */
export async function start_all(
  names: readonly string[],
  mode: Mode,
  means: Means,
): Promise<Result<string[], Failure[1]>> {
  const failure = circle_in(names)
  if (failure !== undefined) return failure
  const order = new Order(means)
  const failed = mode === 'serial' ? await order.serial(names) : await order.concurrent(names)
  if (failed === undefined) return ['ok', order.started]
  for (const name of order.started.reverse()) await means.stop(name)
  return failed
}

class Order {
  readonly started: string[] = []
  readonly #means: Means
  readonly #begun = new Map<string, Promise<Failure | undefined>>()

  constructor(means: Means) {
    this.#means = means
  }

  async serial(names: readonly string[]): Promise<Failure | undefined> {
    for (const name of names) {
      if (this.#begun.has(name)) continue
      const failed =
        (await this.serial(missing_for(name))) ?? (await this.#begin(name, () => this.#start(name)))
      if (failed !== undefined) return failed
    }
    return undefined
  }

  async concurrent(names: readonly string[]): Promise<Failure | undefined> {
    const after_others = async (name: string) =>
      (await this.concurrent(missing_for(name))) ?? (await this.#start(name))
    const results = await Promise.all(
      names.map(name => this.#begun.get(name) ?? this.#begin(name, () => after_others(name))),
    )
    return results.find(result => result !== undefined)
  }

  #begin(name: string, start: () => Promise<Failure | undefined>): Promise<Failure | undefined> {
    const beginning = start()
    this.#begun.set(name, beginning)
    return beginning
  }

  async #start(name: string): Promise<Failure | undefined> {
    const result = await this.#means.start(name)
    if (result === 'ok') this.started.push(name)
    else if (!matches(['already_started', name], result[1])) return ['error', [name, result[1]]]
    return undefined
  }
}

/** What an application depends on and is not running, those aside that it can do without and nobody knows. */
function missing_for(name: string): readonly string[] {
  const spec = table.spec_of(name)
  if (spec === undefined || table.started_entry(name)?.status === 'running') return []
  return spec.applications.filter(
    other =>
      table.started_entry(other)?.status !== 'running' &&
      !(spec.optional_applications.includes(other) && table.spec_of(other) === undefined),
  )
}

/** Applications that depend on each other can none of them be the first. */
function circle_in(names: readonly string[]): Failure | undefined {
  const seen = new Set<string>()
  const look = (name: string, above: readonly string[]): Failure | undefined => {
    if (seen.has(name)) return undefined
    const path = [...above, name]
    for (const other of missing_for(name)) {
      if (path.includes(other)) return ['error', [name, ['not_started', other]]]
      const found = look(other, path)
      if (found !== undefined) return found
    }
    seen.add(name)
    return undefined
  }
  return names.map(name => look(name, [])).find(found => found !== undefined)
}
