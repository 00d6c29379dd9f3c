import { numberKey, splitAtMarks, textOf, type ImportRules, type TheirState } from '../import-rules.ts'
import type { Role, Tool } from '../tool.ts'
import { compareNumbers } from './goose.ts'

/** One row: the number of the last migration. */
const rules: ImportRules = {
  folder: 'migrations',
  ledger: { table: 'schema_version' },
  read: (folder) => {
    const migrations = folder.list().flatMap((file) => {
      const [, digits] = /^(\d+)_[^]*\.sql$/.exec(file) ?? []
      const text = digits === undefined ? undefined : folder.text(file)
      if (digits === undefined || text === undefined) return []
      const { before, parts } = splitAtMarks(text, roleOf)
      const at = parts.findIndex(({ role }) => role === 'down')
      const upParts = at === -1 ? parts : parts.slice(0, at)
      return [
        {
          key: numberKey(digits),
          file,
          name: file.slice(0, -'.sql'.length),
          up: before + upParts.map((part) => part.text).join(''),
          down:
            at === -1
              ? ''
              : parts
                  .slice(at)
                  .map((part) => part.text)
                  .join(''),
          noTransaction: upParts.some(({ role }) => role === 'mark'),
          placeholders: { pattern: /\{\{[^{}\n]{1,200}\}\}/g, inQuotes: true },
        },
      ]
    })
    return { migrations: migrations.toSorted((a, b) => compareNumbers(a.key, b.key)), others: [], left: [] }
  },
  applied: (rows, migrations): TheirState => {
    const version = rows[0] === undefined ? '0' : textOf(rows[0], 'version')
    const applied = migrations.filter(({ key }) => compareNumbers(key, version) <= 0)
    return { applied: new Set(applied), unknown: version === '0' || migrations.some(({ key }) => key === version) ? [] : [version] }
  },
}

/** The line `---- create above / drop below ----`. */
export const tern: Tool = { name: 'tern', title: 'tern', comment: roleOf, import: rules }

function roleOf(text: string): Role | undefined {
  if (/^--+\s*create above\s*\/\s*drop below/i.test(text)) return 'down'
  return /^----\s*tern:\s*disable-tx/i.test(text) ? 'mark' : undefined
}
