import type { ErrorCode } from '../core/errors.ts'
import { ERROR_EXITS } from '../core/errors.ts'
import type { CodePage } from './code-page.ts'
import { CONNECTION_ERRORS } from './errors/connection.ts'
import type { ErrorText } from './errors/error-text.ts'
import { MIGRATION_ERRORS } from './errors/migration.ts'
import { TELEMETRY_ERRORS } from './errors/telemetry.ts'
import { USAGE_ERRORS } from './errors/usage.ts'

/** A text for each code there is: one without does not compile. */
const TEXTS: Readonly<Record<ErrorCode, ErrorText>> = { ...USAGE_ERRORS, ...CONNECTION_ERRORS, ...MIGRATION_ERRORS, ...TELEMETRY_ERRORS }

/** The pages of the error codes, by code. */
export function errorPages(): CodePage[] {
  return Object.entries(TEXTS)
    .map(([code, { title, meaning, example, remedies }]): CodePage => ({
      code,
      kind: 'error',
      title,
      facts: [`exit code ${ERROR_EXITS[code as ErrorCode]}`],
      meaning: [meaning],
      example: { language: 'console', text: example },
      remedies: [...remedies],
    }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
}
