import type { DumpReport } from '../../../api/dump-schema.ts'
import { printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** What the dump changes in its file, and with `--check` where it differs first. */
export function dumpView(report: DumpReport & { database: DatabaseReport }, style: Style): string[] {
  const { file, differs, written, difference, changes } = report
  const name = printable(file ?? '')
  return [
    databaseLine(report.database, style),
    ...[...changes.added].map((text) => `  ${style.green('+')} ${printable(text)}`),
    ...[...changes.changed].map((text) => `  ${style.yellow('~')} ${printable(text)}`),
    ...[...changes.removed].map((text) => `  ${style.red('-')} ${printable(text)}`),
    ...(difference === null || written
      ? []
      : [
          `${name}:${difference.line}: the file has: ${lineText(difference.file)}`,
          `${' '.repeat(2)}the schema has: ${lineText(difference.database)}`,
        ]),
    written ? `${style.green('wrote')} ${name}` : differs === true ? `${style.red('differs')}: ${name}` : `up to date: ${name}`,
  ]
}

function lineText(line: string | null): string {
  return line === null ? 'the end' : printable(line)
}
