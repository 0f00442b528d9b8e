// Random programs of processes, to see whether a simulation does the same each time.

import {
  after,
  cancel_timer,
  exit,
  link,
  monitor,
  type Pid,
  process_flag,
  type Ref,
  receive,
  register,
  self,
  send,
  send_after,
  spawn,
  spawn_link,
  whereis,
} from '../../runtime/index.ts'
import type { Random, Simulation } from '../../simulation/index.ts'

const most_processes = 12
const names = ['ann', 'bob', 'cis'] as const

/** A program in which up to a dozen processes do what their own random numbers say. */
export async function random_program({ random }: Simulation): Promise<void> {
  const everybody: Pid[] = [self()]
  const timers: Ref[] = []
  process_flag('trap_exit', true)

  const live = async (mine: Random) => {
    if (mine.chance(0.4)) process_flag('trap_exit', true)
    for (let acts = mine.between(1, 10); acts > 0; acts--) await act(mine)
  }
  const act = async (mine: Random): Promise<void> => {
    const other = mine.pick(everybody)
    switch (mine.below(11)) {
      case 0:
        if (everybody.length < most_processes) {
          const numbers = mine.fork()
          everybody.push(mine.chance(0.5) ? spawn(live, numbers) : spawn_link(live, numbers))
        }
        return
      case 1:
      case 2:
        send(other, ['hello', mine.below(100)])
        return
      case 3:
        timers.push(send_after(mine.below(50), other, 'ding'))
        return
      case 4:
        if (timers.length > 0) cancel_timer(mine.pick(timers))
        return
      case 5:
        monitor('process', other)
        return
      case 6:
        if (other.entity !== undefined) link(other)
        return
      case 7:
        if (other !== everybody[0]) exit(other, mine.pick(['normal', 'boom', 'kill']))
        return
      case 8: {
        const name = mine.pick(names)
        if (whereis(name) === undefined) register(name, self())
        return
      }
      default:
        await receive(after(mine.below(20), () => 'late'))
    }
  }
  for (let start = 0; start < 3; start++) everybody.push(spawn(live, random.fork()))
  await live(random)
}
