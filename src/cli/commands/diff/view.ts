import type { Json } from '../../../core/json.ts'
import { plural, printable } from '../../../core/text.ts'
import type { DiffEntry, DiffReport } from '../../../registry/table/diff-report.ts'
import type { FieldChange, FileChange } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import { wrap } from '../../../render/table.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** Fields that other lines show better, or that people do not need. */
const HIDDEN: ReadonlySet<string> = new Set(['sha256', 'meta.files', 'meta.declared', 'meta.pruned', 'meta.digest'])
const MOST_FILES = 20
const PROSE = 100

/** Each skill that a sync would touch: its fields with old and new values, and the files that differ. */
export function diffView(report: DiffReport & { database: DatabaseReport }, style: Style, width: number): string[] {
  const count = (change: DiffEntry['change']): string[] => {
    const found = report.skills.filter((entry) => entry.change === change).length
    return found === 0 ? [] : [`${found} ${change}`]
  }
  const counts = [...count('added'), ...count('changed'), ...count('disabled'), ...count('deleted')]
  const invalid = report.invalid.length === 0 ? [] : [style.red(`${report.invalid.length} invalid`)]
  const columns = Math.min(width, PROSE)
  return [
    databaseLine(report.database, style),
    ...report.skills.flatMap((entry) => entryLines(entry, style, columns)),
    ...(report.pruneSkipped === undefined ? [] : wrap(`${style.yellow('note')} ${printable(report.pruneSkipped)}`, columns)),
    counts.length === 0
      ? [`${style.green('no difference')}: ${plural(report.unchanged, 'skill')} unchanged`, ...invalid].join(', ')
      : [...counts, `${report.unchanged} unchanged`, ...invalid].join(', '),
  ]
}

function entryLines(entry: DiffEntry, style: Style, columns: number): string[] {
  const { id, change, path, fields, files } = entry
  const mark = { added: style.green('+'), changed: style.yellow('~'), disabled: style.red('-'), deleted: style.red('-') }[change]
  const where = path === null ? `${change}: its folder no longer exists` : path
  return [
    `${mark} ${style.bold(printable(id))} ${style.dim(printable(where))}`,
    ...fields.filter(({ field }) => !HIDDEN.has(field)).flatMap((field) => fieldLines(field, style, columns)),
    ...(files === null ? [style.dim('    files: unknown, an earlier version wrote the row')] : fileLines(files, style)),
  ]
}

/** Short values on one line, long ones below each other. */
function fieldLines({ field, from, to }: FieldChange, style: Style, columns: number): string[] {
  const name = field.replace(/^meta\./, '')
  const [before, after] = [shown(from), shown(to)]
  const line = `    ${name}: ${before} -> ${after}`
  if (line.length <= columns) return [`    ${name}: ${style.red(before)} -> ${style.green(after)}`]
  const block = (mark: string, text: string, paint: (text: string) => string): string[] =>
    wrap(text, Math.max(20, columns - 8)).map((part, i) => `      ${i === 0 ? mark : ' '} ${paint(part.trimStart())}`)
  return [`    ${name}:`, ...block('-', before, (text) => style.red(text)), ...block('+', after, (text) => style.green(text))]
}

function fileLines(files: readonly FileChange[], style: Style): string[] {
  const marks = { added: style.green('+'), changed: style.yellow('~'), removed: style.red('-') }
  const lines = files.slice(0, MOST_FILES).map(({ path, change }) => `    ${marks[change]} ${printable(path)}`)
  return files.length > MOST_FILES ? [...lines, style.dim(`      and ${plural(files.length - MOST_FILES, 'more file')}`)] : lines
}

function shown(value: Json): string {
  if (value === null) return '(none)'
  const text = Array.isArray(value)
    ? value.length === 0
      ? '(none)'
      : value.map(String).join(', ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
  return printable(text.replaceAll(/\s+/g, ' '))
}
