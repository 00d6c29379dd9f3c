import { plural, printable } from '../../../core/text.ts'
import type { LintReport } from '../../../registry/lint/lint.ts'
import type { Style } from '../../../render/style.ts'

/** What was mended, and one line that sums up. The findings themselves stand above. */
export function lintView(report: LintReport, { maxWarnings, fix }: { maxWarnings: number; fix: boolean }, style: Style): string[] {
  const { skills, errors, warnings, notes, fixed, fixable } = report
  const counts = [
    errors > 0 ? style.red(plural(errors, 'error')) : '',
    warnings > 0 ? style.yellow(plural(warnings, 'warning')) : '',
    notes > 0 ? plural(notes, 'note') : '',
  ].filter((part) => part !== '')
  const tooMany = warnings > maxWarnings ? `; more warnings than the ${maxWarnings} allowed` : ''
  const hint = fixable > 0 && !fix ? [style.dim(`${plural(fixable, 'finding')} can be mended: skills lint --fix`)] : []
  return [
    ...fixed.map(({ file, codes }) => `${style.green('mended')} ${printable(file)} ${style.dim(`(${codes.join(', ')})`)}`),
    `${plural(skills, 'skill')}: ${counts.length === 0 ? style.green('nothing wrong') : counts.join(', ')}${tooMany}`,
    ...hint,
  ]
}
