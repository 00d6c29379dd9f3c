import { appliedByKey, splitAtMarks, textOf, type ImportRules, type TheirFolder, type TheirMigration } from '../import-rules.ts'
import type { Tool } from '../tool.ts'

const rules: ImportRules = {
  folder: 'db/migrations',
  ledger: { table: 'schema_migrations' },
  read: (folder) => ({ migrations: folder.list().flatMap((name) => readFile(folder, name) ?? []), others: [], left: [] }),
  applied: (rows, migrations) =>
    appliedByKey(
      rows.map((row) => textOf(row, 'version')),
      migrations,
    ),
}

/** `-- migrate:up`, `-- migrate:down`, with options after them. Other words after one are prose where the other direction is missing. */
export const dbmate: Tool = {
  name: 'dbmate',
  title: 'dbmate',
  comment: roleOf,
  owns: (marks) => new Set(marks.map(({ role }) => role)).size === 2 || marks.some(({ text }) => /^[^:]*:\w+(?:\s+\w+:\w+)*$/.test(text)),
  import: rules,
}

function roleOf(text: string): 'up' | 'down' | undefined {
  const [, direction] = /^--\s*migrate:(up|down)(?:\s|$)/i.exec(text) ?? []
  return direction === undefined ? undefined : direction.toLowerCase() === 'up' ? 'up' : 'down'
}

/** The key is the number at the start of the name; the order is that of the names. */
function readFile(folder: TheirFolder, file: string): TheirMigration | undefined {
  const [key] = /^\d+/.exec(file) ?? []
  const text = key === undefined || !file.endsWith('.sql') ? undefined : folder.text(file)
  if (key === undefined || text === undefined) return undefined
  const { before, parts } = splitAtMarks(text, roleOf)
  const up = parts.find(({ role }) => role === 'up')
  const down = parts.find(({ role }) => role === 'down')
  return {
    key,
    file,
    name: file.slice(0, -'.sql'.length),
    up: before + (up?.text ?? ''),
    down: down?.text ?? '',
    noTransaction: /\btransaction:false\b/.test(up?.line ?? ''),
  }
}
