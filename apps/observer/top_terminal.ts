// The terminal that `kista top` runs in: taken over while it shows something, and given back however that ends.

import { enter_screen, leave_screen, type Size } from './top_screen.ts'

/** What a terminal tells. */
export type TerminalEvent = readonly ['key', string] | readonly ['resize', Size]

/** A terminal. */
export interface Terminal {
  size(): Size
  /** Takes the whole screen, and tells of keys and sizes from now on. @returns what gives it back */
  open(told: (event: TerminalEvent) => void): () => void
  write(text: string): void
}

/** What is used of Node's `process`. */
export interface TtyProcess {
  readonly stdin: Pick<NodeJS.ReadStream, 'setRawMode' | 'resume' | 'pause' | 'on' | 'off' | 'isTTY'>
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'on' | 'off' | 'columns' | 'rows' | 'isTTY'>
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
  kill(pid: number, signal: string): unknown
}

/** The terminal of this program; undefined when its input or its output is none. */
export function tty(program: TtyProcess): Terminal | undefined {
  const { stdin, stdout } = program
  if (!stdin.isTTY || !stdout.isTTY) return undefined
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    write: text => void stdout.write(text),
    open: told => open(program, told),
  }
}

function open(program: TtyProcess, told: (event: TerminalEvent) => void): () => void {
  const { stdin, stdout } = program
  const enter = () => {
    stdin.setRawMode(true)
    stdin.resume()
    stdout.write(enter_screen)
  }
  const leave = () => {
    stdout.write(leave_screen)
    stdin.setRawMode(false)
    stdin.pause()
  }
  const quit = () => told(['key', 'q'])
  const resized = () => told(['resize', { columns: stdout.columns, rows: stdout.rows }])
  const stop = () => {
    leave()
    program.kill(0, 'SIGTSTP') // 0: the whole job, as when the terminal itself does it
  }
  const go_on = () => {
    enter()
    resized()
  }
  const typed = (chunk: Uint8Array) => {
    for (const key of keys_of(Buffer.from(chunk).toString())) {
      if (key === 'ctrl_z') stop()
      else told(['key', key])
    }
  }
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT']
  enter()
  stdin.on('data', typed)
  stdin.on('end', quit)
  stdout.on('resize', resized)
  for (const signal of signals) program.on(signal, quit)
  program.on('SIGCONT', go_on)
  program.on('exit', leave)
  return () => {
    leave()
    stdin.off('data', typed)
    stdin.off('end', quit)
    stdout.off('resize', resized)
    for (const signal of signals) program.off(signal, quit)
    program.off('SIGCONT', go_on)
    program.off('exit', leave)
  }
}

const named: Readonly<Record<string, string>> = {
  '\t': 'tab',
  '\u{3}': 'ctrl_c',
  '\u{1a}': 'ctrl_z',
  '\u{1b}[A': 'up',
  '\u{1b}[B': 'down',
  '\u{1b}[5~': 'page_up',
  '\u{1b}[6~': 'page_down',
  '\u{1b}[H': 'home',
  '\u{1b}[1~': 'home',
  '\u{1b}OA': 'up',
  '\u{1b}OB': 'down',
  '\u{1b}OH': 'home',
}
const one_key = /\p{Cc}\[[\d;]*[~A-Za-z]|\p{Cc}O[A-Z]|./gsu

/** What a terminal sends, key by key. */
export const keys_of = (typed: string): string[] =>
  Array.from(typed.matchAll(one_key), ([key]) => named[key] ?? key)
