import { plural, printable } from '../../../core/text.ts'
import type { ImportReport } from '../../../registry/authoring/import-skills.ts'
import type { Style } from '../../../render/style.ts'

/** A line for each skill, then how many there were. */
export function importView({ dryRun, imported, skipped, invalid }: ImportReport, style: Style): string[] {
  if (imported.length + skipped.length + invalid.length === 0) return ['no skill of the older layout (a folder with a meta.json) was found']
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
    ...(renamed ? [style.yellow('a renamed skill has another id in the registry: its telemetry stays with the former one')] : []),
    ...(dryRun || imported.length === 0
      ? []
      : [style.dim('the older folders are as they were; remove them when you have looked at the new ones')]),
  ]
}
