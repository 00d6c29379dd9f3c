import type { Severity } from '../../../core/diagnostics.ts'
import { plural, printable, printableLines } from '../../../core/text.ts'
import type { ReportResult } from '../../../render/reporters/report-run.ts'
import type { Style } from '../../../render/style.ts'
import type { CheckResult, Fault, VerifyReport } from '../../../verify/report.ts'
import { folderLines } from '../../output/folder-lines.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'

/** Faults shown for one check; `--json` lists all. */
const MOST_FAULTS = 20

/** Faults with expected, actual and remedy; a line for each note and for each reason to skip; then a summary. */
export function verifyView(report: VerifyReport & { database: DatabaseReport }, style: Style, width: number): string[] {
  const of = (status: CheckResult['status']): CheckResult[] => report.checks.filter((check) => check.status === status)
  return [
    databaseLine(report.database, style),
    ...[...of('failed'), ...of('warning')].flatMap((check) => checkLines(check, style)),
    ...of('note').map((check) =>
      style.dim(`  · ${cut(`${check.title}: ${plural(check.faults.length, 'note')} [${check.id}]`, width - 4)}`),
    ),
    ...skippedLines(
      of('skipped').filter(({ applies }) => applies !== false),
      style,
    ),
    ...notJudgedLines(report.notJudged, style),
    ...folderLines(report.folderNotes, style),
    summary(report, style),
  ]
}

function checkLines({ id, title, status, faults }: CheckResult, style: Style): string[] {
  const mark = status === 'failed' ? style.red('✗') : style.yellow('!')
  // a remedy that all faults share is printed once
  const remedies = [...new Set(faults.map(({ remedy }) => remedy))]
  const isShared = remedies.length === 1
  const [first] = faults
  const more = faults.length - MOST_FAULTS
  return [
    `  ${mark} ${printable(title)} ${style.dim(`[${id}]`)}`,
    ...faults.slice(0, MOST_FAULTS).flatMap((fault) => faultLines(fault, !isShared, style)),
    ...(more > 0 ? [`      ${style.dim(`and ${plural(more, 'more', 'more')}; --json lists all`)}`] : []),
    ...(isShared && first !== undefined ? remedyLines(first, 6, style) : []),
  ]
}

/** A statement of several lines keeps them, from the first column: white space is a part of the body of a function. */
function remedyLines({ remedy, sql }: Fault, indent: number, style: Style): string[] {
  const arrow = `${' '.repeat(indent)}${style.cyan('→')}`
  if (sql !== remedy) return [`${arrow} ${printable(remedy)}`]
  const lines = printableLines(`${sql};`).split('\n')
  return lines.length === 1 ? lines.map((line) => `${arrow} ${line}`) : [`${arrow} run`, ...lines]
}

function faultLines(fault: Fault, withRemedy: boolean, style: Style): string[] {
  const { object, expected, actual } = fault
  return [
    `      ${style.bold(printable(object))}`,
    `        expected ${printable(expected)}`,
    `        actual   ${printable(actual)}`,
    ...(withRemedy ? remedyLines(fault, 8, style) : []),
  ]
}

/** Checks that were skipped for one reason share a line. */
function skippedLines(checks: readonly CheckResult[], style: Style): string[] {
  const byReason = new Map<string, string[]>()
  for (const { id, reason = '' } of checks) byReason.set(reason, [...(byReason.get(reason) ?? []), id])
  return [...byReason].map(([reason, ids]) => {
    const what = ids.length === 1 ? (ids[0] ?? '') : `${ids.length} checks (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''})`
    return `  ${style.dim(`skipped ${what}: ${printable(reason)}`)}`
  })
}

/** Objects with one reason share a line. All are shown: a green result says nothing about them. */
function notJudgedLines(objects: VerifyReport['notJudged'], style: Style): string[] {
  const byReason = new Map<string, string[]>()
  for (const { object, because } of objects) byReason.set(because, [...(byReason.get(because) ?? []), object])
  return [...byReason].map(
    ([because, names]) => `  ${style.yellow('not compared:')} ${printable(names.join(', '))} ${style.dim(`(${printable(because)})`)}`,
  )
}

function summary({ ok, passed, failed, warnings, notes, skipped }: VerifyReport, style: Style): string {
  const rest = [
    failed > 0 ? `${failed} failed` : '',
    warnings > 0 ? plural(warnings, 'warning') : '',
    notes > 0 ? `${notes} with notes` : '',
    skipped > 0 ? `${skipped} skipped` : '',
  ].filter((part) => part !== '')
  const counts = [plural(passed, 'check') + ' passed', ...rest].join(', ')
  if (ok && skipped > passed)
    return `${style.yellow('verified in part: this role cannot run every check')}: ${counts}; with --strict this is a failure`
  return ok ? `${style.green('verified')}: ${counts}` : `${style.red('not verified')}: ${counts}`
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text
}

const SEVERITIES: Readonly<Record<CheckResult['severity'], Severity>> = { error: 'error', warning: 'warning', info: 'note' }

/**
 * The checks in the form that reporters take. With `strict` a check that cannot run is a failure, as for the command. Checks
 * that do not apply to such a database are left out, as in the counts of the report.
 */
export function verifyResults(checks: readonly CheckResult[], strict: boolean): ReportResult[] {
  return checks
    .filter(({ applies }) => applies !== false)
    .map((check): ReportResult => {
      const { id, title, severity, status, reason, faults } = check
      const result = { code: id, title, group: id.split('.')[0] ?? id, severity: SEVERITIES[severity] }
      if (status === 'passed') return { ...result, status: 'ok', messages: [] }
      if (status === 'skipped' && !strict) return { ...result, status: 'skipped', reason: reason ?? '', messages: [] }
      if (status === 'skipped') {
        const remedy = 'grant the role the missing privilege, or remove --strict'
        return { ...result, severity: 'error', status: 'failed', messages: [{ text: `could not run: ${reason ?? ''}`, remedy }] }
      }
      return { ...result, status: 'failed', messages: faults }
    })
}
