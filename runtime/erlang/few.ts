// A set that is mostly empty or holds one member: most processes have one link and no monitor, and a `Set`
// costs more than such a process itself.

/** None, one, or a set of many. */
export type Few<Member extends object> = undefined | Member | Set<Member>

export function add<Member extends object>(few: Few<Member>, member: Member): Few<Member> {
  if (few === undefined || few === member) return member
  if (few instanceof Set) return few.add(member)
  return new Set([few, member])
}

export function remove<Member extends object>(few: Few<Member>, member: Member): Few<Member> {
  if (few === member) return undefined
  if (!(few instanceof Set)) return few
  few.delete(member)
  return few.size === 0 ? undefined : few
}

export function has<Member extends object>(few: Few<Member>, member: Member): boolean {
  return few === member || (few instanceof Set && few.has(member))
}

export function members<Member extends object>(few: Few<Member>): Member[] {
  if (few === undefined) return []
  return few instanceof Set ? [...few] : [few]
}
