import { plural, printable } from '../../../core/text.ts'
import type { LintReport } from '../../../registry/lint/lint.ts'
import type { Style } from '../../../render/style.ts'

/** The fixed files and a summary. The diagnostics are printed above. */
export function lintView(report: LintReport, { maxWarnings, fix }: { maxWarnings: number; fix: boolean }, style: Style): string[] {
  const { skills, errors, warnings, notes, fixed, fixable } = report
  const counts = [
    errors > 0 ? style.red(plural(errors, 'error')) : '',
    warnings > 0 ? style.yellow(plural(warnings, 'warning')) : '',
    notes > 0 ? plural(notes, 'note') : '',
  ].filter((part) => part !== '')
  const tooMany = warnings > maxWarnings ? `; --max-warnings allows ${maxWarnings} warnings` : ''
  const hint = fixable > 0 && !fix ? [style.dim(`${plural(fixable, 'finding')} can be fixed: run skills lint --fix`)] : []
  return [
    ...fixed.map(({ file, codes }) => `${style.green('fixed')} ${printable(file)} ${style.dim(`(${codes.join(', ')})`)}`),
    `${plural(skills, 'skill')}: ${counts.length === 0 ? style.green('no problems') : counts.join(', ')}${tooMany}`,
    ...hint,
  ]
}
