import type { CodePage } from './code-page.ts'

/** What the header of a check in `sql/verify` says. */
export interface CheckFacts {
  id: string
  title: string
  severity: 'error' | 'warning' | 'info'
  remedy: string
  /** When it fails, the checks that follow are skipped. */
  gate?: boolean
  /** What a fault means. */
  about: string
  /** A typical fault. */
  example: { object: string; expected: string; actual: string } | undefined
}

/** The pages of the checks of `skills verify`, in the order in which they run. */
export function checkPages(checks: readonly CheckFacts[]): CodePage[] {
  return checks.map(({ id, title, severity, remedy, gate, about, example }) => ({
    code: id,
    kind: 'check',
    title,
    facts: [`severity ${severity}`, ...(gate === true ? ['when it fails, the checks that follow are skipped'] : [])],
    meaning: about === '' ? [] : [about],
    example: {
      language: 'console',
      text: example === undefined ? '' : `${example.object}\n  expected ${example.expected}\n  actual   ${example.actual}`,
    },
    remedies: [remedy],
  }))
}
