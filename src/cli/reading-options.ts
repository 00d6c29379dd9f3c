import type { Settings } from '../config/settings.ts'
import { readSeverities } from '../index.ts'
import type { SyncCallOptions } from '../index.ts'

/** How the settings say that skills are read. */
export function readingOptions(
  cwd: string,
  { projectFolder, rules }: Settings,
): Required<Pick<SyncCallOptions, 'cwd' | 'projectFolder' | 'severities'>> {
  return { cwd, projectFolder, severities: readSeverities(rules.value, rules.origin) }
}
