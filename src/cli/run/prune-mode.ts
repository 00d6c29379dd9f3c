import { SkillsError } from '../../core/errors.ts'
import type { PruneMode } from '../../registry/table/sync-report.ts'

const PRUNES: readonly PruneMode[] = ['disable', 'delete', 'keep']

/** The value of `--prune`. Throws USAGE. */
export function readPrune(text = 'disable'): PruneMode {
  const prune = PRUNES.find((mode) => mode === text)
  if (prune === undefined) throw new SkillsError('USAGE', `--prune: "${text}" is unknown`, { hint: `use one of ${PRUNES.join(', ')}` })
  return prune
}
