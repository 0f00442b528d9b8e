// What a function refuses with.

import { Alert, type AlertDescription } from '../../ssl_app/record/ssl_alert.ts'

/** The description of the alert that `run` throws; `'none'` if it throws nothing. Other errors pass. */
export function thrown_alert(run: () => unknown): AlertDescription | 'none' {
  try {
    run()
  } catch (error) {
    if (error instanceof Alert) return error.description
    throw error
  }
  return 'none'
}
