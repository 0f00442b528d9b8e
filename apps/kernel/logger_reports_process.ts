// Reports of processes that crash, and of what their behaviours cannot handle, laid out for people.

import {
  call_text,
  called,
  client_text,
  error_info_text,
  type Facts,
  type LayOut,
  lines_text,
  list_text,
  module_text,
  name_text,
  names_text,
} from './logger_report_parts.ts'
import { reason_text, term_text } from './logger_terms.ts'

const crash: LayOut = facts => ({
  headline: `CRASH REPORT: ${called(facts)} crashed`,
  facts: [
    ['reason', error_info_text(facts.error_info)],
    ['initial call', call_text(facts.initial_call)],
    ['label', label_text(facts)],
    ['ancestors', names_text(facts.ancestors)],
    ['links', list_text(facts.links)],
    ['messages', facts.message_queue_len > 0 ? waiting_text(facts) : undefined],
    ['dictionary', list_text(facts.dictionary)],
    ['trap_exit', facts.trap_exit ? 'true' : undefined],
    ['reductions', `${facts.reductions}`],
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
    ['callback mode', 'callback_mode' in facts ? term_text(facts.callback_mode) : undefined],
    ['queue', list_text(facts.queue)],
    ['postponed', list_text(facts.postponed)],
    ['timeouts', list_text(facts.timeouts)],
    ['log', lines_text(facts.log, term_text)],
  ],
})

const event_handler_end: LayOut = facts => ({
  headline: `gen_event handler ${name_text(facts.handler)} of ${name_text(facts.name)} is removed`,
  facts: [
    ['reason', reason_text(facts.reason)],
    ['last event', term_text(facts.last_message)],
    ['state', term_text(facts.state)],
    ['log', lines_text(facts.log, term_text)],
  ],
})

const no_handle_info: LayOut = ({ module, name, message }, [behaviour]) => ({
  headline: `${behaviour} ${name === undefined ? '' : `${name_text(name)} `}(${module}) has no handle_info`,
  facts: [['message', term_text(message)]],
})

/** The layouts of these reports by their labels. */
export const process_layouts: readonly (readonly [label: string, LayOut])[] = [
  ['proc_lib crash', crash],
  ['gen_server terminate', server_end],
  ['gen_server no_handle_info', no_handle_info],
  ['gen_statem terminate', server_end],
  ['statechart terminate', server_end],
  ['gen_event terminate', event_handler_end],
  ['gen_event no_handle_info', no_handle_info],
]

// ---- Parts

const label_text = ({ process_label }: Facts): string | undefined =>
  process_label === undefined ? undefined : name_text(process_label)

const waiting_text = ({ message_queue_len, messages }: Facts): string =>
  `${message_queue_len} waiting: ${term_text(messages)}`

function neighbour_text(neighbour: Facts): string {
  const label = label_text(neighbour)
  return (
    `${called(neighbour)} (${call_text(neighbour.initial_call)}), ${label === undefined ? '' : `${label}, `}` +
    `${neighbour.status}, ${neighbour.message_queue_len} messages`
  )
}
