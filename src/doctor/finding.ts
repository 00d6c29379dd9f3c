export const AREAS = ['program', 'configuration', 'embedded', 'connection', 'rights', 'database', 'migrations', 'registry'] as const

export type Area = (typeof AREAS)[number]

/** One thing that was looked at. */
export interface Finding {
  /** Stable: `connection.tls`. */
  id: string
  area: Area
  /** `note`: worth knowing, nothing is wrong. */
  status: 'ok' | 'note' | 'warning' | 'error'
  /** What was found, one line. */
  text: string
  /** What to do next: a command, or a sentence. Everything but `ok` has one. */
  next?: string
}

type Parts = Omit<Finding, 'area' | 'status' | 'next'>

export function fine(id: string, text: string): Finding {
  return make('ok', { id, text })
}

/** A finding that is not simply fine; `next` says what to do about it. */
export function finding(status: Exclude<Finding['status'], 'ok'>, id: string, text: string, next: string): Finding {
  return { ...make(status, { id, text }), next }
}

function make(status: Finding['status'], { id, text }: Parts): Finding {
  const area = AREAS.find((known) => id.startsWith(`${known}.`)) ?? 'program'
  return { id, area, status, text }
}
