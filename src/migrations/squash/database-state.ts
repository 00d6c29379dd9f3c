import { bytewise } from '../../core/bytewise.ts'
import { ledgerTables } from '../../core/ledger-name.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import { readCatalog, type CatalogObject } from '../../db/catalog.ts'
import type { Db } from '../../db/db.ts'
import { readDump, type Dump } from '../dump/dump-schema.ts'
import { databaseDifferences, readDatabase, type DatabaseFacts } from './read-database.ts'
import { readRows, type RowFacts } from './read-rows.ts'

/** All of a scratch database that two of them are compared by. */
export interface State {
  dump: Dump
  catalog: CatalogObject[]
  database: DatabaseFacts
  rows: RowFacts
}

export interface StateQueries {
  /** The folder `sql/dump`. */
  queries: string
  /** `sql/catalog/objects.sql` and `sql/catalog/database.sql`. */
  catalogQuery: string
  databaseQuery: string
  ledger: string
}

export async function readState(db: Db, { queries, catalogQuery, databaseQuery, ledger }: StateQueries): Promise<State> {
  const omit = ledgerTables(ledger, db.info.schema).tables
  return {
    database: await readDatabase(db, { databaseQuery, catalogQuery }, omit),
    dump: await readDump(db, { queries, omit, privileges: true }),
    // with the ledger, which is the same in both databases
    catalog: (await db.transaction({ readOnly: true }, () => readCatalog(db, db.info.schema, catalogQuery)))
      .filter(({ kind }) => !IN_DATABASE.has(kind))
      .map((object) => ({ ...object, definition: withoutAliases(object.definition) })),
    rows: await readRows(db, omit),
  }
}

/** What differs, each once, sorted. */
export function differencesOf(old: State, now: State): string[] {
  const both = [...diffCatalogs(old.catalog, now.catalog), ...diffCatalogs(now.catalog, old.catalog)]
  const catalog = [...new Map(both.map((difference) => [`${difference.kind} ${difference.name}`, difference])).values()]
  const named = new Set(catalog.map(({ kind, name }) => `${kind} ${name}`))
  const [theirs, ours] = [statementsById(old.dump), statementsById(now.dump)]
  const inDumps = [...new Set([...theirs.keys(), ...ours.keys()])].filter((id) => theirs.get(id) !== ours.get(id) && !named.has(id))
  const tables = [...old.rows.tables].filter(([name, { rows }]) => sortedText(rows) !== sortedText(now.rows.tables.get(name)?.rows))
  const sequences = [...new Set([...old.rows.sequences.keys(), ...now.rows.sequences.keys()])].filter(
    (name) => old.rows.sequences.get(name) !== now.rows.sequences.get(name),
  )
  const found = [
    ...named,
    ...inDumps,
    ...databaseDifferences(old.database, now.database),
    ...tables.map(([name]) => `rows of ${name}`),
    ...sequences.map((name) => `state of the sequence ${name}`),
  ]
  return [...new Set(found)].toSorted(bytewise)
}

function sortedText(rows: readonly string[] | undefined): string {
  return String(rows?.toSorted())
}

function statementsById({ objects }: Dump): Map<string, string> {
  return new Map(objects.map(({ id, statements }) => [id, withoutAliases(statements.join(';\n'))]))
}

/**
 * A body that PostgreSQL parses, without the names of output columns at the ends of its lines: it prints a name that it has chosen
 * only when the printed body is parsed again.
 */
function withoutAliases(definition: string): string {
  return /^BEGIN ATOMIC$/m.test(definition) ? definition.replaceAll(/ AS (?:"[^"\n]+"|\w+)(?=[,;]?$)/gm, '') : definition
}

/** Kinds of the catalog that `DatabaseFacts` has for all objects. */
const IN_DATABASE: ReadonlySet<string> = new Set(['owner', 'grant', 'comment'])
