// A counter that cannot count further than three, under a supervisor that starts a new one when it fails:
//   node dist/examples/supervised_counter.js

import { application } from '../apps/kernel/index.ts'
import { _, gen_server, monitor, ok, type Pid, receive, run, supervisor, whereis } from '../runtime/index.ts'

// ---- The counter

const counter: gen_server.Callbacks<number, 'increment', never, number> = {
  module: 'counter',

  init: first => ['ok', first],

  handle_call(_request, _from, count) {
    if (count === 3) throw new RangeError('three is the most')
    return ['reply', count + 1, count + 1]
  },
}

const start_link = (first: number) => gen_server.start_link(['local', 'counter'], counter, first)

const increment = () => gen_server.call<number>('counter', 'increment')

// ---- Its supervisor

const child: supervisor.ChildSpec = { id: 'counter', start: [start_link, [0]] }

const counter_sup: supervisor.Callbacks = {
  module: 'counter_sup',
  init: () => ['ok', [{ strategy: 'one_for_one', intensity: 3, period: 5 }, [child]]],
}

/**
 * Counts until the counter fails, and once more.
 *
 * @returns what was counted, why the call that was too much failed, and the two processes that counted
 */
export async function count_too_far() {
  const sup = ok(await supervisor.start_link(counter_sup))
  const first = whereis('counter') as Pid
  const counted = [await increment(), await increment(), await increment()]

  const ref = monitor('process', first)
  const failure: Error = await increment().catch(exit => exit.reason[0])
  await receive(['DOWN', ref, 'process', first, _])

  // A supervisor answers when it is done with what came before: the counter runs again.
  const [child] = await supervisor.which_children(sup)
  counted.push(await increment())
  return { counted, failure, first, second: child![1] }
}

if (import.meta.filename === process.argv[1]) {
  ok(await application.ensure_started('kernel')) // whose logger makes reports readable
  const { counted, failure, first, second } = await run(count_too_far)
  console.log(`${first} and then ${second} counted ${counted}. In between: ${failure.message}`)
}
