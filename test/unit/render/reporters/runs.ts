import type { ReportResult, ReportRun } from '../../../../src/render/reporters/report-run.ts'

export function result(parts: Partial<ReportResult> = {}): ReportResult {
  return { code: 'tables.columns', title: 'columns are there', group: 'tables', severity: 'error', status: 'ok', messages: [], ...parts }
}

export function runOf(...results: ReportResult[]): ReportRun {
  return {
    name: 'skills verify',
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 1234,
    properties: { database: 'postgres://db' },
    results,
  }
}

/** Text that no format may be broken by. */
export const HOSTILE = 'a]]>b <&"\'> \u0000\u0007\u001b[31m\u009b \ud800 \ufffe\uffff % %0A # \\ , : -- \u2028\u{1f600}\r\nnext\ttab'
