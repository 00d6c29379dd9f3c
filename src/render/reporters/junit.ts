import { plural } from '../../core/text.ts'
import type { ReportResult, ReportRun } from './report-run.ts'
import { describeMessage, headline, isFailure } from './report-run.ts'
import { xmlAttributes, xmlText } from './xml.ts'

/**
 * The run as JUnit XML: a suite for each group, a test case for each result. There is no standard but what the CI
 * systems read (Jenkins' `junit-10.xsd`, GitLab's "Unit test reports"): the whole text of a failure is in its body, as
 * GitLab shows no `message`. What is no error is a case that passed, with its text as output: the format knows no warnings.
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
  /** The run broke here; that is no answer of a check. */
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
  // readers take a class name apart at its dots
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
