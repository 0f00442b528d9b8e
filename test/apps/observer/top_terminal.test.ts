import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { enter_screen, leave_screen } from '../../../apps/observer/top_screen.ts'
import { keys_of, type TerminalEvent, type TtyProcess, tty } from '../../../apps/observer/top_terminal.ts'

/** What was done to the terminal, in order. */
let done: unknown[]

class Input extends EventEmitter {
  isTTY = true
  setRawMode(on: boolean) {
    done.push(['raw', on])
    return this
  }
  resume() {
    done.push('resume')
    return this
  }
  pause() {
    done.push('pause')
    return this
  }
}
class Screen extends EventEmitter {
  isTTY = true
  columns = 80
  rows = 24
  write(text: string) {
    done.push(text)
    return true
  }
}
class Program extends EventEmitter {
  readonly stdin = new Input()
  readonly stdout = new Screen()
  kill(pid: number, signal: string) {
    done.push(['kill', pid, signal])
  }
}

beforeEach(() => {
  done = []
})

const taken = [['raw', true], 'resume', enter_screen]
const given_back = [leave_screen, ['raw', false], 'pause']

function opened() {
  const program = new Program()
  const events: TerminalEvent[] = []
  const close = tty(program as unknown as TtyProcess)!.open(event => events.push(event))
  return { program, events, close }
}

describe('The terminal', () => {
  test('is none when input or output is something else', () => {
    const program = new Program()
    expect(tty(program as unknown as TtyProcess)?.size()).toEqual({ columns: 80, rows: 24 })
    program.stdout.isTTY = false
    expect(tty(program as unknown as TtyProcess)).toBeUndefined()
    program.stdout.isTTY = true
    program.stdin.isTTY = undefined as unknown as boolean
    expect(tty(program as unknown as TtyProcess)).toBeUndefined()
  })

  test('is taken over and given back, with nobody listening any more', () => {
    const { program, close } = opened()
    expect(done).toEqual(taken)
    done = []
    close()
    expect(done).toEqual(given_back)
    const emitters = [program, program.stdin, program.stdout]
    expect(emitters.flatMap(emitter => emitter.eventNames())).toEqual([])
  })

  test('tells of keys, sizes, and of all that means the end', () => {
    const { program, events } = opened()
    program.stdin.emit('data', Buffer.from('m\u{1b}[B'))
    program.stdout.columns = 40
    program.stdout.emit('resize')
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) program.emit(signal)
    program.stdin.emit('end')
    expect(events).toEqual([
      ['key', 'm'],
      ['key', 'down'],
      ['resize', { columns: 40, rows: 24 }],
      ...Array.from({ length: 4 }, () => ['key', 'q']),
    ])
  })

  test('is given back when the program exits for whatever reason', () => {
    const { program } = opened()
    done = []
    program.emit('exit')
    expect(done).toEqual(given_back)
  })

  test('is given back while the job is stopped, and taken again when it goes on', () => {
    const { program, events } = opened()
    done = []
    program.stdin.emit('data', Buffer.from('\u{1a}'))
    program.emit('SIGCONT')
    expect(done).toEqual([...given_back, ['kill', 0, 'SIGTSTP'], ...taken])
    expect(events).toEqual([['resize', { columns: 80, rows: 24 }]])
  })

  test('is written to', () => {
    tty(new Program() as unknown as TtyProcess)!.write('hello')
    expect(done).toEqual(['hello'])
  })
})

test('What is typed is told key by key', () => {
  expect(keys_of('qé😀\t\u{3}\u{1b}[A\u{1b}OB\u{1b}[5~\u{1b}[6~\u{1b}[H\u{1b}[15~\n')).toEqual([
    ...['q', 'é', '😀', 'tab', 'ctrl_c', 'up', 'down', 'page_up', 'page_down', 'home', '\u{1b}[15~', '\n'],
  ])
})
