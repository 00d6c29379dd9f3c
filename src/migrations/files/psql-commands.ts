/** The commands that pg_dump writes since its versions of August 2025 for the restore with psql: nothing is left to do. */
export function isHarmlessCommand(found: string): boolean {
  return found === '\\restrict' || found === '\\unrestrict'
}

/** What to write in place of a psql command; `found` is its name with the backslash. */
export function psqlHint(found: string): string {
  return HINTS.get(found) ?? 'remove it, or write the same in SQL'
}

const CONNECT = 'remove it: a migration runs in the database that skills is connected to'
const INCLUDE = 'copy the text of that file here, or make it a migration of its own'
const OUTPUT = 'remove it: a migration has no output; RAISE NOTICE in a DO block prints a message'
const CONDITION = 'write the condition in a DO block, or into the statement as IF EXISTS or IF NOT EXISTS'
const SEND = 'end the statement with a semicolon'
const RUN_RESULT = 'run the generated statements with EXECUTE in a DO block'

const HINTS: ReadonlyMap<string, string> = new Map([
  ...every(['\\c', '\\connect'], CONNECT),
  ...every(['\\i', '\\include', '\\ir', '\\include_relative'], INCLUDE),
  ...every(['\\echo', '\\qecho', '\\warn', '\\o', '\\out', '\\p', '\\print'], OUTPUT),
  ...every(['\\if', '\\elif', '\\else', '\\endif'], CONDITION),
  ...every(['\\g', '\\gx', '\\bind', '\\parse'], SEND),
  ...every(['\\gexec', '\\crosstabview', '\\watch'], RUN_RESULT),
  ...every(
    ['\\set', '\\unset', '\\gset', '\\prompt', '\\getenv'],
    'remove it: skills stops at the first error; give values with --var name=value',
  ),
  ['\\copy', 'write COPY ... FROM STDIN, and the rows after it up to a line with \\.'],
  ['\\.', 'remove it: the rows of a COPY ... FROM STDIN end before'],
  ['\\encoding', 'remove it: a migration is a UTF-8 file'],
  ...every(['\\timing', '\\pset', '\\x', '\\t', '\\a'], 'remove it: skills prints the duration of each file, and no results'),
  ...every(['\\q', '\\quit'], 'remove it, and the text after it'),
  ...every(['\\!', '\\cd', '\\setenv'], 'run it before skills migrate, in your deploy script'),
])

function every(names: readonly string[], hint: string): [string, string][] {
  return names.map((name) => [name, hint])
}
