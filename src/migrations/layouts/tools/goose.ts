import {
  appliedByKey,
  numberKey,
  splitAtMarks,
  textOf,
  type ImportRules,
  type LedgerEntry,
  type TheirFolder,
  type TheirMigration,
} from '../import-rules.ts'
import type { Mark, Role, Tool } from '../tool.ts'

const gooseRules: ImportRules = {
  folder: 'migrations',
  ledger: { table: 'goose_db_version' },
  read: (folder) => {
    const names = folder.list().filter((name) => /^\d+_/.test(name))
    const migrations = names.flatMap((name) => {
      const [, digits] = /^(\d+)_[^]*\.sql$/.exec(name) ?? []
      return digits === undefined ? [] : (readFile(folder, name, numberKey(digits), 'goose') ?? [])
    })
    const programs = names.filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    return {
      migrations: migrations.toSorted((a, b) => compareNumbers(a.key, b.key)),
      others: programs.map((file) => ({ file, key: numberKey(/^\d+/.exec(file)?.[0] ?? ''), reason: 'a program in Go' })),
      left: [],
    }
  },
  applied: (rows, migrations) => appliedByKey(appliedVersions(rows), migrations),
}

const sqlMigrateRules: ImportRules = {
  folder: 'migrations',
  ledger: { table: 'gorp_migrations' },
  read: (folder) => {
    const names = folder.list().filter((name) => name.endsWith('.sql'))
    const migrations = names.flatMap((name) => readFile(folder, name, name, 'migrate') ?? [])
    return { migrations: migrations.toSorted(compareSqlMigrate), others: [], left: [] }
  },
  applied: (rows, migrations) =>
    appliedByKey(
      rows.map((row) => textOf(row, 'id')),
      migrations,
    ),
}

/** `-- +goose Up`, `-- +goose Down`, `-- +goose StatementBegin`, ..., in any case. */
export const goose: Tool = { name: 'goose', title: 'goose', comment: (text) => looseMark(text, 'goose'), owns, import: gooseRules }

/** The same comments with another word: `-- +migrate Up`. */
export const sqlMigrate: Tool = {
  name: 'sql-migrate',
  title: 'sql-migrate',
  comment: (text) => looseMark(text, 'migrate'),
  owns,
  import: sqlMigrateRules,
}

/** The same again, with any word; what is applied cannot be imported. */
export const micrate: Tool = {
  name: '',
  title: 'a tool with the comments of goose, such as micrate',
  comment: (text) => plusMark(text),
  owns: (marks) => marks.some(({ role }) => role === 'down'),
}

/** A comment with other words behind the direction is prose where the other direction is missing. */
function owns(marks: readonly Mark[]): boolean {
  return new Set(marks.map(({ role }) => role)).size > 1 || marks.some(({ text }) => plusMark(text) !== undefined)
}

function looseMark(text: string, word: string): Role | undefined {
  const exact = plusMark(text, word)
  if (exact !== undefined) return exact
  const [, found, direction] = /^--\s*\+\s*([a-z]+)\s+(up|down)\b/i.exec(text) ?? []
  if (direction === undefined || found?.toLowerCase() !== word) return undefined
  return direction.toLowerCase() === 'up' ? 'up' : 'down'
}

/** The role of a comment `-- +word Up`, of any word without `word`. With other words after it, it is prose. */
function plusMark(text: string, word?: string): Role | undefined {
  const [, found = '', annotation] =
    /^--\s*\+([a-z][\w-]*)\s+(up|down|statementbegin|statementend|no\s+transaction|envsub)(?:\s+(?:notransaction|on|off))?$/i.exec(text) ??
    []
  if (annotation === undefined || (word !== undefined && found.toLowerCase() !== word)) return undefined
  const name = annotation.toLowerCase()
  return name === 'up' || name === 'down' ? name : 'mark'
}

function readFile(folder: TheirFolder, file: string, key: string, word: string): TheirMigration | undefined {
  const text = folder.text(file)
  if (text === undefined) return undefined
  const { before, parts } = splitAtMarks(text, (line) => plusMark(line.trimStart(), word))
  let direction: Role = 'up'
  const texts: Record<Role, string> = { up: before, down: '', mark: '' }
  for (const { role, text: part } of parts) {
    if (role !== 'mark') direction = role
    texts[direction] += part
  }
  const marks = parts.map(({ line }) => line.toLowerCase())
  return {
    key,
    file,
    name: file.slice(0, -'.sql'.length),
    up: texts.up,
    down: texts.down,
    noTransaction: marks.some((line) => /no\s+transaction/.test(line) || line.includes('notransaction')),
    ...(marks.some((line) => /envsub\s+on/.test(line))
      ? { placeholders: { pattern: /\$\{[^{}$\n]{1,200}\}|\$[A-Za-z_]\w*/g, inQuotes: true } }
      : {}),
  }
}

/** A version is applied when its latest row says so: goose 2 added a row for each direction. Version 0 is the start. */
function appliedVersions(rows: readonly LedgerEntry[]): string[] {
  const latest = new Map<string, LedgerEntry>()
  for (const row of rows.toSorted((a, b) => Number(a['id']) - Number(b['id']))) latest.set(textOf(row, 'version_id'), row)
  return [...latest].filter(([version, row]) => version !== '0' && row['is_applied'] === true).map(([version]) => version)
}

export function compareNumbers(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

/** By the number at the start of the name, then by name; a name without a number comes last. */
function compareSqlMigrate(a: TheirMigration, b: TheirMigration): number {
  const [x, y] = [a.file, b.file].map((file) => /^\d+/.exec(file)?.[0])
  if (x !== undefined && y !== undefined) return compareNumbers(numberKey(x), numberKey(y)) || (a.file < b.file ? -1 : 1)
  return x === y ? (a.file < b.file ? -1 : 1) : x === undefined ? 1 : -1
}
