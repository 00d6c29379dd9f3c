import type { CodePage } from './code-page.ts'
import { CHECK_EXAMPLES } from './check-examples.ts'
import { CHECK_GROUPS } from './check-groups.ts'

/** What the header of a check says of it. */
export interface CheckFacts {
  id: string
  title: string
  severity: 'error' | 'warning' | 'info'
  remedy: string
  /** Its failure skips the checks behind it. */
  gate?: boolean
}

/** The pages of the checks of `skills verify`, in the order in which they run. */
export function checkPages(checks: readonly CheckFacts[]): CodePage[] {
  return checks.map(({ id, title, severity, remedy, gate }) => {
    const group = CHECK_GROUPS[groupOf(id)]
    return {
      code: id,
      kind: 'check',
      title,
      facts: [`severity ${severity}`, ...(gate === true ? ['when it fails, the checks behind it are skipped'] : [])],
      meaning: group === undefined ? [] : [group],
      example: { language: 'console', text: exampleOf(id) },
      remedies: [remedy],
    }
  })
}

/** A fault as verify tells it. */
function exampleOf(id: string): string {
  const example = CHECK_EXAMPLES[id]
  if (example === undefined) return ''
  const [object, expected, actual] = example
  return `${object}\n  expected ${expected}\n  actual   ${actual}`
}

/** The first part of a check's id. */
export function groupOf(id: string): string {
  return id.split('.')[0] ?? id
}
