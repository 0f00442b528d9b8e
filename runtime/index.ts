// The package's entry point `kista`: the runtime, and the behaviours on it.

export { running_timers, type TimerInfo, timer_count } from './erlang/alarm.ts'
export { type AliasOptions, alias, type MonitorOptions, unalias } from './erlang/aliases.ts'
export { i, regs } from './erlang/c.ts'
export {
  convert_time_unit,
  monotonic_time,
  system_time,
  type TimeUnit,
  time_offset,
  timestamp,
} from './erlang/clock.ts'
export { freeze_messages } from './erlang/debug.ts'
export * as ets from './erlang/ets.ts'
export { hibernate } from './erlang/hibernate.ts'
export { format_term } from './erlang/io_lib.ts'
export { type DemonitorOptions, demonitor, exit, link, monitor, node, unlink } from './erlang/links.ts'
export { is_pid, is_port, is_reference, make_ref, type Pid, type Port, type Ref } from './erlang/pid.ts'
export { type PortInfo, port_info, ports } from './erlang/port.ts'
export {
  type CurrentFunction,
  erase,
  erase_all,
  get,
  get_all,
  get_keys,
  group_leader,
  is_process_alive,
  type ProcessFlags,
  type ProcessInfo,
  process_flag,
  process_info,
  processes,
  put,
} from './erlang/process_flags.ts'
export { type After, after, type Clause, on, receive, yield_ } from './erlang/receive.ts'
export { register, registered, unregister, whereis } from './erlang/registry.ts'
export type { Priority } from './erlang/run_queue.ts'
export { bump_reductions, queue_length } from './erlang/scheduler.ts'
export { run_outside, self } from './erlang/self.ts'
export { type Destination, send } from './erlang/send.ts'
export {
  type Body,
  run,
  type SpawnOptions,
  spawn,
  spawn_link,
  spawn_monitor,
  spawn_opt,
} from './erlang/spawn.ts'
export {
  type SpawnRequestOptions,
  spawn_request,
  spawn_request_abandon,
} from './erlang/spawn_request.ts'
export {
  type Statistics,
  type SystemInfo,
  statistics,
  system_info,
  type UniqueIntegerOptions,
  unique_integer,
} from './erlang/statistics.ts'
export { resume_process, type SuspendOptions, suspend_process } from './erlang/suspend.ts'
export { type SystemMonitorOptions, system_monitor } from './erlang/system_monitor.ts'
export {
  _,
  type Done,
  Exit,
  type Matched,
  matches,
  ok,
  type Reason,
  type Result,
  type Term,
  type Timeout,
  type Wildcard,
} from './erlang/term.ts'
export * as timer from './erlang/timer.ts'
export {
  type CancelTimerOptions,
  cancel_timer,
  read_timer,
  send_after,
  start_timer,
  type TimerOptions,
} from './erlang/timers.ts'
export * as gen_event from './otp/gen_event.ts'
export * as gen_server from './otp/gen_server.ts'
export * as gen_statem from './otp/gen_statem.ts'
export * as proc_lib from './otp/proc_lib.ts'
export {
  type ChildNode,
  type SupervisorNode,
  supervision_tree,
} from './otp/supervision_tree.ts'
export * as supervisor from './otp/supervisor.ts'
export * as supervisor_bridge from './otp/supervisor_bridge.ts'
export * as sys from './otp/sys.ts'
