import { printable, printableLines } from '../../core/text.ts'
import { headline, type ReportMessage, type ReportResult, type ReportRun } from './report-run.ts'

/**
 * The run as TAP version 13 (testanything.org), which readers of later versions accept too. A warning or note fails as
 * TODO: a test harness shows it, and does not fail. The values of the YAML block are JSON strings, which are valid YAML.
 */
export function renderTap(run: ReportRun): string {
  const comments = Object.entries(run.properties ?? {}).map(([key, value]) => `# ${oneLine(`${key}: ${value}`)}`)
  return [
    'TAP version 13',
    ...comments,
    `1..${run.results.length}`,
    ...run.results.flatMap((result, i) => renderResult(result, i + 1)),
    ...(run.error === undefined
      ? []
      : [`Bail out! ${oneLine(`${run.error.code}: ${run.error.message}${run.error.hint === undefined ? '' : ` (${run.error.hint})`}`)}`]),
  ].join('\n')
}

function renderResult(result: ReportResult, number: number): string[] {
  const { code, title, severity, status, reason } = result
  const description = escapeHash(oneLine(title === code ? code : `${code} ${title}`))
  if (status === 'skipped') return [`ok ${number} - ${description} # SKIP ${oneLine(reason ?? '')}`.trimEnd()]
  if (status === 'ok') return [`ok ${number} - ${description}`]
  return [`not ok ${number} - ${description}${severity === 'error' ? '' : ` # TODO ${severity}`}`, ...renderBlock(result)]
}

function renderBlock({ code, group, severity, durationMs, messages }: ReportResult): string[] {
  const [first] = messages
  return [
    '  ---',
    `  message: ${quoted(first === undefined ? code : headline(first))}`,
    `  severity: ${quoted(severity)}`,
    ...(group === '' ? [] : [`  group: ${quoted(group)}`]),
    ...(durationMs === undefined ? [] : [`  duration_ms: ${durationMs}`]),
    '  faults:',
    ...messages.flatMap(renderFault),
    '  ...',
  ]
}

function renderFault(message: ReportMessage): string[] {
  const { object, text, file, line, column, expected, actual, remedy } = message
  const fields = Object.entries({ object, message: text, file, line, column, expected, found: actual, todo: remedy })
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value], i) => `    ${i === 0 ? '-' : ' '} ${key}: ${typeof value === 'number' ? value : quoted(value ?? '')}`)
}

function quoted(text: string): string {
  return JSON.stringify(printableLines(text))
}

function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim())
}

/** An unescaped `#` starts a directive. */
function escapeHash(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#')
}
