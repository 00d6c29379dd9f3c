import type { Db } from '../../../src/db/db.ts'
import { changed, fault, type VerifyFault } from './fault.ts'

const VIEWS = ['v_skill_effectiveness', 'v_skill_cooccurrence']
const TRIGGER_FUNCTION = "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"

/** Each column, option and addition of the views. */
export async function viewPropertyFaults(db: Db): Promise<VerifyFault[]> {
  const made: VerifyFault[] = []
  for (const view of VIEWS) {
    const rows = await db.query<{ name: string; type: string }>(
      `SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '${view}'::regclass AND attnum > 0 ORDER BY attnum`,
    )
    const [{ text } = { text: '' }] = await db.query<{ text: string }>(`SELECT pg_get_viewdef('${view}'::regclass, true) AS text`)
    made.push(
      ...columnFaults(
        view,
        rows.map(({ name }) => name),
        text,
      ),
      ...propertyFaults(view, text),
    )
  }
  return made
}

function columnFaults(view: string, names: readonly string[], text: string): VerifyFault[] {
  const query = text.replace(/;\s*$/, '')
  const asSelected = (list: string): string => `DROP VIEW ${view}; CREATE VIEW ${view} AS SELECT ${list} FROM (${query}) AS all_columns`
  return [
    ...names
      .slice(1)
      .map((name) => fault(`rename column ${view}.${name}`, `ALTER VIEW ${view} RENAME COLUMN ${name} TO renamed`, `${view}.${name}`)),
    ...names
      .filter((_, i) => i % 2 === 0)
      .map((name) => fault(`no column ${view}.${name}`, asSelected(names.filter((other) => other !== name).join(', ')), `${view}.${name}`)),
    ...names
      .filter((_, i) => i % 2 === 1)
      .map((name) =>
        fault(
          `type of column ${view}.${name}`,
          asSelected(names.map((other) => (other === name ? `${name}::text::varchar AS ${name}` : other)).join(', ')),
          `${view}.${name}`,
        ),
      ),
    fault(`order of the columns of ${view}`, asSelected([...names.slice(1), names[0]].join(', ')), view),
    fault(`a column more of ${view}`, asSelected(`${names.join(', ')}, 1 AS theirs`), `${view}.theirs`),
  ]
}

function propertyFaults(view: string, text: string): VerifyFault[] {
  const object = `view ${view}`
  return [
    fault(`${view} with the rights of the caller`, `ALTER VIEW ${view} SET (security_invoker = true)`, object, { minVersion: 15 }),
    fault(`rename ${view}`, `ALTER VIEW ${view} RENAME TO renamed`, object),
    fault(`${view} in another schema`, `CREATE SCHEMA elsewhere; ALTER VIEW ${view} SET SCHEMA elsewhere`, object),
    fault(
      `a materialized view in place of ${view}`,
      `CREATE MATERIALIZED VIEW theirs AS ${text.replace(/;\s*$/, '')}; DROP VIEW ${view}; ALTER MATERIALIZED VIEW theirs RENAME TO ${view}`,
      object,
    ),
    fault(`a rule on ${view}`, `CREATE RULE theirs AS ON INSERT TO ${view} DO INSTEAD NOTHING`, `${view}.theirs`),
    fault(
      `a trigger on ${view}`,
      `${TRIGGER_FUNCTION}; CREATE TRIGGER theirs INSTEAD OF INSERT ON ${view} FOR EACH ROW EXECUTE FUNCTION theirs()`,
      `${view}.theirs`,
    ),
    fault(
      `no row of ${view}`,
      `CREATE OR REPLACE VIEW ${view} AS SELECT * FROM (${text.replace(/;\s*$/, '')}) AS all_rows WHERE false`,
      object,
    ),
    fault(`the first rows of ${view}`, `CREATE OR REPLACE VIEW ${view} AS ${changed(text, /;\s*$/, '')} LIMIT 1`, object),
  ]
}
