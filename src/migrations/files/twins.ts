import { SkillsError } from '../../core/errors.ts'
import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { declaredObjects } from './declared-objects.ts'
import { parseMigration, statementsOf, type ParsedStatement } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/**
 * A file of yours with the name of a file of the package is the same migration when all its statements are about objects of the package:
 * the file of the package takes its place. Throws MIGRATION_FILE_INVALID for one that only has the same name.
 */
export function refuseOtherTwins(files: readonly MigrationFile[]): void {
  const own = files.filter(({ source }) => source.own)
  const { tables, views, functions, again } = declaredObjects(own)
  const known = new Set([...tables, ...views, ...functions, ...Object.keys(again).flatMap((key) => /^index (.*)$/.exec(key)?.[1] ?? [])])
  for (const file of own) {
    if (file.twin === undefined) continue
    const statements = parseMigration(file.twin).statements.flatMap(statementsOf)
    const other = statements.find((statement) => !isAbout(statement, known))
    if (other !== undefined) throw sameNameOnly(file, file.twin, other)
    if (!statements.some(({ kind }) => kind.verb.startsWith('CREATE') && kind.object !== undefined)) throw sameNameOnly(file, file.twin)
  }
}

/** Statements that create nothing and change no rows can be in a file of the older system too. */
const HARMLESS: ReadonlySet<string> = new Set([
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'END',
  'SET',
  'SELECT',
  'CREATE EXTENSION',
  'CREATE SCHEMA',
  '',
])

function isAbout({ kind: { verb, object }, text }: ParsedStatement, known: ReadonlySet<string>): boolean {
  if (HARMLESS.has(verb)) return true
  if (verb.startsWith('CREATE') || verb.startsWith('ALTER')) return object !== undefined && known.has(object.name)
  if (verb === 'COMMENT ON' || verb === 'GRANT' || verb === 'REVOKE' || verb.startsWith('DROP ')) return mentions(text, known)
  return false
}

/** Whether a name of the statement is one of the package. */
function mentions(text: string, known: ReadonlySet<string>): boolean {
  for (const cursor = new Cursor(text); !cursor.atEnd; cursor.skip()) {
    const { kind } = cursor.peek()
    if ((kind === 'word' || kind === 'quoted') && known.has(cursor.source().replaceAll('"', ''))) return true
  }
  return false
}

function sameNameOnly({ version, file }: MigrationFile, twin: MigrationFile, other?: ParsedStatement): SkillsError {
  const what =
    other === undefined
      ? 'creates nothing of the package'
      : `${other.kind.verb} on line ${other.line} is not about an object of the package`
  const renamed = twin.file.replace(/\.sql$/i, '_own.sql')
  return new SkillsError(
    'MIGRATION_FILE_INVALID',
    `two migrations have the name ${version}: ${file} of the package and ${twin.file}, which is another one (${what})`,
    {
      hint: `the file name identifies a migration: rename yours, for example mv ${twin.file} ${renamed}`,
      diagnostics:
        other === undefined
          ? []
          : [
              {
                severity: 'error',
                code: 'MIGRATION_FILE_INVALID',
                message: what,
                file: twin.file,
                line: other.line,
                column: other.column,
              },
            ],
    },
  )
}
