import type { Severity } from '../../core/diagnostics.ts'
import { plural, printableLines } from '../../core/text.ts'
import type { ReportMessage, ReportResult, ReportRun } from './report-run.ts'

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const
/** GitHub shows at most 10 error and 10 warning annotations of a step, and ignores the others. */
const MOST = 10

/**
 * The run as workflow commands, one for each line, which GitHub Actions shows as annotations (GitHub docs, "Workflow
 * commands"): at most 10 errors, then at most 10 warnings, then the number of the others. Notes and passed checks are left
 * out.
 */
export function renderGithub(run: ReportRun): string[] {
  const faults = run.results
    .filter(({ status }) => status === 'failed')
    .flatMap((result) => result.messages.map((message) => ({ result, message })))
  const of = (severity: Severity): typeof faults => faults.filter(({ result }) => result.severity === severity)
  const broken = run.error === undefined ? [] : [brokenRun(run.error)]
  const errors = [...broken, ...of('error').map(({ result, message }) => annotation(result, message))]
  const warnings = of('warning').map(({ result, message }) => annotation(result, message))
  const more = [
    ...(errors.length > MOST ? [plural(errors.length - MOST, 'more error')] : []),
    ...(warnings.length > MOST ? [plural(warnings.length - MOST, 'more warning')] : []),
  ]
  return [
    ...errors.slice(0, MOST),
    ...warnings.slice(0, MOST),
    ...(more.length === 0 ? [] : [`::notice title=${escapeProperty(run.name)}::+${escapeData(more.join(', +'))}: see the log`]),
  ]
}

function annotation({ code, title, severity }: ReportResult, message: ReportMessage): string {
  const { object, text, file, line, column, expected, actual, remedy } = message
  const what = [object, text].filter((part) => part !== undefined && part !== '').join(': ')
  const difference = [expected === undefined ? '' : `expected: ${expected}`, actual === undefined ? '' : `found: ${actual}`]
  const body = [what, ...difference, remedy ?? ''].filter((part) => part !== '').join('\n')
  return command(severity, { file, line, col: column, title: title === code ? code : `${title} [${code}]` }, body)
}

function brokenRun({ code, message, hint }: { code: string; message: string; hint?: string }): string {
  return command('error', { title: code }, hint === undefined ? message : `${message}\n${hint}`)
}

function command(severity: Severity, properties: Readonly<Record<string, string | number | undefined>>, body: string): string {
  const list = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  return `::${COMMANDS[severity]} ${list.join(',')}::${escapeData(body)}`
}

function escapeData(text: string): string {
  // `##[` is a command in any place of a line
  const harmless = printableLines(text.replaceAll('\r\n', '\n')).replaceAll('##[', '##\u200B[')
  return harmless.replaceAll('%', '%25').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
