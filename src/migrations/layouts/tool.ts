import type { ImportRules } from './import-rules.ts'

/** What is known of a migration file before it is parsed. */
export interface SqlFile {
  /** The path as shown to people. */
  file: string
  text: string
  source: { directory: string; label: string; own: boolean }
}

/** What a comment or a file name says: what follows goes forward, goes back, or just that the tool wrote the file. */
export type Role = 'up' | 'down' | 'mark'

/** A migration tool whose files this project can tell from its own. */
export interface Tool {
  /** The word after `--from`, when the folder can be imported. */
  name: string
  /** The name for people. */
  title: string
  /** What a comment that has its line for itself means to the tool; the text begins with `--`. */
  comment?: (text: string) => Role | undefined
  /** It can also be a block comment, `/* DOWN *\/`; the text is then that of a line. */
  blockComments?: boolean
  /** What a file name means to the tool, beside the other names of its folder. */
  fileName?: (name: string, others: ReadonlySet<string>) => Role | undefined
  /** Whether a file of this name with these comments is a migration of the tool. Without it, each of them is enough. */
  owns?: (marks: readonly Mark[], text: string, name: string) => boolean
  /** How to move from it. */
  import?: ImportRules
}

/** A comment that a tool reads. */
export interface Mark {
  tool: Tool
  role: Role
  /** UTF-16, of its first dash. */
  offset: number
  text: string
}
