import { sha256 } from '../../core/digests.ts'
import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import { parseMigration } from '../files/parse-migration.ts'
import { normaliseSql, type MigrationFile } from '../files/read-migrations.ts'
import { variableUses } from '../../sqltext/statements/variable-uses.ts'
import { differencesOf, readState, type State, type StateQueries } from './database-state.ts'
import { MOST_ROWS } from './read-rows.ts'
import type { SquashPlan } from './plan-squash.ts'
import { CHANGE_PLACES, newObjects, rowStatements, squashText } from './squash-text.ts'
import { statementEffects, type StatementEffect } from './statement-effects.ts'

export interface SquashOptions extends StateQueries {
  plan: SquashPlan
  /** Opens an empty database. */
  openScratch: () => Promise<{ db: Db; drop(): Promise<void> }>
  /** Applies files to it. Throws why one cannot be applied. */
  apply: (db: Db, files: readonly MigrationFile[]) => Promise<void>
  /** Write the rows that the old files leave. */
  keepRows: boolean
  onStep: (text: string) => void
}

/** A new file that does what the old ones do. */
export interface Squash {
  sql: string
  /** Where it was tried: `embedded (memory)`, or a server. */
  scratch: string
  serverVersion: string
  /** Statements that are in the new file as they were, with their place. */
  kept: { file: string; line: number; statement: string }[]
  /** How many rows the new file inserts. */
  rows: number
  /** What could not be compared. */
  notCompared: string[]
}

/**
 * Writes one file for several: runs the old files in an empty database, dumps what they made, runs that in a second empty
 * database, and compares the two: catalogs, dumps, rows and sequences. Throws SQUASH_REFUSED when they differ, or when the old files
 * do something that cannot be written so.
 */
export async function squash(options: SquashOptions): Promise<Squash> {
  const { plan, onStep } = options
  onStep(`running ${plural(plan.covered.length, 'migration')}`)
  const old = await inScratch(options, async (db) => {
    const effects = statementEffects(plan.covered, db.info.schema)
    refuseVariables(effects)
    if (db.info.kind === 'server') refuseServerWide(effects)
    await options.apply(db, plan.before)
    const base = await readState(db, options)
    await options.apply(db, [...plan.before, ...plan.covered])
    return { effects, base, whole: await readState(db, options), info: db.info }
  })
  const made = newObjects(old.base.dump, old.whole.dump)
  const rows = rowStatements(old.base.rows, old.whole.rows)
  refuseRows(rows, old.effects, options.keepRows)
  const changing = old.effects.filter(({ effect, names }) => effect === 'schema' && made.changed.some((id) => concerns(id, names)))
  const [first, before, after] = [of(old.effects, 'first'), of(old.effects, 'before'), of(old.effects, 'after')]
  onStep('running the new file')
  let failure: SkillsError | undefined
  for (const place of changing.length === 0 ? CHANGE_PLACES.slice(0, 1) : CHANGE_PLACES) {
    const sql = squashText({
      replaces: plan.replaces,
      objects: made.objects,
      first,
      before,
      after,
      changes: changing,
      place,
      rows: rows.statements,
    })
    const problem = await proof(options, sql, old.whole)
    failure ??= problem
    if (problem !== undefined) continue
    return {
      sql,
      // the name of a scratch database says nothing
      scratch: old.info.label.replace(`/${old.info.database}`, ''),
      serverVersion: old.info.versionText,
      kept: [...first, ...before, ...changing, ...after].map(({ file, line, text }) => ({ file, line, statement: oneLine(text) })),
      rows: rows.rows,
      notCompared: [
        ...old.whole.dump.notCovered,
        ...[...first, ...before, ...after].filter(isNotCompared).map(({ verb, file, line }) => `the effect of ${verb} (${file}:${line})`),
        ...checksOf(plan),
      ],
    }
  }
  throw failure ?? refused('nothing was tried', [])
}

/** The new file has none: they were true in an empty database. */
function checksOf({ covered }: SquashPlan): string[] {
  return covered.flatMap((file) => parseMigration(file).checks.map(({ line }) => `the check (${file.file}:${line})`))
}

/** The two databases are on one server, and `DatabaseFacts` has not the whole definition of all objects. */
function isNotCompared({ ofServer, verb }: StatementEffect): boolean {
  return ofServer || /\b(?:LANGUAGE|ACCESS METHOD|TRANSFORM|SUBSCRIPTION|OPERATOR|TEXT SEARCH)\b/.test(verb)
}

async function inScratch<T>({ openScratch }: SquashOptions, work: (db: Db) => Promise<T>): Promise<T> {
  const { db, drop } = await openScratch()
  try {
    return await work(db)
  } finally {
    await drop()
  }
}

/** Runs the new file in an empty database; returns how the result differs from that of the old ones. */
function proof(options: SquashOptions, sql: string, old: State): Promise<SkillsError | undefined> {
  const { before, covered, version, replaces } = options.plan
  const source = covered.at(-1)?.source
  if (source === undefined) throw new TypeError('a squash without files')
  const checksum = `sha256:${sha256(normaliseSql(sql))}`
  const file: MigrationFile = { version, file: `${version}.sql`, source, text: sql, checksum, repeatable: false, replaces }
  return inScratch(options, async (db) => {
    try {
      await options.apply(db, before)
      await options.apply(db, [...before, file])
    } catch (error) {
      if (!(error instanceof SkillsError) || (error.code !== 'MIGRATION_FAILED' && error.code !== 'MIGRATION_FILE_INVALID')) throw error
      return refused(`the new file cannot run: ${error.message}`, [])
    }
    const differences = differencesOf(old, await readState(db, options))
    return differences.length === 0
      ? undefined
      : refused(`the new file would make another database in ${plural(differences.length, 'place')}`, differences)
  })
}

function of(effects: readonly StatementEffect[], wanted: StatementEffect['effect']): StatementEffect[] {
  return effects.filter(({ effect }) => effect === wanted)
}

/** Whether a statement with these names can have changed the object `table notes` or `constraint notes.ok`. */
function concerns(id: string, names: ReadonlySet<string>): boolean {
  const words = id.split(/[ .()",]+/)
  return words.slice(1).some((word) => names.has(word))
}

/** The new file would contain the values: they differ between databases, and can be secrets. */
function refuseVariables(effects: readonly StatementEffect[]): void {
  const found = effects.filter(({ text }) => variableUses(text).some(({ canBeSql }) => !canBeSql))
  if (found.length === 0) return
  throw refused(
    `${places(found)} ${found.length === 1 ? 'uses' : 'use'} variables, and the new file would have their values`,
    [],
    'nothing was run; name an earlier version with --to, or write these values into the file',
  )
}

function refuseServerWide(effects: readonly StatementEffect[]): void {
  const found = effects.filter(({ ofServer }) => ofServer)
  if (found.length === 0) return
  throw refused(
    `${places(found)} ${found.length === 1 ? 'changes' : 'change'} the whole server, and not only a scratch database`,
    [],
    'nothing was run; squash in the embedded database instead: --embedded memory',
  )
}

/** Statements that leave rows; which of them do, only a run shows. */
function refuseRows({ rows, changed }: ReturnType<typeof rowStatements>, effects: readonly StatementEffect[], keepRows: boolean): void {
  const writers = of(effects, 'rows')
  const where = writers.length === 0 ? 'the files' : places(writers)
  if (changed.length > 0) {
    const reason = `${where} ${writers.length === 1 ? 'changes' : 'change'} rows of ${changed.join(', ')} that existed before, or write more than ${MOST_ROWS}`
    throw refused(reason, [], 'nothing was written; move these statements to a file that is not squashed')
  }
  if (rows === 0 || keepRows) return
  throw refused(
    `the files leave ${plural(rows, 'row')}: ${where}`,
    [],
    'nothing was written; --keep-rows writes these rows into the new file, as they are now',
  )
}

function places(effects: readonly StatementEffect[]): string {
  const shown = effects.slice(0, MOST_PLACES).map(({ verb, file, line }) => `${verb} (${file}:${line})`)
  return [...shown, ...(effects.length > MOST_PLACES ? [`${effects.length - MOST_PLACES} more`] : [])].join(', ')
}

const MOST_PLACES = 5

function refused(
  reason: string,
  differences: readonly string[],
  hint = 'nothing was written; squash only the files up to the one that makes the difference: --to',
): SkillsError {
  return new SkillsError('SQUASH_REFUSED', [reason, ...differences.map((line) => `  ${line}`)].join('\n'), { hint })
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
