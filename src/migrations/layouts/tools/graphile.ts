import { appliedByKey, textOf, type ImportRules } from '../import-rules.ts'
import type { Tool } from '../tool.ts'

const rules: ImportRules = {
  folder: 'migrations',
  ledger: { schema: 'graphile_migrate', table: 'migrations' },
  read: (folder) => {
    const isCommitted = folder.list().every((name) => name !== 'committed')
    const base = isCommitted ? '' : 'committed/'
    const migrations = folder.list(base).flatMap((name) => {
      const [, digits] = /^(\d{6,})(?:-[^]*)?\.sql$/.exec(name) ?? []
      const text = digits === undefined ? undefined : folder.text(base + name)
      if (digits === undefined || text === undefined) return []
      const { message, noTransaction, body } = readHeader(text)
      return [
        {
          // the ledger has the name without the message
          key: `${digits}.sql`,
          file: base + name,
          name: name.slice(0, -'.sql'.length),
          up: (message === '' ? '' : `-- ${message}\n`) + body,
          down: '',
          noTransaction,
          placeholders: { pattern: /(?<![:\w]):[A-Z][A-Z0-9_]*\b/g, inQuotes: true },
        },
      ]
    })
    const current = folder.list().filter((name) => name === 'current.sql' || name === 'current')
    return { migrations, others: [], left: current.map((file) => ({ file, reason: 'not committed' })) }
  },
  applied: (rows, migrations) =>
    appliedByKey(
      rows.map((row) => textOf(row, 'filename')),
      migrations,
    ),
}

/** The header of a migration (`--! Previous: ...`, `--! Hash: ...`, `--! no-transaction`), and files that the tool inserts. */
export const graphile: Tool = {
  name: 'graphile',
  title: 'graphile-migrate',
  comment: (text) => (/^--!\s*(?:(?:Previous|Hash|Message|AllowInvalidHash)\b|no-transaction$|include\s)/i.test(text) ? 'mark' : undefined),
  import: rules,
}

/** The lines `--! Key: value` at the start, and `--! no-transaction`. */
function readHeader(text: string): { message: string; noTransaction: boolean; body: string } {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  const end = lines.findIndex((line) => !line.startsWith('--!') && line.trim() !== '')
  const header = (end === -1 ? lines : lines.slice(0, end)).map((line) => line.replace('--!', '').trim())
  return {
    message:
      header
        .find((line) => line.startsWith('Message:'))
        ?.slice('Message:'.length)
        .trim() ?? '',
    noTransaction: header.includes('no-transaction'),
    body: end === -1 ? '' : lines.slice(end).join('\n'),
  }
}
