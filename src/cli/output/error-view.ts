import { place, type Diagnostic } from '../../core/diagnostics.ts'
import type { SkillsError } from '../../core/errors.ts'
import { printable, printableLines } from '../../core/text.ts'
import type { SourceText } from '../../render/code-frame.ts'
import type { Style } from '../../render/style.ts'

/** An error: the message, the details with the source around them, the database, the hint. */
export function errorView(
  error: SkillsError,
  style: Style,
  sourceOf: (detail: Diagnostic) => SourceText | undefined = () => undefined,
): string[] {
  return [
    `${style.red(style.bold('error'))} ${style.dim(`[${error.code}]`)} ${printable(error.message)}`,
    ...error.diagnostics
      .filter((diagnostic) => isDetail(diagnostic, error))
      .flatMap((detail) => detailView(detail, error, sourceOf(detail), style)),
    ...(error.database === undefined ? [] : [style.dim(`  database: ${printable(error.database)}`)]),
    ...(error.hint === undefined ? [] : [`  ${style.cyan('→')} ${printable(error.hint)}`]),
  ]
}

/** A diagnostic that repeats the error, or names its file only: it is printed as part of the error. */
export function isDetail({ code, message, line }: Diagnostic, error: SkillsError): boolean {
  return code === error.code && (line === undefined || error.message.includes(message))
}

function detailView(detail: Diagnostic, error: SkillsError, source: SourceText | undefined, style: Style): string[] {
  const { message, line, column } = detail
  const isRepeated = error.message.includes(message)
  const head = [style.bold(printable(place(detail))), isRepeated ? '' : printableLines(message)].filter((part) => part !== '').join(' ')
  const frame = source === undefined || line === undefined ? [] : source.frame(line, column, style)
  return [...(isRepeated && line === undefined ? [] : [head]), ...frame.map((text) => `  ${text}`)].map((text) => `  ${text}`)
}

/** `file:line:column severity message`, the source around it, the hint. */
export function diagnosticView(diagnostic: Diagnostic, source: SourceText | undefined, style: Style): string[] {
  const { severity, code, message, line, column, hint } = diagnostic
  const paint = severity === 'error' ? style.red : severity === 'warning' ? style.yellow : style.dim
  const [first = '', ...rest] = printableLines(message).split('\n')
  const head = [style.bold(printable(place(diagnostic))), paint(severity), first, style.dim(`[${code}]`)]
    .filter((part) => part !== '')
    .join(' ')
  const frame = source === undefined || line === undefined || severity !== 'error' ? [] : source.frame(line, column, style)
  return [
    head,
    ...rest.map((text) => `  ${text}`),
    ...frame.map((text) => `  ${text}`),
    ...(hint === undefined ? [] : [`  ${style.cyan('→')} ${printable(hint)}`]),
  ]
}
