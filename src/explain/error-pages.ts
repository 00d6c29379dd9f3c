import type { CodePage } from './code-page.ts'

/** What is known about an error code. */
export interface ErrorFacts {
  title: string
  meaning: string
  /** A command and its output. */
  example: string
  /** Sentences or commands, the most likely first. */
  remedies: readonly string[]
  exitCode: number
}

/** The pages of the error codes, by code. */
export function errorPages(errors: Readonly<Record<string, ErrorFacts>>): CodePage[] {
  return Object.entries(errors)
    .map(([code, { title, meaning, example, remedies, exitCode }]): CodePage => ({
      code,
      kind: 'error',
      title,
      facts: [`exit code ${exitCode}`],
      meaning: [meaning],
      example: { language: 'console', text: example },
      remedies: [...remedies],
    }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
}
