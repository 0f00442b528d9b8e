// A help in finding who changes a message after it was sent: what is sent is frozen.

let freezing = false

/** Whether messages are frozen when they are sent. For tests and development: it costs time. */
export function freeze_messages(wanted: boolean): void {
  freezing = wanted
}

export const freezes_messages = (): boolean => freezing

/** Freezes arrays and plain objects all the way down; other objects are left as they are. */
export function deep_freeze(term: unknown): void {
  if (typeof term !== 'object' || term === null || Object.isFrozen(term)) return
  const prototype = Object.getPrototypeOf(term)
  if (!Array.isArray(term) && prototype !== Object.prototype && prototype !== null) return
  Object.freeze(term)
  for (const part of Object.values(term)) deep_freeze(part)
}
