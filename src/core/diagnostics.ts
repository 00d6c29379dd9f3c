import type { Position } from './report-types.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A message about a place in a file; all reporters print these. */
export interface Diagnostic {
  severity: Severity
  /** Stable rule or error code, for example `SKILL_NAME_MISSING`. */
  code: string
  message: string
  /** Path as the user would type it; absent when there is no file. */
  file?: string
  /** 1-based. */
  line?: Position
  /** 1-based, in Unicode code points. */
  column?: Position
  hint?: string
}

/** `file:line:column`, without unknown parts: editors and terminals make it clickable. */
export function place(diagnostic: Pick<Diagnostic, 'file' | 'line' | 'column'>): string {
  const { file, line, column } = diagnostic
  return [file ?? '', line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')
}
