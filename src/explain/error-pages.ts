import { ERROR_TEXTS } from '../core/error-texts.ts'
import type { ErrorCode } from '../core/errors.ts'
import { ERROR_EXITS } from '../core/errors.ts'
import type { CodePage } from './code-page.ts'

/** The pages of the error codes, by code. */
export function errorPages(): CodePage[] {
  return Object.entries(ERROR_TEXTS)
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
