// Every report that our own code makes has a layout of its own, and looks like this.

import { expect, test } from '@jest/globals'
import { lay_out } from '../../../apps/kernel/logger_reports.ts'
import { Pid } from '../../../runtime/erlang/pid.ts'
import type { Term } from '../../../runtime/erlang/term.ts'
import { layout_lines } from '../../support/layouts.ts'
import { read_sources } from '../../support/sources.ts'

const pid = new Pid()
const other = new Pid()

const terminated = { name: 'boss', last_message: 'go', state: 1, log: [], reason: 'why' }
const told_of_end = ["reason: 'why'", "last message: 'go'", 'state: 1']
const crashed = {
  initial_call: ['counter', 'init', 1],
  pid,
  registered_name: undefined,
  process_label: 'of kitchen',
  ancestors: ['boss'],
  message_queue_len: 0,
  messages: [],
  links: [other],
  dictionary: [],
  trap_exit: false,
  reductions: 12,
  error_info: ['exit', 'why', undefined],
}
const child = {
  id: 'one',
  mfargs: ['start', [1]],
  restart_type: 'transient',
  child_type: 'worker',
  shutdown: 9,
}
const told_of_child = ['start: start(1)', 'child: transient worker, shutdown 9 ms']
const trouble = (errorContext: string, offender: Term) => ({
  supervisor: ['local', 'boss'],
  errorContext,
  reason: 'why',
  offender,
})
const why = ["reason: 'why'"]

/** A report for every label, and what it looks like. */
const examples: readonly (readonly [label: string, facts: Record<string, Term>, lines: readonly string[]])[] =
  [
    ['gen_server terminate', terminated, ['gen_server boss terminates', ...told_of_end]],
    ['gen_statem terminate', terminated, ['gen_statem boss terminates', ...told_of_end]],
    [
      'gen_statem terminate',
      { ...terminated, modules: ['door', 'lock'], callback_mode: ['state_functions', 'state_enter'] },
      [
        'gen_statem boss (door, lock) terminates',
        ...told_of_end,
        "callback mode: [ 'state_functions', 'state_enter' ]",
      ],
    ],
    [
      'statechart terminate',
      {
        ...terminated,
        modules: ['door'],
        log: [
          ['in', 1],
          ['out', 2, pid],
        ],
      },
      ['statechart boss (door) terminates', ...told_of_end, `log: [ 'in', 1 ]\n[ 'out', 2, ${pid} ]`],
    ],
    [
      'gen_event terminate',
      { ...terminated, handler: ['counter', 1], log: [['in', 1]] },
      [
        "gen_event handler [ 'counter', 1 ] of boss is removed",
        ...why,
        "last event: 'go'",
        'state: 1',
        "log: [ 'in', 1 ]",
      ],
    ],
    [
      'gen_server no_handle_info',
      { module: 'counter', name: 'boss', message: 'hello' },
      ['gen_server boss (counter) has no handle_info', "message: 'hello'"],
    ],
    [
      'gen_event no_handle_info',
      { module: 'counter', message: 'hello' },
      ['gen_event (counter) has no handle_info', "message: 'hello'"],
    ],
    [
      'proc_lib crash',
      {
        ...crashed,
        neighbours: [
          { pid: other, initial_call: 'f', process_label: 'near', status: 'waiting', message_queue_len: 2 },
          { pid: other, initial_call: 'f', status: 'waiting', message_queue_len: 0 },
        ],
      },
      [
        `CRASH REPORT: ${pid} crashed`,
        ...why,
        'initial call: counter.init',
        'label: of kitchen',
        'ancestors: boss',
        `links: [ ${other} ]`,
        'reductions: 12',
        `neighbours: ${other} ('f'), near, waiting, 2 messages\n${other} ('f'), waiting, 0 messages`,
      ],
    ],
    [
      'supervisor progress',
      { supervisor: ['global', 'boss'], started: { pid, ...child } },
      [`PROGRESS REPORT: boss started one as ${pid}`, ...told_of_child],
    ],
    [
      'supervisor start_error',
      trouble('start_error', child),
      ['SUPERVISOR REPORT: boss: child one could not be started', ...why, ...told_of_child],
    ],
    [
      'supervisor child_terminated',
      trouble('child_terminated', { ...child, significant: true, shutdown: 'brutal_kill' }),
      [
        'SUPERVISOR REPORT: boss: child one terminated',
        ...why,
        'start: start(1)',
        'child: transient worker, significant, shutdown brutal_kill',
      ],
    ],
    [
      'supervisor shutdown_error',
      trouble('shutdown_error', { nb_children: 3, ...child }),
      ['SUPERVISOR REPORT: boss: each of 3 children one did not stop as it should', ...why, ...told_of_child],
    ],
    [
      'supervisor shutdown_error',
      trouble('shutdown_error', { nb_children: 1, ...child }),
      ['SUPERVISOR REPORT: boss: a child one did not stop as it should', ...why, ...told_of_child],
    ],
    [
      'supervisor shutdown',
      trouble('shutdown', child),
      [
        'SUPERVISOR REPORT: boss: child one was restarted too often, the supervisor gives up',
        ...why,
        ...told_of_child,
      ],
    ],
    [
      'supervisor error',
      trouble('child_terminated', { pid, mod: 'bridge' }),
      ['SUPERVISOR REPORT: boss: the process of bridge bridge terminated', ...why, `pid: ${pid}`],
    ],
    [
      'supervisor unexpected_msg',
      { supervisor: [pid, 'boss'], message: 'hello' },
      [`SUPERVISOR REPORT: ${pid} (boss) got a message that it did not expect`, "message: 'hello'"],
    ],
    ['application_controller progress', { application: 'a' }, ['PROGRESS REPORT: application a started']],
    [
      'application_controller exit',
      { application: 'a', type: 'permanent', exited: ['shutdown', 1] },
      ['application a (permanent) exited', "reason: [ 'shutdown', 1 ]"],
    ],
    [
      'application_controller halt',
      { application: 'a', reason: 'why' },
      ['application a was not to end, all others are being stopped', ...why],
    ],
    [
      'application_master callback',
      { application: 'a', callback: 'prep_stop', reason: 'why' },
      ['application a: its prep_stop failed', ...why],
    ],
    [
      'error process',
      { pid, initial_call: ['spawn', 'lonely', 0], reason: 'why' },
      [`process ${pid} (spawn.lonely) crashed`, ...why],
    ],
    [
      'process late_rejection',
      { pid, reason: 'why' },
      [`a promise of ${pid} was rejected after that process had ended`, ...why],
    ],
    ['error timer', { reason: 'why' }, ['a timer failed', ...why]],
    [
      'error port',
      { port: '#1', reason: 'why' },
      ['the driver of #1 failed while the port was closed', ...why],
    ],
    [
      'error release',
      { resource: { id: 1 }, reason: 'why' },
      ['what a process owned could not be released at its end', 'resource: { id: 1 }', ...why],
    ],
    ['error report_handler', { reason: 'why' }, ['the handler of reports failed', ...why]],
    [
      'error global',
      { several_names: ['b', ['a', 1]], pid },
      [`global: ${pid} is registered as [ 'a', 1 ], and may not be b as well`],
    ],
    ['error observer', { reason: 'why' }, ['the observer could not be started', ...why]],
    [
      'logger removed_failing_filter',
      { filter: 'mine', reason: 'why' },
      ['logger: filter mine failed and was removed', ...why],
    ],
    [
      'logger removed_failing_filter',
      { handler: 'file', filter: 'mine', reason: 'why' },
      ['logger: filter mine of handler file failed and was removed', ...why],
    ],
    [
      'logger removed_failing_handler',
      { handler: 'file', reason: 'why' },
      ['logger: handler file failed and was removed', ...why],
    ],
    [
      'logger removing_handler',
      { handler: 'file', reason: 'why' },
      ['logger: handler file failed to be removed', ...why],
    ],
    [
      'logger_std_h write_failed',
      { handler: 'file', file: 'a.log', reason: 'enospc' },
      ['logger: handler file cannot write to its file', "file: 'a.log'", "reason: 'enospc'"],
    ],
    [
      'logger_std_h overloaded',
      { handler: 'file', queue: 30_000, restart_after: 5_000 },
      ['logger: handler file was overloaded and has ended', 'queue: 30000', 'restart_after: 5000'],
    ],
    [
      'logger_std_h compress',
      { file: 'a.log', reason: 'why' },
      ['logger: an old log of a.log could not be compressed', ...why],
    ],
    [
      'ssl ignored_cacerts',
      { file: 'ca.pem', ignored: 2 },
      ['ssl: 2 CA certificates of ca.pem cannot be decoded and are ignored'],
    ],
    [
      'ssl cacerts',
      { message: 'SSL WARNING: ignored 2 CA certificates that could not be decoded' },
      ['SSL WARNING: ignored 2 CA certificates that could not be decoded'],
    ],
    [
      'ssl unexpected_info',
      { connection: pid, info: 'hello' },
      [`ssl: connection ${pid} got a message that it did not expect`, "info: 'hello'"],
    ],
    [
      'ssl socket_error',
      { connection: pid, reason: 'enetdown' },
      [`ssl: the transport of connection ${pid} failed`, "reason: 'enetdown'"],
    ],
    [
      'ssl alert',
      { role: 'server', message: 'SSL: certify: Fatal error: unknown ca', detail: undefined },
      ['SSL: certify: Fatal error: unknown ca', "role: 'server'"],
    ],
    [
      'ssl handshake',
      { role: 'client', message: 'SSL: hello: handshake broken off: closed' },
      ['SSL: hello: handshake broken off: closed', "role: 'client'"],
    ],
    [
      'ssl user_fun',
      { message: 'SSL: the function of the option user_lookup_fun failed: TypeError' },
      ['SSL: the function of the option user_lookup_fun failed: TypeError'],
    ],
    [
      'ssl session_cb',
      { role: 'server', callback: 'lookup', reason: 'enoent' },
      ["ssl: lookup of the module that keeps the server's sessions failed", "reason: 'enoent'"],
    ],
    [
      'ssl crl_fetch',
      { uri: 'http://crl.example/a.crl', reason: 'timeout' },
      ['ssl: no revocation list is to be had at http://crl.example/a.crl', "reason: 'timeout'"],
    ],
    [
      'ssl crl_cache',
      { callback: 'select', reason: 'why' },
      ['ssl: select of the module that has the revocation lists failed', ...why],
    ],
    [
      'ssl crl_cache',
      { reason: 'why' },
      ['ssl: a revocation list cannot be decoded, and counts as none', ...why],
    ],
    [
      'ssl crl_hash_dir',
      { file: '/etc/crls/0a1b2c3d.r0', reason: 'why' },
      ['ssl: no revocation list can be read from /etc/crls/0a1b2c3d.r0', ...why],
    ],
    [
      'ssl crl_hash_dir',
      { dir: '/etc/crls', reason: 'why' },
      ['ssl: no revocation list can be read from /etc/crls', ...why],
    ],
  ]

test.each(examples)('%s is laid out for people', (label, report, lines) => {
  expect(layout_lines(lay_out({ label: label.split(' '), report }))).toEqual(lines)
})

/** Labels whose second word is only known when they are made, and the words that it may be. */
const made_up: Readonly<Record<string, readonly string[]>> = {
  'supervisor error_context': ['start_error', 'child_terminated', 'shutdown_error', 'shutdown'],
  'logger what': ['removed_failing_filter', 'removed_failing_handler', 'removing_handler'],
}

test('no report that the code makes is missing here', () => {
  const labels = read_sources('runtime', 'apps', 'ssl_app', 'simulation')
    .flatMap(({ text }) => Array.from(text.matchAll(/label: \[([^\]]+)\]/g), ([, words]) => words!))
    .map(words => words.replaceAll(/[',]/g, ''))
    .flatMap(label => made_up[label]?.map(word => `${label.split(' ')[0]} ${word}`) ?? label)
  expect(labels.length).toBeGreaterThan(30)
  const shown = new Set(examples.map(([label]) => label))
  expect(labels.filter(label => !shown.has(label))).toEqual([])
})
