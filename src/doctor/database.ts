import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { APP_ROLE_GRANTS } from '../core/privileges.ts'
import { isJsonObject } from '../core/json.ts'
import { ledgerTables } from '../core/ledger-name.ts'
import { plural } from '../core/text.ts'
import { hasColumns, onlyRow, type RowOf } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import type { ClockSample } from './connection.ts'
import { describeBytes } from './program.ts'
import { finding, fine, type Finding } from './report.ts'
import { examineRights, relationsOf, RIGHT } from './rights.ts'

const SAMPLES = 3
/** Share of max_connections that is reported. */
const CROWDED = 0.9

/** Of sql/doctor/session.sql. */
const SESSION = {
  now: 'time',
  max_connections: 'number',
  connections: 'number',
  database_bytes: 'text',
  read_only: 'boolean',
  statement_timeout: 'text',
  time_zone: 'text',
  extensions: 'list?',
} as const
type SessionRow = RowOf<typeof SESSION>

/** Examines the settings, extensions, connections and clock of the server, and the privileges of the role. Writes nothing. */
export async function examineDatabase(
  db: Db,
  { sqlFolder, ledger }: { sqlFolder: string; ledger: string },
): Promise<{ findings: Finding[]; clock: ClockSample[] }> {
  const session = await readFile(path.join(sqlFolder, 'session.sql'), 'utf8')
  const clock: ClockSample[] = []
  let row: SessionRow | undefined
  for (let i = 0; i < SAMPLES; i++) {
    const sent = Date.now()
    row = onlyRow(await db.run(session, [], SESSION))
    clock.push({ sent, answered: Date.now(), server: row.now.getTime() })
  }
  const own = ledgerTables(ledger, db.info.schema)
  const rights = await db.run(
    await readFile(path.join(sqlFolder, 'rights.sql'), 'utf8'),
    [db.info.schema, relationsOf(), APP_ROLE_GRANTS, own.schema, own.tables[0]],
    RIGHT,
  )
  return { findings: [...(row === undefined ? [] : examineSession(db, row)), ...examineRights(rights, db.info, own.tables[0])], clock }
}

function examineSession({ info }: Db, row: SessionRow): Finding[] {
  const crowded = row.connections > row.max_connections * CROWDED
  const use = `${row.connections} of ${plural(row.max_connections, 'connection')} in use`
  return [
    ...(info.kind === 'embedded'
      ? []
      : [
          crowded
            ? finding('warning', 'connection.free', use, 'close idle connections, or increase max_connections')
            : fine('connection.free', use),
        ]),
    ...(row.read_only && !info.inRecovery
      ? [finding('error', 'connection.read-only', 'default_transaction_read_only is on', 'use a role or database without this setting')]
      : []),
    ...(row.statement_timeout === '0'
      ? []
      : [
          finding(
            'note',
            'connection.statement-timeout',
            `statement_timeout is ${row.statement_timeout}`,
            'for long migrations run ALTER ROLE ... SET statement_timeout = 0, or use --statement-timeout',
          ),
        ]),
    info.schemaExists
      ? fine('database.schema', `schema ${info.schema}, ${describeBytes(Number(row.database_bytes))} in the database ${info.database}`)
      : finding('note', 'database.schema', `the schema ${info.schema} does not exist yet`, 'run skills migrate, which creates it'),
    ...examineExtensions((row.extensions ?? []).filter(isExtension)),
  ]
}

interface Extension {
  name: string
  installed: string
  available: string | null
}

function isExtension(value: unknown): value is Extension {
  return isJsonObject(value) && hasColumns(value, { name: 'text', installed: 'text', available: 'text?' })
}

function examineExtensions(extensions: readonly Extension[]): Finding[] {
  const list = extensions.map(({ name, installed }) => `${name} ${installed}`).join(', ')
  const old = extensions.filter(({ installed, available }) => available !== null && available !== installed)
  return [
    fine('database.extensions', extensions.length === 0 ? 'no extensions' : `extensions: ${list}`),
    ...old.map(({ name, installed, available }) =>
      finding(
        'note',
        'database.extension-version',
        `${name} ${installed} is installed, ${available ?? ''} is available`,
        `run ALTER EXTENSION ${name} UPDATE`,
      ),
    ),
  ]
}
