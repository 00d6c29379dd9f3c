/** Where a code comes from, in the order of the list. */
export const CODE_KINDS = ['error', 'check', 'rule', 'hazard'] as const

/** `sqlstate` is a code of PostgreSQL: it has a page, but is not in the list. */
export type CodeKind = (typeof CODE_KINDS)[number] | 'sqlstate'

/** What `skills explain` prints about a code. */
export interface CodePage {
  code: string
  kind: CodeKind
  /** One line without a full stop. */
  title: string
  /** Short facts: `exit code 3`, `severity error`. */
  facts: string[]
  /** Paragraphs. */
  meaning: string[]
  /** How the fault looks. `language` is the language of a Markdown block. */
  example: { language: string; text: string }
  /** Sentences or commands, the most likely first. */
  remedies: string[]
}
