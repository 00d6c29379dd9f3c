import type { Dump, DumpedObject } from './dump-schema.ts'

/** The text of a dump: a migration file, and a script for psql. */
export function dumpText({ objects }: Dump, schema: string): string {
  return `${[headerOf(schema), BEGIN, ...objects.map(objectText), END].join('\n\n')}\n`
}

/** The settings of the file, and back to those before it. A function can name a table that is created after it. */
export const BEGIN = `DO $dump$ BEGIN
  PERFORM pg_catalog.set_config('skills.search_path', pg_catalog.current_setting('search_path'), false);
  PERFORM pg_catalog.set_config('skills.check_function_bodies', pg_catalog.current_setting('check_function_bodies'), false);
  PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.current_schema()), false);
  PERFORM pg_catalog.set_config('check_function_bodies', 'off', false);
END $dump$;`

export const END = `DO $dump$ BEGIN
  PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('skills.search_path'), false);
  PERFORM pg_catalog.set_config('check_function_bodies', pg_catalog.current_setting('skills.check_function_bodies'), false);
END $dump$;`

export function objectText({ statements, isComment }: DumpedObject): string {
  return statements.map((statement) => (isComment ? statement : `${statement};`)).join('\n')
}

function headerOf(schema: string): string {
  return `-- The schema ${JSON.stringify(schema)}, written by skills migrate dump.\n-- It can be applied to a schema of another name.`
}
