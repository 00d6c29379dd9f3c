/** Where a code comes from; the order of the list. */
export const CODE_KINDS = ['error', 'check', 'rule', 'hazard'] as const

/** `sqlstate` is one of PostgreSQL's own codes: explained, but not listed. */
export type CodeKind = (typeof CODE_KINDS)[number] | 'sqlstate'

/** What there is to say about a code. */
export interface CodePage {
  code: string
  kind: CodeKind
  /** One line, no full stop. */
  title: string
  /** Short facts: `exit code 3`, `severity error`. */
  facts: string[]
  /** Paragraphs. */
  meaning: string[]
  /** As it looks, in lines; `language` is that of a Markdown block. */
  example: { language: string; text: string }
  /** Sentences or commands, the likeliest first. */
  remedies: string[]
}
