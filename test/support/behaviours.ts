// Small helps for tests of behaviours.

import type { Pid } from '../../runtime/erlang/pid.ts'
import { process_info } from '../../runtime/erlang/process_flags.ts'
import { after, receive } from '../../runtime/erlang/receive.ts'
import { self } from '../../runtime/erlang/self.ts'
import type { Term } from '../../runtime/erlang/term.ts'

/** The messages that a process has not received. */
export const mailbox = (pid: Pid = self()): readonly Term[] => process_info(pid, 'messages')![1]

/** Lets so many milliseconds pass. */
export const pause = (time = 1): Promise<void> => receive(after(time, () => {}))
