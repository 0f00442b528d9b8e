#!/usr/bin/env node
// The command `kista`, as the shell starts it.

import { run } from '../../runtime/erlang/spawn.ts'
import { main } from './kista_main.ts'
import { tty } from './top_terminal.ts'

const say = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`)

// Whoever reads may have seen enough, as `head` has.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await run(() =>
  main(process.argv.slice(2), {
    print: say(process.stdout),
    complain: say(process.stderr),
    terminal: tty(process),
  }),
)
