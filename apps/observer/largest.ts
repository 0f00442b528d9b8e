// Of many, the few with the largest numbers, in one pass and without keeping the others.

/**
 * The items with the largest numbers, the largest first; of those that are equal, the earlier ones first.
 *
 * @param most - how many at most
 */
export function largest<Item>(
  items: Iterable<Item>,
  most: number,
  number_of: (item: Item) => number,
): Item[] {
  if (most <= 0) return []
  let kept: { readonly item: Item; readonly number: number }[] = []
  let least = Number.NEGATIVE_INFINITY
  for (const item of items) {
    const number = number_of(item)
    if (number <= least) continue
    kept.push({ item, number })
    if (kept.length < 2 * most) continue
    kept = first_of(kept, most)
    least = kept.at(-1)!.number
  }
  return first_of(kept, most).map(({ item }) => item)
}

const first_of = <Kept extends { readonly number: number }>(kept: readonly Kept[], most: number): Kept[] =>
  kept.toSorted((one, other) => other.number - one.number).slice(0, most)
