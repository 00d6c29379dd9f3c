import { DatabaseError } from './database-error.ts'
import type { DbInfo, Outcome, Row } from './db.ts'
import { IS_SUPERUSER } from './greeting.ts'
import { FORMS } from './own-statement.ts'
import type { Driver } from './postgresjs.ts'
import { quoteLiteral } from './quote.ts'

/**
 * Statements for `Db.run` without parameters that a command runs first: they go to the server together with the greeting, before
 * the schema is known. So their tables follow a search_path that the server makes, and all other names in them are qualified.
 */
export interface EarlyStatements {
  statements: readonly string[]
  /**
   * For a superuser. Reads catalogs only, and returns one row with `found`: whether a table could have code of another role. Then the
   * statements find no table.
   */
  othersOwn: string
}

/** The answers by the text of the statement; undefined: run it again. */
export type EarlyAnswers = ReadonlyMap<string, Promise<Outcome | undefined>>

/** Sends the statements in a transaction of their own. `info` is the answer to the greeting that was sent before. */
export function sendEarly(
  driver: Pick<Driver, 'query' | 'script'>,
  early: EarlyStatements,
  { isSuperuser, schema, info }: { isSuperuser: boolean; schema: string | undefined; info: Promise<DbInfo> },
): EarlyAnswers {
  const { statements, othersOwn } = early
  const sent = Promise.all(
    [
      driver.script('BEGIN READ ONLY'),
      driver.query(settingsSql(schema, isSuperuser ? othersOwn : undefined), []),
      ...statements.map((sql) => driver.query(underPath(sql), [])),
      driver.script('COMMIT'),
    ].map(outcomeOf),
  )
  const answer = (read: (info: DbInfo, outcomes: readonly (Outcome | undefined)[]) => Outcome | undefined): Promise<Outcome | undefined> =>
    Promise.all([info, sent]).then(
      ([greeting, outcomes]) => read(greeting, outcomes),
      () => undefined,
    )
  return new Map([
    ...(isSuperuser ? [[othersOwn, answer(othersAnswer)] as const] : []),
    ...statements.map((sql, i) => [sql, answer((greeting, outcomes) => answerTo(i, greeting, outcomes))] as const),
  ])
}

/** The answer to `othersOwn`, which is a part of the settings. */
function othersAnswer(_: DbInfo, [begun, settings]: readonly (Outcome | undefined)[]): Outcome | undefined {
  return begun?.ok === true && settings?.ok === true ? { ok: true, rows: settings.rows.map(({ found }) => ({ found })) } : undefined
}

/** Undefined when `run` could get another answer. Behind a pooler, another backend with another search_path can have answered. */
function answerTo(index: number, info: DbInfo, [begun, settings, ...outcomes]: readonly (Outcome | undefined)[]): Outcome | undefined {
  const schema = begun?.ok === true && settings?.ok === true ? settings.rows[0]?.['schema'] : null
  if (!info.schemaExists || schema !== info.schema) return undefined
  // after a failure the transaction has failed, and so do the statements behind it
  return outcomes.slice(0, index).every((outcome) => outcome?.ok === true) ? outcomes[index] : undefined
}

/**
 * The settings of `readingSettings`, with the schema in the search_path. There is none, so that no table is found, for a role that
 * can become a superuser, which must first know whose code a table has, for a superuser when others own something, and when the
 * backend has temporary tables, of which one could have the name. It runs under the search_path of the role: every name is qualified.
 */
function settingsSql(wanted: string | undefined, othersOwn: string | undefined): string {
  const first = `(pg_catalog.array_remove(pg_catalog.current_schemas(false), 'pg_catalog'::pg_catalog.name))[1]::pg_catalog.text`
  const schema = wanted === undefined ? first : `${quoteLiteral(wanted)}::pg_catalog.text`
  const mayRead = `pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.=) 0::pg_catalog.oid AND NOT o.found`
  const path = `pg_catalog.concat_ws(', '::pg_catalog.text, 'pg_catalog', pg_catalog.quote_ident(s.schema), 'pg_temp')`
  return `
    SELECT s.schema, s.found,
           ${setLocal('search_path', path)},
           ${setLocal('row_security', "'off'::pg_catalog.text")},
           ${FORMS.map(([name, value]) => setLocal(name, `'${value}'::pg_catalog.text`)).join(', ')},
           CASE WHEN pg_catalog.current_setting('${TABLES_ONLY}'::pg_catalog.text, true) IS NOT NULL
                THEN ${setLocal(TABLES_ONLY, "'view, foreign-table'::pg_catalog.text")} END
      FROM (SELECT o.found, CASE WHEN ${mayRead} THEN ${schema} END AS schema
              FROM (${othersOwn ?? `SELECT ${IS_SUPERUSER} AS found`} OFFSET 0) AS o OFFSET 0) AS s`
}

const TABLES_ONLY = 'restrict_nonsystem_relation_kind'

function setLocal(name: string, value: string): string {
  return `pg_catalog.set_config('${name}'::pg_catalog.text, ${value}, true)`
}

/** The statement with the schema of the search_path: that of `settingsSql` is the second. */
function underPath(sql: string): string {
  return sql.replaceAll(':"schema".', '').replaceAll(":'schema'", '(pg_catalog.current_schemas(false))[2]')
}

async function outcomeOf(result: Promise<Row[]>): Promise<Outcome | undefined> {
  try {
    return { ok: true, rows: await result }
  } catch (error) {
    return error instanceof DatabaseError ? { ok: false, error } : undefined
  }
}
