// The package's entry point `kista/simulation`: whole systems in virtual time, every interleaving from a seed.

export { type Explored, type ExploreOptions, explore } from './explore.ts'
export type { NetworkConnection, SimulatedNetwork } from './network.ts'
export type { Cut, Fate, NetworkOptions, Range, Segment } from './network_options.ts'
export type { SimulationOptions } from './options.ts'
export { Random } from './random.ts'
export { type Program, type Recorded, record, type Simulation, simulate } from './simulate.ts'
export { Deadlock, type Failure, LeftBehind, LimitReached, SimulationError } from './simulation_error.ts'
export { type EventKind, format_event, type TraceEvent } from './trace.ts'
