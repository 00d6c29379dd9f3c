import { SQLSTATE_CLASSES, SQLSTATE_TEXTS } from '../db/sqlstate-texts.ts'
import type { CodePage } from './code-page.ts'

/** The page of a SQLSTATE, else of its class; undefined for a text that is not a SQLSTATE. */
export function sqlstatePage(word: string): CodePage | undefined {
  const code = word.trim().toUpperCase()
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  const about = SQLSTATE_CLASSES[code.slice(0, 2)]
  if (about === undefined) return undefined
  const known = SQLSTATE_TEXTS[code]
  return {
    code,
    kind: 'sqlstate',
    title: known === undefined ? `PostgreSQL, class ${code.slice(0, 2)}: ${about}` : `PostgreSQL: ${known.title}`,
    facts: ['SQLSTATE of the server'],
    meaning: [
      'The server refused a statement with this code. The appendix "PostgreSQL Error Codes" of the PostgreSQL manual lists all codes.',
    ],
    example: { language: 'console', text: `db/001_notes.sql:2:15 error ${known?.message ?? 'the message of the server'} [${code}]` },
    remedies: [...(known?.remedies ?? ['read the message and the place before it: the code only gives the kind of error'])],
  }
}
