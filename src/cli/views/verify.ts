import { plural, printable } from '../../core/text.ts'
import type { Style } from '../../render/style.ts'
import type { CheckResult, Fault, VerifyReport } from '../../verify/report.ts'
import type { DatabaseReport } from './database.ts'
import { databaseLine } from './database.ts'

/** Faults with expected, actual and remedy; then one line. Checks that passed are only counted. */
export function verifyView(report: VerifyReport & { database: DatabaseReport }, style: Style): string[] {
  const worst = [
    ...report.checks.filter(({ status }) => status === 'failed'),
    ...report.checks.filter(({ status }) => status === 'warning'),
  ]
  return [
    databaseLine(report.database, style),
    ...worst.flatMap((check) => checkLines(check, style)),
    ...report.checks
      .filter(({ status }) => status === 'skipped')
      .map(({ id, reason }) => `  ${style.dim(`skipped ${id}: ${printable(reason ?? '')}`)}`),
    summary(report, style),
  ]
}

function checkLines({ id, title, status, faults }: CheckResult, style: Style): string[] {
  const mark = status === 'failed' ? style.red('✗') : style.yellow('!')
  // one remedy for all faults is told once
  const remedies = [...new Set(faults.map(({ remedy }) => remedy))]
  const shared = remedies.length === 1
  return [
    `  ${mark} ${title} ${style.dim(`[${id}]`)}`,
    ...faults.flatMap((fault) => faultLines(fault, !shared, style)),
    ...(shared ? [`      ${style.cyan('→')} ${printable(remedies[0] ?? '')}`] : []),
  ]
}

function faultLines({ object, expected, actual, remedy }: Fault, withRemedy: boolean, style: Style): string[] {
  return [
    `      ${style.bold(printable(object))}`,
    `        expected ${printable(expected)}`,
    `        actual   ${printable(actual)}`,
    ...(withRemedy ? [`        ${style.cyan('→')} ${printable(remedy)}`] : []),
  ]
}

function summary({ ok, passed, failed, warnings, skipped }: VerifyReport, style: Style): string {
  const rest = [
    failed > 0 ? `${failed} failed` : '',
    warnings > 0 ? plural(warnings, 'warning') : '',
    skipped > 0 ? `${skipped} skipped` : '',
  ].filter((part) => part !== '')
  const counts = [plural(passed, 'check') + ' passed', ...rest].join(', ')
  if (ok && skipped > passed) return `${style.yellow('verified as far as this role may look')}: ${counts}; --strict makes that a failure`
  return ok ? `${style.green('verified')}: ${counts}` : `${style.red('not verified')}: ${counts}`
}
