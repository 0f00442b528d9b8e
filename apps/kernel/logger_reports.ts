// The reports that the runtime and the applications make, laid out for people: a headline, and what belongs to it.

import type { Report } from '../../runtime/erlang/report.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import {
  call_text,
  item_by_item,
  type LayOut,
  type Layout,
  name_text,
  titled,
} from './logger_report_parts.ts'
import { process_layouts } from './logger_reports_process.ts'
import { supervision_layouts } from './logger_reports_supervision.ts'
import { reason_text } from './logger_terms.ts'

/** Lays out a report by its label, as it is known here, or item by item. */
export function lay_out({ label, report }: Report): Layout {
  const by_label = layouts.get(label.join(' ')) ?? layouts.get(label[0] ?? '')
  return (by_label ?? any_report)(report, label)
}

/** Whether a term is a report of the runtime, with a label. */
export const is_report = (term: Term): term is Report =>
  Array.isArray(term?.label) && typeof term.report === 'object' && term.report !== null

// ---- Layouts

const any_report: LayOut = (facts, label) => ({
  headline: label.join(' '),
  facts: item_by_item(Object.entries(facts)),
})

/** Reports that bring their own text along. */
const told_by_message: LayOut = ({ message, ...facts }, label) =>
  typeof message === 'string'
    ? { ...any_report(facts, label), headline: message }
    : any_report({ message, ...facts }, label)

const process_error: LayOut = ({ pid, initial_call, reason }) => ({
  headline: `process ${pid} (${call_text(initial_call)}) crashed`,
  facts: [['reason', reason_text(reason)]],
})

/** Of the runtime itself. */
const runtime_layouts: readonly (readonly [label: string, LayOut])[] = [
  ['error process', process_error],
  [
    'process late_rejection',
    titled(({ pid }) => `a promise of ${pid} was rejected after that process had ended`, 'pid'),
  ],
  ['error timer', titled(() => 'a timer failed')],
  ['error port', titled(({ port }) => `the driver of ${port} failed while the port was closed`, 'port')],
  ['error release', titled(() => 'what a process owned could not be released at its end')],
  ['error report_handler', titled(() => 'the handler of reports failed')],
  [
    'error global',
    titled(
      ({ pid, several_names: [name, other] }) =>
        `global: ${pid} is registered as ${name_text(other)}, and may not be ${name_text(name)} as well`,
      'pid',
      'several_names',
    ),
  ],
]

/** Of the logger, and of the applications that need no room of their own. */
const application_layouts: readonly (readonly [label: string, LayOut])[] = [
  [
    'logger removed_failing_filter',
    titled(
      ({ handler, filter }) => {
        const whose = handler === undefined ? '' : ` of handler ${name_text(handler)}`
        return `logger: filter ${name_text(filter)}${whose} failed and was removed`
      },
      'handler',
      'filter',
    ),
  ],
  [
    'logger removed_failing_handler',
    titled(({ handler }) => `logger: handler ${name_text(handler)} failed and was removed`, 'handler'),
  ],
  [
    'logger removing_handler',
    titled(({ handler }) => `logger: handler ${name_text(handler)} failed to be removed`, 'handler'),
  ],
  [
    'logger_std_h write_failed',
    titled(({ handler }) => `logger: handler ${name_text(handler)} cannot write to its file`, 'handler'),
  ],
  [
    'logger_std_h overloaded',
    titled(({ handler }) => `logger: handler ${name_text(handler)} was overloaded and has ended`, 'handler'),
  ],
  [
    'logger_std_h compress',
    titled(({ file }) => `logger: an old log of ${file} could not be compressed`, 'file'),
  ],
  ['error observer', titled(() => 'the observer could not be started')],
  [
    'ssl ignored_cacerts',
    titled(
      ({ file, ignored }) => `ssl: ${ignored} CA certificates of ${file} cannot be decoded and are ignored`,
      'file',
      'ignored',
    ),
  ],
  [
    'ssl unexpected_info',
    titled(
      ({ connection }) => `ssl: connection ${connection} got a message that it did not expect`,
      'connection',
    ),
  ],
  [
    'ssl socket_error',
    titled(({ connection }) => `ssl: the transport of connection ${connection} failed`, 'connection'),
  ],
  [
    'ssl session_cb',
    titled(
      ({ callback, role }) => `ssl: ${callback} of the module that keeps the ${role}'s sessions failed`,
      'callback',
      'role',
    ),
  ],
  ['ssl crl_fetch', titled(({ uri }) => `ssl: no revocation list is to be had at ${uri}`, 'uri')],
  [
    'ssl crl_cache',
    titled(
      ({ callback }) =>
        callback === undefined
          ? 'ssl: a revocation list cannot be decoded, and counts as none'
          : `ssl: ${callback} of the module that has the revocation lists failed`,
      'callback',
    ),
  ],
  [
    'ssl crl_hash_dir',
    titled(({ file, dir }) => `ssl: no revocation list can be read from ${file ?? dir}`, 'file', 'dir'),
  ],
  ['ssl', told_by_message],
]

const layouts: ReadonlyMap<string, LayOut> = new Map([
  ...process_layouts,
  ...supervision_layouts,
  ...runtime_layouts,
  ...application_layouts,
])
