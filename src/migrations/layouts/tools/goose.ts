import type { Role, Tool } from '../tool.ts'

/** `-- +goose Up`, `-- +goose Down`, `-- +goose StatementBegin`, ..., in any case. */
export const goose: Tool = { name: 'goose', title: 'goose', comment: (text) => plusMark(text, 'goose') }

/** The same comments with another word: `-- +migrate Up`. */
export const sqlMigrate: Tool = { name: 'sql-migrate', title: 'sql-migrate', comment: (text) => plusMark(text, 'migrate') }

/** The same again, without a ledger that can be imported. */
export const micrate: Tool = { name: '', title: 'micrate', comment: (text) => plusMark(text, 'micrate') }

/** The role of a comment `-- +word Up`. */
function plusMark(text: string, word: string): Role | undefined {
  const [, found, annotation] = /^--\s*\+([a-z]+)\s+(up|down|statementbegin|statementend|no\s+transaction|envsub)\b/i.exec(text) ?? []
  if (annotation === undefined || found?.toLowerCase() !== word) return undefined
  const name = annotation.toLowerCase()
  return name === 'up' || name === 'down' ? name : 'mark'
}
