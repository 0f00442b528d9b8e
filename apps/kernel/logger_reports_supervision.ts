// Reports of supervisors, of the bridges between them and others, and of applications, laid out for people.

import { is_pid } from '../../runtime/erlang/pid.ts'
import type { Term } from '../../runtime/erlang/term.ts'
import { type LayOut, type Layout, name_text, titled } from './logger_report_parts.ts'
import { reason_text, shorten, term_text } from './logger_terms.ts'

const what_happened: Readonly<Record<string, string>> = {
  start_error: 'could not be started',
  child_terminated: 'terminated',
  shutdown_error: 'did not stop as it should',
  shutdown: 'was restarted too often, the supervisor gives up',
}

const supervisor_error: LayOut = ({ supervisor, errorContext, reason, offender }) => ({
  headline: `SUPERVISOR REPORT: ${supervisor_text(supervisor)}: ${offender_text(offender)} ${
    what_happened[errorContext] ?? errorContext
  }`,
  facts: [['reason', term_text(reason)], ...child_facts(offender)],
})

const supervisor_progress: LayOut = ({ supervisor, started }) => ({
  headline: `PROGRESS REPORT: ${supervisor_text(supervisor)} started ${started_text(started)}${started.pid}`,
  facts: child_facts({ ...started, pid: undefined }),
})

const unexpected_message: LayOut = ({ supervisor, message }) => ({
  headline: `SUPERVISOR REPORT: ${supervisor_text(supervisor)} got a message that it did not expect`,
  facts: [['message', term_text(message)]],
})

const application_exit: LayOut = ({ application, exited, type }) => {
  const headline = `application ${application} (${type}) exited`
  if (typeof exited === 'string') return { headline: `${headline}: ${exited}`, facts: [] }
  return { headline, facts: [['reason', reason_text(exited)]] }
}

/** The layouts of these reports by their labels. */
export const supervision_layouts: readonly (readonly [label: string, LayOut])[] = [
  ['supervisor progress', supervisor_progress],
  ['supervisor start_error', supervisor_error],
  ['supervisor child_terminated', supervisor_error],
  ['supervisor shutdown_error', supervisor_error],
  ['supervisor shutdown', supervisor_error],
  ['supervisor error', supervisor_error],
  ['supervisor unexpected_msg', unexpected_message],
  [
    'application_controller progress',
    titled(({ application }) => `PROGRESS REPORT: application ${application} started`, 'application'),
  ],
  ['application_controller exit', application_exit],
  [
    'application_controller halt',
    titled(
      ({ application }) => `application ${application} was not to end, all others are being stopped`,
      'application',
    ),
  ],
  [
    'application_master callback',
    titled(
      ({ application, callback }) => `application ${application}: its ${callback} failed`,
      'application',
      'callback',
    ),
  ],
]

// ---- Parts

/** Characters that the arguments of a start function may take. */
const longest_arguments = 200

const supervisor_text = (supervisor: Term): string =>
  is_pid(supervisor[0]) ? `${supervisor[0]} (${supervisor[1]})` : name_text(supervisor[1])

/** One child, many of the same specification, or what a bridge stands in for. */
function offender_text({ id, mod, nb_children }: Term): string {
  if (mod !== undefined) return `the process of bridge ${mod}`
  if (nb_children === undefined) return `child ${name_text(id)}`
  return nb_children === 1 ? `a child ${name_text(id)}` : `each of ${nb_children} children ${name_text(id)}`
}

const started_text = ({ id }: Term): string => (id === undefined ? '' : `${name_text(id)} as `)

function child_facts(child: Term): Layout['facts'] {
  const pid = child.pid === undefined ? undefined : term_text(child.pid)
  return [
    ['pid', pid],
    ['start', start_text(child)],
    ['child', kind_text(child)],
  ]
}

/** With what arguments it was started by which function; a bridge tells the module of its own. */
function start_text({ mfargs, mfa: [module, name, of_bridge] = [] }: Term): string | undefined {
  const [start, args] = mfargs ?? [module && `${module}.${name}`, of_bridge]
  if (start === undefined) return undefined
  return `${start}(${args === undefined ? '…' : shorten(args.map(term_text).join(', '), longest_arguments)})`
}

function kind_text({ restart_type, child_type, shutdown, significant }: Term): string | undefined {
  if (restart_type === undefined) return undefined
  const stop = typeof shutdown === 'number' ? `${shutdown} ms` : shutdown
  return `${restart_type} ${child_type}${significant ? ', significant' : ''}, shutdown ${stop}`
}
