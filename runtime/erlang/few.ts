// A set that is mostly empty or holds one member: most processes have one link and no monitor, and a `Set`
// costs more than such a process itself. A `Set` whose members come and go also leaves garbage that outlives
// young collections, so a handful is a list.

/** None, one, a handful in the order in which they came, or a set of many. */
export type Few<Member extends object> = undefined | Member | Member[] | Set<Member>

const handful = 16

export function add<Member extends object>(few: Few<Member>, member: Member): Few<Member> {
  if (few === undefined || few === member) return member
  if (few instanceof Set) return few.add(member)
  if (!Array.isArray(few)) return [few, member]
  if (few.includes(member)) return few
  if (few.length === handful) return new Set(few).add(member)
  few.push(member)
  return few
}

export function remove<Member extends object>(few: Few<Member>, member: Member): Few<Member> {
  if (few === member) return undefined
  if (few instanceof Set) {
    few.delete(member)
    return few.size === 0 ? undefined : few
  }
  if (!Array.isArray(few)) return few
  const index = few.lastIndexOf(member)
  if (index >= 0) few.splice(index, 1)
  return few.length === 0 ? undefined : few
}

export function has<Member extends object>(few: Few<Member>, member: Member): boolean {
  if (few === member) return true
  return Array.isArray(few) ? few.includes(member) : few instanceof Set && few.has(member)
}

/** The members at this moment, in the order in which they came. */
export function members<Member extends object>(few: Few<Member>): Member[] {
  if (few === undefined) return []
  return few instanceof Set || Array.isArray(few) ? [...few] : [few]
}
