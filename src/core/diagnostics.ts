import type { Position } from './report-types.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A fault (or remark) at a place in a file; every reporter is fed with these. */
export interface Diagnostic {
  severity: Severity
  /** Stable rule or error code, for example `SKILL_NAME_MISSING`. */
  code: string
  message: string
  /** Path as the user would type it; absent when the fault has no file. */
  file?: string
  /** 1-based. */
  line?: Position
  /** 1-based, in Unicode code points. */
  column?: Position
  hint?: string
}

/** `file:line:column`, as far as known: the form that editors and terminals make clickable. */
export function place(diagnostic: Pick<Diagnostic, 'file' | 'line' | 'column'>): string {
  const { file, line, column } = diagnostic
  return [file ?? '', line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':')
}
