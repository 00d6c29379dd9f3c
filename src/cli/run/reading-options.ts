import type { Settings } from '../../config/settings.ts'
import type { ReadingOptions } from '../../api/reading.ts'
import { readSeverities } from '../../registry/rules/severities.ts'

/** How the settings say that skills are read. */
export function readingOptions(cwd: string, { projectFolder, rootLabel, namespace, lenient, rules }: Settings): ReadingOptions {
  return {
    cwd,
    projectFolder,
    rootLabel: rootLabel.value,
    namespace: namespace.value,
    lenient: lenient.value,
    severities: readSeverities(rules.value, rules.origin),
  }
}
