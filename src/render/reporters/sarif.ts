import { jsonText } from '../../core/json.ts'
import { headline, isFailure, type ReportMessage, type ReportResult, type ReportRun } from './report-run.ts'

/** The program in the report. */
export interface SarifTool {
  name: string
  version: string
}

/**
 * The run as SARIF 2.1.0 (OASIS standard), which code scanning services read: a rule for each code, a result for each
 * fault. Paths are relative to the working directory; columns count Unicode code points. Passed checks are left out.
 */
export function renderSarif(run: ReportRun, tool: SarifTool): string {
  const failed = run.results.filter(({ status }) => status === 'failed')
  const codes = [...new Set(failed.map(({ code }) => code))]
  const broken = run.error === undefined ? [] : [notification(run.error)]
  return jsonText(
    {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { ...tool, rules: codes.map((code) => rule(code, failed)) } },
          columnKind: 'unicodeCodePoints',
          invocations: [
            {
              executionSuccessful: run.error === undefined,
              ...(run.startedAt === undefined ? {} : { startTimeUtc: run.startedAt }),
              ...(broken.length === 0 ? {} : { toolExecutionNotifications: broken }),
            },
          ],
          results: failed.flatMap((result) => result.messages.map((message) => sarifResult(result, message, codes))),
          properties: { ...run.properties, passed: !run.results.some(isFailure) && run.error === undefined },
        },
      ],
    },
    2,
  )
}

function rule(code: string, failed: readonly ReportResult[]): object {
  const example = failed.find((result) => result.code === code)
  const title = example?.title ?? code
  return { id: code, shortDescription: { text: title }, defaultConfiguration: { level: example?.severity ?? 'warning' } }
}

function sarifResult({ code, severity }: ReportResult, message: ReportMessage, codes: readonly string[]): object {
  const { file, line, column, remedy } = message
  const text = remedy === undefined ? headline(message) : `${headline(message)}\n${remedy}`
  const region = line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }
  const location = { physicalLocation: { artifactLocation: { uri: uriOf(file ?? '') }, ...region } }
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text },
    ...(file === undefined ? {} : { locations: [location] }),
  }
}

function notification({ code, message, hint }: NonNullable<ReportRun['error']>): object {
  return { level: 'error', descriptor: { id: code }, message: { text: hint === undefined ? message : `${message}\n${hint}` } }
}

/** A relative path as a relative reference (RFC 3986). */
function uriOf(file: string): string {
  // UTF-8 cannot encode a lone surrogate
  const uri = file
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
  return file.startsWith('/') ? `file://${uri}` : uri
}
