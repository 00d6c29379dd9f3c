import type { CodePage } from './code-page.ts'

/** What is known about SQLSTATE codes. */
export interface SqlstateFacts {
  /** The classes of PostgreSQL by their two characters. */
  classes: Readonly<Record<string, string>>
  /** Codes with a text of their own. `message` is a message of the server. */
  texts: Readonly<Record<string, { title: string; message: string; remedies: readonly string[] }>>
}

/** The page of a SQLSTATE, or of its class; undefined for a text that is not a SQLSTATE. */
export function sqlstatePage(word: string, { classes, texts }: SqlstateFacts): CodePage | undefined {
  const code = word.trim().toUpperCase()
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  const about = classes[code.slice(0, 2)]
  if (about === undefined) return undefined
  const known = texts[code]
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
