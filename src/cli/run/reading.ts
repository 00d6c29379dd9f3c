import type { ReadingOptions } from '../../api/reading.ts'
import { readSeverities } from '../../api/rules.ts'
import type { SyncCallOptions } from '../../api/sync.ts'
import type { Settings } from '../../config/settings.ts'
import { grouped } from '../../core/text.ts'
import type { Context } from '../output/context.ts'
import type { Progress } from '../output/progress.ts'

/** How the settings say that skills are read. */
export function readingOptions({ cwd }: Context, { projectFolder, rootLabel, namespace, lenient, rules }: Settings): ReadingOptions {
  return {
    cwd,
    projectFolder,
    rootLabel: rootLabel.value,
    namespace: namespace.value,
    lenient: lenient.value,
    severities: readSeverities(rules.value, rules.origin),
  }
}

/** Shows what a sync is doing: the files it reads and how fast, then its steps in the database. */
export function syncProgress(progress: Progress): NonNullable<SyncCallOptions['onProgress']> {
  const began = performance.now()
  return (event) => {
    if ('done' in event) {
      const seconds = (performance.now() - began) / 1000
      const rate = Math.round(event.done / Math.max(seconds, 0.001))
      progress.update(`reading: ${grouped(event.done)} skills, ${grouped(rate)} per second`)
    } else if (event.step === 'write') progress.update(`writing ${grouped(event.rows)} rows`)
    else progress.update(STEPS[event.step])
  }
}

const STEPS = {
  look: 'comparing with the registry',
  lock: 'waiting for the lock of the registry',
  fetch: 'comparing with the registry',
  compare: 'comparing with the registry',
} as const
