import { plural, printable } from '../../../core/text.ts'
import type { ImportReport } from '../../../registry/authoring/import-skills.ts'
import type { Style } from '../../../render/style.ts'

/** A line for each skill, then the number of skills. */
export function importView({ dryRun, imported, skipped, invalid }: ImportReport, style: Style): string[] {
  if (imported.length + skipped.length + invalid.length === 0) return ['no skills of the older layout (a folder with a meta.json) found']
  const renamed = imported.some(({ id, name }) => id !== name)
  const counts = [
    `${plural(imported.length, 'skill')} ${dryRun ? 'would be imported' : 'imported'}`,
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
    ...(invalid.length > 0 ? [`${invalid.length} invalid`] : []),
  ]
  return [
    ...imported.map(
      ({ id, name, from, file }) =>
        `  ${style.green('+')} ${printable(file)} ${style.dim(`from ${printable(from)}${id === name ? '' : `, renamed from ${printable(id)}`}`)}`,
    ),
    ...skipped.map(({ from, reason }) => `  ${style.yellow('=')} ${printable(from)} ${style.dim(`(${printable(reason)})`)}`),
    ...invalid.map(({ path }) => `  ${style.red('!')} ${printable(path)} ${style.dim('(invalid)')}`),
    counts.join(', '),
    ...(renamed ? [style.yellow('a renamed skill has a new ID in the registry: its telemetry stays with the old ID')] : []),
    ...(dryRun || imported.length === 0
      ? []
      : [style.dim('the older folders are unchanged; review the new ones, then remove the old ones')]),
  ]
}
