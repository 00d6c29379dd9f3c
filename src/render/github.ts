import type { Diagnostic } from '../core/diagnostics.ts'

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const

/** A workflow command that GitHub Actions shows as an annotation (GitHub docs, "Workflow commands"). */
export function renderGithubAnnotation(diagnostic: Diagnostic): string {
  const { severity, code, message, file, line, column, hint } = diagnostic
  const properties = Object.entries({ file, line, col: column, title: code })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  const text = hint === undefined ? message : `${message}\n${hint}`
  return `::${COMMANDS[severity]} ${properties.join(',')}::${escapeData(text)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
