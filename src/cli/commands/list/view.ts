import { plural, printable } from '../../../core/text.ts'
import type { RegistrySkill } from '../../../registry/table/registry-skills.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** A line for each skill, then the number of skills. */
export function listView(
  { database, skills }: { database: DatabaseReport; skills: readonly RegistrySkill[] },
  isFiltered: boolean,
  style: Style,
  width: number,
): string[] {
  const head = databaseLine(database, style)
  if (skills.length === 0) return [head, isFiltered ? 'no matching skills' : 'the registry is empty: run skills sync']
  const columns = [
    { title: 'skill', shrink: true, least: 20 },
    { title: 'version', shrink: true, least: 8 },
    { title: 'state' },
    { title: 'trust', align: 'right' as const },
    { title: 'tier' },
    { title: 'category', optional: true },
    { title: 'updated', optional: true },
    { title: 'about', shrink: true, least: 30, optional: true },
  ]
  const enabled = skills.filter((skill) => skill.enabled).length
  const overridden = skills.some(({ declared }) => declared !== null)
  return [
    head,
    ...renderTable(columns, skills.map(cells), width, style),
    `${plural(skills.length, 'skill')}, ${enabled} enabled`,
    ...(overridden ? [style.dim('* set in the database, different from the file: run skills show ID')] : []),
  ]
}

function cells({
  id,
  version,
  enabled,
  trustLevel,
  tier,
  category,
  updatedAt,
  description,
  declared,
  folderGone,
}: RegistrySkill): string[] {
  return [
    oneLine(id),
    oneLine(version),
    folderGone && !enabled ? 'gone' : `${enabled ? 'enabled' : 'disabled'}${mark(declared !== null && declared.enabled !== enabled)}`,
    `${trustLevel}${mark(declared !== null && declared.trustLevel !== trustLevel)}`,
    oneLine(tier ?? '-'),
    oneLine(category ?? '-'),
    updatedAt.slice(0, 16).replace('T', ' '),
    oneLine(description ?? ''),
  ]
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' '))
}

function mark(differs: boolean): string {
  return differs ? ' *' : ''
}
