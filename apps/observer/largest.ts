// Of many, the few that come first in some order, in one pass and without keeping the others.

/**
 * The first `most` of the items as `compare` orders them, in that order; of those that are equal, the earlier ones.
 *
 * @param compare - negative when the first of the two comes first
 */
export function first_in_order<Item>(
  items: Iterable<Item>,
  most: number,
  compare: (one: Item, other: Item) => number,
): Item[] {
  if (most <= 0) return []
  let kept: Item[] = []
  let last: Item | undefined
  for (const item of items) {
    if (last !== undefined && compare(item, last) >= 0) continue
    kept.push(item)
    if (kept.length < 2 * most) continue
    kept = kept.sort(compare).slice(0, most)
    last = kept.at(-1)
  }
  return kept.sort(compare).slice(0, most)
}
