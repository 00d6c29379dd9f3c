export const AREAS = [
  'program',
  'configuration',
  'embedded',
  'connection',
  'rights',
  'database',
  'migrations',
  'registry',
  'rollups',
] as const

export type Area = (typeof AREAS)[number]

/** Its area, and what it is about. */
export type FindingId = `${Area}.${string}`

/** One result of `skills doctor`. */
export interface Finding {
  /** Stable: `connection.tls`. */
  id: string
  area: Area
  /** `note`: information, not a problem. */
  status: 'ok' | 'note' | 'warning' | 'error'
  /** What was found, one line. */
  text: string
  /** The next step: a command or an instruction. Every finding that is not `ok` has one. */
  next?: string
}

/** The report of `skills doctor`. It contains no password. */
export interface DoctorReport {
  /** No finding is an error. */
  ok: boolean
  findings: Finding[]
  /** Every setting with its origin; empty when the settings cannot be read. */
  settings: DoctorSetting[]
}

export interface DoctorSetting {
  name: string
  /** As it is configured; null when it is not set. */
  value: string | null
  /** An option, a variable, `... in .env`, the path of the configuration file, or `default`. */
  origin: string
}

/** A finding that is `ok`. */
export function fine(id: FindingId, text: string): Finding {
  return make('ok', { id, text })
}

/** A finding that is not `ok`; `next` is the instruction. */
export function finding(status: Exclude<Finding['status'], 'ok'>, id: FindingId, text: string, next: string): Finding {
  return { ...make(status, { id, text }), next }
}

function make(status: Finding['status'], { id, text }: { id: FindingId; text: string }): Finding {
  // a finding is printed under the heading of its area
  const area = id.slice(0, id.indexOf('.')) as Area
  return { id, area, status, text }
}
