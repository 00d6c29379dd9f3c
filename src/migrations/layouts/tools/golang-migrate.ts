import { createHash } from 'node:crypto'
import {
  appliedByKey,
  numberKey,
  textOf,
  type ImportRules,
  type TheirFolder,
  type TheirMigration,
  type TheirState,
} from '../import-rules.ts'
import type { Tool } from '../tool.ts'
import { compareNumbers } from './goose.ts'

/** One row: the last version, and whether it failed half way. All migrations up to it are applied. */
const golangRules: ImportRules = {
  folder: 'migrations',
  ledger: { table: 'schema_migrations' },
  read: (folder) => readPairs(folder, false),
  applied: (rows, migrations): TheirState => {
    const [row] = rows
    const version = row === undefined ? '-1' : textOf(row, 'version')
    if (row?.['dirty'] === true) {
      return {
        applied: new Set(),
        unknown: [],
        unclear: {
          reason: `the version ${version} is dirty: it failed half way, and a part of it can be applied`,
          hint: 'complete or undo that migration by hand, set the version with `migrate force`, and import again',
        },
      }
    }
    const isApplied = ({ key }: TheirMigration): boolean => !version.startsWith('-') && compareNumbers(key, numberKey(version)) <= 0
    const isKnown = version.startsWith('-') || migrations.some(({ key }) => key === numberKey(version))
    return { applied: new Set(migrations.filter(isApplied)), unknown: isKnown ? [] : [version] }
  },
}

/** A row for each version; `success` is false for one that failed half way. */
const sqlxRules: ImportRules = {
  folder: 'migrations',
  ledger: { table: '_sqlx_migrations' },
  read: (folder) => readPairs(folder, true),
  applied: (rows, migrations): TheirState => {
    const failed = rows.find((row) => row['success'] !== true)
    const state = appliedByKey(
      rows.map((row) => textOf(row, 'version')),
      migrations,
    )
    const digests = new Map(rows.map((row) => [textOf(row, 'version'), textOf(row, 'checksum')]))
    const changed = [...state.applied].filter(({ key, digest }) => digest !== undefined && digests.get(key) !== `\\x${digest}`)
    if (failed === undefined) return { ...state, changed }
    return {
      ...state,
      unclear: {
        reason: `the version ${textOf(failed, 'version')} failed half way, and a part of it can be applied`,
        hint: 'complete or undo that migration by hand, correct its row with sqlx, and import again',
      },
    }
  },
}

/** `1_name.up.sql` and `1_name.down.sql`; sqlx, bun, ragtime and migratus have the same names. */
export const golangMigrate: Tool = {
  name: 'golang-migrate',
  title: 'golang-migrate or sqlx',
  fileName: (name) => {
    const [, direction] = /\.(up|down)\.sql$/i.exec(name) ?? []
    return direction === undefined ? undefined : direction.toLowerCase() === 'up' ? 'up' : 'down'
  },
  import: golangRules,
}

/** The same names, or files that only go forward, without `.up`. */
export const sqlx: Tool = { name: 'sqlx', title: 'sqlx', import: sqlxRules }

function readPairs(folder: TheirFolder, isSqlx: boolean): ReturnType<ImportRules['read']> {
  const names = folder.list()
  const pattern = isSqlx ? /^(\d+)_([^]*?)(\.up)?\.sql$/i : /^(\d+)_([^]*?)(\.up)\.sql$/i
  const migrations = names.flatMap((file): TheirMigration[] => {
    const [, digits, rest = '', mark = ''] = pattern.exec(file) ?? []
    const text = digits === undefined || /\.down\.sql$/i.test(file) ? undefined : folder.text(file)
    if (digits === undefined || text === undefined) return []
    const back = mark === '' ? undefined : names.find((name) => name.toLowerCase() === `${digits}_${rest}.down.sql`.toLowerCase())
    return [
      {
        key: numberKey(digits),
        file,
        name: `${digits}_${rest}`,
        up: text,
        down: back === undefined ? '' : (folder.text(back) ?? ''),
        ...(isSqlx ? { noTransaction: text.startsWith('-- no-transaction'), digest: createHash('sha384').update(text).digest('hex') } : {}),
      },
    ]
  })
  return { migrations: migrations.toSorted((a, b) => compareNumbers(a.key, b.key)), others: [], left: [] }
}
