import type { UnusualSetting } from '../db/unusual-settings.ts'
import { finding, type Finding } from './report.ts'

/** The settings that stop or change the work of this tool or of an application are warnings; another unusual value is a note. */
export function examineSettings(settings: readonly UnusualSetting[]): Finding[] {
  return settings.map(({ name, value, object, effect, sql }) =>
    finding(
      effect === null ? 'note' : 'warning',
      'database.setting',
      `${name} of ${object} is ${value === '' ? "''" : value}${effect === null ? '' : `: ${effect}`}`,
      `if that is not intended, ${sql === null ? 'reset it in the configuration or the command line of the server, or in the options of the connection' : `run ${sql}`}`,
    ),
  )
}
