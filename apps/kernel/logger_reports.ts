// The reports that the runtime and the applications make, laid out for people: a headline, and what belongs to it.

import { is_pid } from '../../runtime/erlang/pid.ts'
import type { Report } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { reason_text, shorten, stack_text, term_text } from './logger_terms.ts'

/** A report as text: what it is about, and lines with a name each; those without a text are left out. */
export interface Layout {
  readonly headline: string
  readonly facts: readonly (readonly [name: string, text: string | undefined])[]
}

type Facts = Report['report']
type LayOut = (facts: Facts, label: readonly string[]) => Layout

/** Lays out a report by its label, as it is known here, or item by item. */
export function lay_out({ label, report }: Report): Layout {
  const by_label = layouts.get(label.join(' ')) ?? layouts.get(label[0] ?? '')
  return (by_label ?? any_report)(report, label)
}

/** Whether a term is a report of the runtime, with a label. */
export const is_report = (term: Term): term is Report =>
  Array.isArray(term?.label) && typeof term.report === 'object' && term.report !== null

// ---- Layouts

const crash: LayOut = facts => ({
  headline: `CRASH REPORT: ${called(facts)} crashed`,
  facts: [
    ['reason', error_info_text(facts.error_info)],
    ['initial call', call_text(facts.initial_call)],
    ['ancestors', names_text(facts.ancestors)],
    ['links', list_text(facts.links)],
    ['messages', facts.message_queue_len > 0 ? waiting_text(facts) : undefined],
    ['dictionary', list_text(facts.dictionary)],
    ['trap_exit', facts.trap_exit ? 'true' : undefined],
    ['neighbours', lines_text(facts.neighbours, neighbour_text)],
  ],
})

const server_end: LayOut = (facts, [behaviour]) => ({
  headline: `${behaviour} ${name_text(facts.name)}${module_text(facts.modules)} terminates`,
  facts: [
    ['reason', reason_text(facts.reason)],
    ['last message', 'last_message' in facts ? term_text(facts.last_message) : undefined],
    ['client', client_text(facts.client_info)],
    ['state', term_text(facts.state)],
    ['queue', list_text(facts.queue)],
    ['postponed', list_text(facts.postponed)],
    ['timeouts', list_text(facts.timeouts)],
  ],
})

const supervisor_contexts: Readonly<Record<string, string>> = {
  start_error: 'could not be started',
  child_terminated: 'terminated',
  shutdown_error: 'did not stop as it should',
  shutdown: 'was restarted too often, the supervisor gives up',
}

const supervisor_error: LayOut = ({ supervisor, errorContext, reason, offender }) => ({
  headline: `SUPERVISOR REPORT: ${supervisor_text(supervisor)}: child ${name_text(offender.id)} ${
    supervisor_contexts[errorContext] ?? errorContext
  }`,
  facts: [['reason', term_text(reason)], ...child_facts(offender)],
})

const supervisor_progress: LayOut = ({ supervisor, started }) => ({
  headline: `PROGRESS REPORT: ${supervisor_text(supervisor)} started ${name_text(started.id)} as ${started.pid}`,
  facts: child_facts({ ...started, pid: undefined }),
})

const application_progress: LayOut = ({ application }) => ({
  headline: `PROGRESS REPORT: application ${application} started`,
  facts: [],
})

const application_exit: LayOut = ({ application, exited, type }) => {
  const headline = `application ${application} (${type}) exited`
  if (typeof exited === 'string') return { headline: `${headline}: ${exited}`, facts: [] }
  return { headline, facts: [['reason', reason_text(exited)]] }
}

const application_halt: LayOut = ({ application, reason }) => ({
  headline: `application ${application} was not to end, all others are being stopped`,
  facts: [['reason', reason_text(reason)]],
})

const process_error: LayOut = facts => ({
  headline: `process ${facts.pid} (${call_text(facts.initial_call)}) crashed`,
  facts: [['reason', reason_text(facts.reason)]],
})

/** Reports that bring their own text along. */
const told_by_message: LayOut = ({ message, ...facts }, label) =>
  typeof message === 'string'
    ? { ...any_report(facts, label), headline: message }
    : any_report({ message, ...facts }, label)

const any_report: LayOut = (facts, label) => ({
  headline: label.join(' '),
  facts: Object.entries(facts)
    .filter(([, term]) => term !== undefined)
    .map(([name, term]) => [name, name === 'reason' ? reason_text(term) : term_text(term)]),
})

const layouts: ReadonlyMap<string, LayOut> = new Map([
  ['proc_lib crash', crash],
  ['gen_server terminate', server_end],
  ['gen_statem terminate', server_end],
  ['supervisor progress', supervisor_progress],
  ['supervisor start_error', supervisor_error],
  ['supervisor child_terminated', supervisor_error],
  ['supervisor shutdown_error', supervisor_error],
  ['supervisor shutdown', supervisor_error],
  ['application_controller progress', application_progress],
  ['application_controller exit', application_exit],
  ['application_controller halt', application_halt],
  ['error process', process_error],
  ['ssl', told_by_message],
])

// ---- Parts

/** Characters that the arguments of a start function may take. */
const longest_arguments = 200

const name_text = (name: Term): string => (typeof name === 'string' ? name : term_text(name))

const called = ({ registered_name, pid }: Facts): string => name_text(registered_name ?? pid)

const supervisor_text = (supervisor: Term): string =>
  is_pid(supervisor[0]) ? `${supervisor[0]} (${supervisor[1]})` : name_text(supervisor[1])

function child_facts(child: Term): Layout['facts'] {
  const [function_name, args] = child.mfargs
  const stop = typeof child.shutdown === 'number' ? `${child.shutdown} ms` : child.shutdown
  return [
    ['pid', child.pid === undefined ? undefined : term_text(child.pid)],
    [
      'start',
      `${function_name}(${args === undefined ? '…' : shorten(args.map(term_text).join(', '), longest_arguments)})`,
    ],
    ['child', `${child.restart_type} ${child.child_type}, shutdown ${stop}`],
  ]
}

/** `['counter', 'init', 1]` as `counter.init`, and whatever else as it is. */
function call_text(call: Term): string {
  if (!Array.isArray(call)) return term_text(call)
  return call
    .slice(0, 2)
    .filter(part => typeof part === 'string' && part !== '')
    .join('.')
}

function error_info_text([, reason, stack]: readonly [string, Term, string | undefined]): string {
  return stack === undefined || reason instanceof Error
    ? reason_text(reason)
    : [reason_text(reason), stack_text(stack)].filter(text => text !== '').join('\n')
}

const module_text = (modules: readonly string[] | undefined): string =>
  modules === undefined ? '' : ` (${modules.join(', ')})`

/** Who called, and what is known of that one: its name, or that it has ended. */
function client_text(info: readonly [client: Term, known: Term] | undefined): string | undefined {
  if (info === undefined) return undefined
  const [client, known] = info
  return known === client ? `${client}` : `${client} (${known})`
}

const list_text = (list: readonly Term[] | undefined): string | undefined =>
  list === undefined || list.length === 0 ? undefined : term_text(list)

const names_text = (names: readonly Term[]): string | undefined =>
  names.length === 0 ? undefined : names.map(name_text).join(', ')

const waiting_text = ({ message_queue_len, messages }: Facts): string =>
  `${message_queue_len} waiting: ${term_text(messages)}`

const lines_text = (list: readonly Term[], one: (term: Term) => string): string | undefined =>
  list.length === 0 ? undefined : list.map(one).join('\n')

const neighbour_text = (neighbour: Facts): string =>
  `${called(neighbour)} (${call_text(neighbour.initial_call)}), ${neighbour.status}, ` +
  `${neighbour.message_queue_len} messages`
