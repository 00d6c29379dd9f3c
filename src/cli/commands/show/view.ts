import { isJsonObject, type Json } from '../../../core/json.ts'
import { plural, printable } from '../../../core/text.ts'
import type { SkillDetails } from '../../../registry/table/registry-skills.ts'
import type { Style } from '../../../render/style.ts'
import { wrap } from '../../../render/table.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

const LABEL = 14
const PROSE = 96
/** Keys that have lines of their own, or that people do not need. */
const SEPARATE: ReadonlySet<string> = new Set(['name', 'description', 'declared', 'digest', 'files', 'pruned', 'root'])

/** One skill: a line for each column and key. */
export function showView({ database, skill }: { database: DatabaseReport; skill: SkillDetails }, style: Style, width: number): string[] {
  const { id, version, enabled, trustLevel, declared, folderGone, sha256, updatedAt, meta } = skill
  const line = (label: string, value: string): string[] => {
    const lines = wrap(printable(value.replaceAll(/\s+/g, ' ')), Math.max(20, Math.min(width, PROSE) - LABEL))
    return lines.map((text, i) => `${i === 0 ? style.dim(label.padEnd(LABEL)) : ' '.repeat(LABEL)}${text.trimStart()}`)
  }
  const files = isJsonObject(meta['files']) ? Object.keys(meta['files']) : []
  return [
    databaseLine(database, style),
    `${style.bold(printable(id))} ${printable(version)}`,
    ...line('description', skill.description ?? '-'),
    ...line(
      'enabled',
      `${enabled ? 'yes' : 'no'}${declared !== null && declared.enabled !== enabled ? ' (set in the database, different from the file)' : ''}`,
    ),
    ...line(
      'trust level',
      `${trustLevel}${declared !== null && declared.trustLevel !== trustLevel ? ` (set in the database; ${declared.trustLevel} in the file)` : ''}`,
    ),
    ...Object.entries(meta)
      .filter(([key, value]) => !SEPARATE.has(key) && value !== null && !(Array.isArray(value) && value.length === 0))
      .flatMap(([key, value]) => line(printable(key), shown(value))),
    ...line('folder', `${shown(meta['root'] ?? '-')}${folderGone ? ' (missing at the last sync)' : ''}`),
    ...(files.length === 0 ? [] : line('files', `${plural(files.length, 'file')}: ${files.join(', ')}`)),
    ...line('sha256', sha256 ?? '-'),
    ...line('updated', updatedAt.slice(0, 19).replace('T', ' ')),
  ]
}

function shown(value: Json): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
