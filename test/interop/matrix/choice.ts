// Which cells are filled: those that nobody excuses, those that somebody asks for, and the few that stand for all.

import { type Cell, cipher_title, every_cell, type PeerName, peer_names, title } from './cells.ts'
import { excuse_for } from './excuses.ts'

/** Every cell that has to be filled. */
export function cells_to_fill(): readonly Cell[] {
  return every_cell().filter(cell => excuse_for(cell) === undefined)
}

/** Of those, the ones whose title has all of `words`. */
export function cells_with(words: string): readonly Cell[] {
  const wanted = words.split(/\s+/).filter(word => word !== '')
  return cells_to_fill().filter(cell => wanted.every(word => title(cell).split(' ').includes(word)))
}

/** Each version with each key exchange, and each cipher with each MAC, once per role; the peers take turns. */
export function thin(cells: readonly Cell[]): readonly Cell[] {
  const chosen: Cell[] = []
  const served = new Map<PeerName, number>(peer_names.map(name => [name, 0]))
  const seen = new Set<string>()
  const choose = (cell: Cell) => {
    chosen.push(cell)
    served.set(cell.peer, served.get(cell.peer)! + 1)
    for (const trait of traits(cell)) seen.add(trait)
  }
  for (const cell of cells) {
    const unseen = traits(cell).find(trait => !seen.has(trait))
    if (unseen === undefined) continue
    const alike = cells.filter(other => traits(other).includes(unseen))
    const news = (other: Cell) => traits(other).filter(trait => !seen.has(trait)).length
    choose(alike.reduce((best, other) => (is_better(other, best) ? other : best)))

    function is_better(other: Cell, best: Cell): boolean {
      const turns = served.get(other.peer)! - served.get(best.peer)!
      return turns < 0 || (turns === 0 && news(other) > news(best))
    }
  }
  return chosen
}

function traits({ role, version, suite }: Cell): readonly string[] {
  return [`${role} ${version} ${suite.key_exchange}`, `${role} ${cipher_title(suite)}`]
}
