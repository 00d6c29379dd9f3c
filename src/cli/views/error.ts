import type { Diagnostic } from '../../core/diagnostics.ts'
import { place } from '../../core/diagnostics.ts'
import type { SkillsError } from '../../core/errors.ts'
import { printable } from '../../core/text.ts'
import { renderCodeFrame } from '../../render/code-frame.ts'
import type { Style } from '../../render/style.ts'

/** An error: what, then what to do. */
export function errorView(error: SkillsError, style: Style): string[] {
  const [first = '', ...rest] = printable(error.message).split('\n')
  return [
    `${style.red(style.bold('error'))} ${style.dim(`[${error.code}]`)} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...(error.hint === undefined ? [] : [`  ${style.cyan('→')} ${printable(error.hint)}`]),
  ]
}

/** A fault at a place: `file:line:column severity message`, the source around it, the remedy. */
export function diagnosticView(diagnostic: Diagnostic, source: string | undefined, style: Style): string[] {
  const { severity, code, message, line, column, hint } = diagnostic
  const paint = severity === 'error' ? style.red : severity === 'warning' ? style.yellow : style.dim
  const [first = '', ...rest] = printable(message).split('\n')
  const head = [style.bold(place(diagnostic)), paint(severity), first, style.dim(`[${code}]`)].filter((part) => part !== '').join(' ')
  const frame = source === undefined || line === undefined || severity !== 'error' ? [] : renderCodeFrame(source, line, column, style)
  return [
    head,
    ...rest.map((text) => `  ${text}`),
    ...frame.map((text) => `  ${text}`),
    ...(hint === undefined ? [] : [`  ${style.cyan('→')} ${printable(hint)}`]),
  ]
}
