import { plural, printableLines } from '../../core/text.ts'
import { describeMessage, headline, isFailure, type ReportResult, type ReportRun } from './report-run.ts'

/**
 * The run as JUnit XML: a test suite for each group, a test case for each result. There is no standard; this is what the
 * CI systems read (`junit-10.xsd` of Jenkins, "Unit test reports" of GitLab). The whole text of a failure is in its body,
 * because GitLab does not show `message`. The format has no warnings: a warning or note is a test case that passes, with
 * its text as output.
 */
export function renderJunit(run: ReportRun): string {
  const suites = suitesOf(run)
  const totals = countsOf(suites.flatMap(({ cases }) => cases))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: run.name, ...totals, time: seconds(run.durationMs) })}>`,
    ...suites.flatMap((suite) => renderSuite(suite, run)),
    '</testsuites>',
  ].join('\n')
}

interface Case {
  name: string
  result: ReportResult
  /** The error that ended the run, not the result of a check. */
  broken: boolean
}

interface Suite {
  name: string
  cases: Case[]
}

function suitesOf(run: ReportRun): Suite[] {
  const suites = new Map<string, Suite>()
  const add = (group: string, entry: Case): void => {
    const name = group === '' ? run.name : group
    const suite = suites.get(name) ?? { name, cases: [] }
    suite.cases.push(entry)
    suites.set(name, suite)
  }
  for (const result of run.results) {
    add(result.group, { name: result.title === result.code ? result.code : `${result.code}: ${result.title}`, result, broken: false })
  }
  if (run.error !== undefined) {
    const { code, message, hint } = run.error
    const messages = [{ text: message, ...(hint === undefined ? {} : { remedy: hint }) }]
    add('', { name: code, result: { code, title: code, group: '', severity: 'error', status: 'failed', messages }, broken: true })
  }
  return [...suites.values()]
}

function countsOf(cases: readonly Case[]): { tests: number; failures: number; errors: number; skipped: number } {
  return {
    tests: cases.length,
    failures: cases.filter(({ result, broken }) => isFailure(result) && !broken).length,
    errors: cases.filter(({ broken }) => broken).length,
    skipped: cases.filter(({ result }) => result.status === 'skipped').length,
  }
}

function renderSuite({ name, cases }: Suite, run: ReportRun): string[] {
  const durations = cases.flatMap(({ result }) => result.durationMs ?? [])
  const time = durations.length === 0 ? undefined : seconds(durations.reduce((sum, ms) => sum + ms, 0))
  const properties = Object.entries(run.properties ?? {})
  return [
    `  <testsuite${xmlAttributes({ name, ...countsOf(cases), time, timestamp: run.startedAt?.replace(/\.\d+Z$/, '') })}>`,
    ...(properties.length === 0
      ? []
      : [
          '    <properties>',
          ...properties.map(([key, value]) => `      <property${xmlAttributes({ name: key, value })}/>`),
          '    </properties>',
        ]),
    ...cases.flatMap((entry) => renderCase(entry, name, run.name)),
    '  </testsuite>',
  ]
}

function renderCase({ name, result, broken }: Case, suite: string, run: string): string[] {
  const { severity, status, reason, durationMs, messages } = result
  const [first] = messages
  // readers split a class name at its dots
  const classname = [run.replaceAll(' ', '.'), ...(suite === run ? [] : [suite])].join('.')
  const open = `    <testcase${xmlAttributes({ name, classname, file: first?.file, line: first?.line, time: seconds(durationMs) })}`
  if (status === 'skipped') return [`${open}>`, `      <skipped${xmlAttributes({ message: reason })}/>`, '    </testcase>']
  if (status === 'ok') return [`${open}/>`]
  const text = messages.map(describeMessage).join('\n\n')
  if (severity !== 'error') return [`${open}>`, `      <system-out>${xmlText(`${severity}:\n${text}`)}</system-out>`, '    </testcase>']
  const tag = broken ? 'error' : 'failure'
  return [
    `${open}>`,
    `      <${tag}${xmlAttributes({ message: summary(result), type: result.code })}>${xmlText(text)}</${tag}>`,
    '    </testcase>',
  ]
}

function summary({ title, messages }: ReportResult): string {
  const [first] = messages
  if (first === undefined) return title
  return messages.length === 1 ? headline(first) : `${plural(messages.length, 'fault')}, first: ${headline(first)}`
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : (ms / 1000).toFixed(3)
}

/** Text for the content of an XML 1.0 element. Characters that XML forbids become visible escapes. */
function xmlText(text: string): string {
  return allowed(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** ` name="value"` for each value that is not undefined. Newlines are references: a parser replaces plain ones with spaces. */
function xmlAttributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([name, value]) => ` ${name}="${attributeValue(String(value))}"`)
    .join('')
}

function attributeValue(text: string): string {
  return xmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

/** XML 1.0, production 2 (Char): of the control characters only tab and newline, no lone surrogates, no U+FFFE and U+FFFF. */
function allowed(text: string): string {
  return printableLines(text.replaceAll('\r\n', '\n')).replaceAll(
    /[\p{Cs}\uFFFE\uFFFF]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16)}`,
  )
}
