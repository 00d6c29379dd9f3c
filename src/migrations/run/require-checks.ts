import { SkillsError } from '../../core/errors.ts'
import { redact } from '../../core/redaction.ts'
import { printable } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import { writtenText, type ParsedMigration, type ParsedStatement } from '../files/parse-migration.ts'
import { statementFailure } from './failure.ts'
import { resetRoleSql } from './file-transaction.ts'
import type { RunSettings } from './run-settings.ts'

const BEFORE = 'SELECT pg_catalog.to_jsonb(ARRAY(SELECT * FROM (\n'
/** Two rows are enough to see that it is not one. */
const AFTER = '\n) AS skills_check LIMIT 2)) AS answer'

/**
 * Evaluates the `check` queries of a file, in its transaction. Each runs in a sub-transaction that is read-only and is rolled
 * back, so it changes nothing, and the file after it can write. Throws CHECK_FAILED unless each returns one row with `true`.
 */
export async function requireChecks(db: Db, migration: ParsedMigration): Promise<void> {
  for (const check of migration.checks) {
    const outcomes = await db.pipeline([
      'SAVEPOINT skills_check; SET LOCAL transaction_read_only = on',
      `${BEFORE}${check.text}${AFTER}`,
      'ROLLBACK TO SAVEPOINT skills_check; RELEASE SAVEPOINT skills_check',
    ])
    const failed = outcomes.find((outcome) => !outcome.ok)
    if (failed?.ok === false) throw statementFailure(migration, check, failed.error, BEFORE)
    const answers = outcomes[1]?.ok === true ? outcomes[1].rows[0]?.['answer'] : undefined
    if (!Array.isArray(answers)) throw new TypeError('a check without an answer')
    if (answers.length !== 1 || answers[0] !== true) throw checkFailed(migration, check, answers)
  }
}

/** The same for a no-transaction file, in a transaction of its own. When a check fails, runs `cleanUpSql` as the login. */
export async function requireChecksAlone({ db }: RunSettings, migration: ParsedMigration, cleanUpSql: string): Promise<void> {
  if (migration.checks.length === 0) return
  await db.exec('BEGIN')
  try {
    await requireChecks(db, migration)
  } catch (error) {
    await db.exec(`ROLLBACK; ${resetRoleSql(db.info)}; ${cleanUpSql}`)
    throw error
  }
  await db.exec('ROLLBACK')
}

function checkFailed({ file, noTransaction }: ParsedMigration, check: ParsedStatement, answers: readonly unknown[]): SkillsError {
  const { line, column } = check
  const found = describeAnswers(answers)
  return new SkillsError('CHECK_FAILED', `${file} was not applied: its check on line ${line} returned ${found}, not true`, {
    hint: `${noTransaction ? 'none of its statements ran' : 'its transaction was rolled back'}; make the query true and run skills migrate again`,
    diagnostics: [
      {
        severity: 'error',
        code: 'CHECK_FAILED',
        message: `the check returned ${found}: ${short(writtenText(check))}`,
        file,
        line,
        column,
      },
    ],
  })
}

function describeAnswers(answers: readonly unknown[]): string {
  if (answers.length === 0) return 'no row'
  if (answers.length > 1) return 'more than one row'
  return answers[0] === null ? 'NULL' : short(JSON.stringify(answers[0]))
}

const LONGEST = 200

/** On one line, because a value can be that of a row. */
function short(text: string): string {
  const line = printable(redact(text).replace(/\s+/g, ' '))
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}
