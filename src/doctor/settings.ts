import type { RowOf } from '../db/columns.ts'
import { finding, type Finding } from './report.ts'

/** Of sql/doctor/settings.sql. */
export const SETTING = { name: 'text', value: 'text', object: 'text?', source: 'text?' } as const
type Setting = RowOf<typeof SETTING>

/** What the setting does, for those that people do not expect; the others are notes. */
const EFFECTS: Readonly<Record<string, string>> = {
  session_replication_role: 'triggers and foreign keys do not work',
  default_transaction_read_only: 'nothing can be written',
  default_transaction_isolation: 'transactions can fail with serialization errors, and a repeated batch can be stored twice',
}

/** The settings that stop or change the work of this tool or of an application, with the place that sets them. */
export function examineSettings(settings: readonly Setting[]): Finding[] {
  return settings.map(({ name, value, object, source }) => {
    const effect = EFFECTS[name]
    const where = object === null ? `from the source "${source ?? ''}"` : `set with ALTER ${object}`
    return finding(
      effect === undefined ? 'note' : 'warning',
      'database.setting',
      `${name} is ${value === '' ? "''" : value}, ${where}${effect === undefined ? '' : `: ${effect}`}`,
      object === null
        ? `if that is not intended, ${CHANGE[source ?? ''] ?? 'change it in the configuration of the server'}`
        : `if that is not intended, run ALTER ${object} RESET ${name}`,
    )
  })
}

const CHANGE: Readonly<Record<string, string>> = {
  client: 'remove it from the options of the connection (options in the URL, PGOPTIONS)',
  'environment variable': 'change the environment of the server',
}
