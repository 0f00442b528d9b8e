// Random supervisors: their flags and children, and what befalls them, one thing after another.

import fc from 'fast-check'

/** Why a child is made to end; `'normal'` and `'shutdown'` by itself, since they kill nobody from outside. */
type Ending = 'normal' | 'shutdown' | 'boom' | 'kill'

export interface Child {
  readonly id: number
  readonly restart: 'permanent' | 'transient' | 'temporary'
  readonly shutdown: 'brutal_kill' | 'infinity'
  readonly significant: boolean
  /** Whether it traps exits, and so has a say when it is shut down. */
  readonly trap: boolean
  /** Which of its starts fail, counted from 1; and those that are ignored. */
  readonly fails: readonly number[]
  readonly ignored: readonly number[]
}

export type SupervisionOp =
  | readonly ['end', child: number, Ending]
  | readonly ['terminate_child' | 'restart_child' | 'delete_child', child: number]
  | readonly ['start_child', Child]
  | readonly ['count_children' | 'get_childspecs']
  | readonly ['stop', 'shutdown' | 'boom']

export interface SupervisionProgram {
  readonly strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one'
  readonly intensity: number
  readonly auto_shutdown: 'never' | 'any_significant' | 'all_significant'
  readonly children: readonly Child[]
  readonly ops: readonly SupervisionOp[]
}

const ids = 4
const id = fc.integer({ min: 0, max: ids - 1 })
/** Mostly starts go well. */
const starts = fc.oneof(
  { weight: 4, arbitrary: fc.constant<number[]>([]) },
  fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
)

const child = fc.record<Child>({
  id,
  restart: fc.constantFrom('permanent', 'transient', 'temporary'),
  shutdown: fc.constantFrom('brutal_kill', 'infinity'),
  significant: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
  trap: fc.boolean(),
  fails: starts,
  ignored: fc.oneof({ weight: 4, arbitrary: fc.constant<number[]>([]) }, starts),
})

const op: fc.Arbitrary<SupervisionOp> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant('end' as const),
      id,
      fc.constantFrom<Ending>('normal', 'shutdown', 'boom', 'kill'),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom('terminate_child', 'restart_child', 'delete_child'), id),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant('start_child' as const), child) },
  fc.constantFrom(['count_children'] as const, ['get_childspecs'] as const),
)

const last_op: fc.Arbitrary<readonly SupervisionOp[]> = fc.constantFrom(
  [],
  [['stop', 'shutdown']],
  [['stop', 'boom']],
)

export const supervision_program: fc.Arbitrary<SupervisionProgram> = fc.record({
  strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one'),
  intensity: fc.integer({ min: 0, max: 4 }),
  auto_shutdown: fc.constantFrom('never', 'never', 'any_significant', 'all_significant'),
  children: fc.array(child, { maxLength: ids }),
  ops: fc
    .tuple(fc.array(op, { maxLength: 15 }), last_op)
    .map(([ops, last]): readonly SupervisionOp[] => [...ops, ...last]),
})

/** The program as arrays, which the BEAM's side gets as tuples and lists. */
export const terms_of = ({
  strategy,
  intensity,
  auto_shutdown,
  children,
  ops,
}: SupervisionProgram): unknown => [
  strategy,
  intensity,
  auto_shutdown,
  children.map(child_terms),
  ops.map(op => (op[0] === 'start_child' ? [op[0], child_terms(op[1])] : op)),
]

function child_terms({ id, restart, shutdown, significant, trap, fails, ignored }: Child): unknown {
  return ['child', id, restart, shutdown, significant, trap, fails, ignored]
}
