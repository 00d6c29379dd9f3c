import type { RuleSeverity } from '../../../registry/rules/severities.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'

export interface RuleLine {
  code: string
  /** In this project. */
  severity: RuleSeverity
  defaultSeverity: RuleSeverity
  title: string
  source: string
  fixable: boolean
}

/** A line for each rule: its severity, whether `--fix` corrects it, and its source. */
export function rulesView(rules: readonly RuleLine[], style: Style, width: number): string[] {
  const columns = [
    { title: 'rule' },
    { title: 'severity' },
    { title: 'about', shrink: true, least: 24 },
    { title: 'fix', optional: true },
    { title: 'source', optional: true },
  ]
  const rows = rules.map(({ code, severity, defaultSeverity, title, source, fixable }) => [
    code,
    severity === defaultSeverity ? severity : `${severity} *`,
    title,
    fixable ? '--fix' : '',
    source,
  ])
  const changed = rules.some(({ severity, defaultSeverity }) => severity !== defaultSeverity)
  return [
    ...renderTable(columns, rows, width, style),
    ...(changed ? [style.dim('* changed by the key "rules" of the configuration file')] : []),
    style.dim('run skills explain RULE for an example and what to do'),
  ]
}
